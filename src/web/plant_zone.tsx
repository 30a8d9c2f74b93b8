/** The plant's own time: in which zone everybody reads times who has chosen no other. */
import { useSignal } from "@preact/signals";
import { ask, Fault, isRefusal } from "./gateway.ts";
import { plantZone } from "./preferences.ts";
import { SET_ZONE } from "./queries_plant.ts";

const ZONES = Intl.supportedValuesOf("timeZone");

export function PlantZone() {
  const said = useSignal("");
  const set = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const timeZone = String(new FormData(event.currentTarget as HTMLFormElement).get("zone") ?? "").trim();
    try {
      const { configureTenant: result } = await ask(SET_ZONE, { input: { timeZone } });
      if (isRefusal(result)) return void (said.value = result.message);
      plantZone.value = timeZone === "" ? undefined : timeZone;
      said.value = timeZone === "" ? "Everybody reads times in their own." : `Times are read in ${timeZone}.`;
    } catch (error) {
      said.value = error instanceof Fault ? error.message : String(error);
    }
  };
  return (
    <form onSubmit={(event) => void set(event)}>
      <h2>Time</h2>
      <label>
        <span>The plant's time zone</span>
        <input
          type="text"
          name="zone"
          list="zones"
          maxLength={100}
          placeholder="each browser's own"
          defaultValue={plantZone.value ?? ""}
          key={plantZone.value}
          aria-describedby="zone-said"
        />
        <button type="submit">Set</button>
      </label>
      <datalist id="zones">{ZONES.map((name) => <option key={name} value={name} />)}</datalist>
      <p id="zone-said" role="status">{said.value}</p>
    </form>
  );
}
