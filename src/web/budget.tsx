/** The alarm budget: how many alerts people want a day, what came of it, and what stayed below its line. */
import { useSignal } from "@preact/signals";
import { useAsked } from "./asked.ts";
import { count, day, number, plural, words } from "./format.ts";
import { useFresh } from "./fresh.ts";
import { ask, Fault } from "./gateway.ts";
import { Asking, AssetLink, SensorLink, Time } from "./parts.tsx";
import { type AlarmBudget, BUDGET, type BudgetAnswer, type Candidate, SET_BUDGET } from "./queries_alerting.ts";
import { Rows } from "./rows.tsx";

export function BudgetSection() {
  const asked = useAsked(BUDGET, {});
  useFresh(asked);
  return (
    <>
      <h2>Alarm budget</h2>
      <Asking asked={asked} what="the alarm budget" />
      {asked.answer !== undefined && <Budget answer={asked.answer} again={asked.again} />}
    </>
  );
}

function Budget({ answer, again }: { answer: BudgetAnswer; again: () => void }) {
  const { alarmBudget, candidates, badActors } = answer;
  return (
    <>
      <BudgetForm budget={alarmBudget} again={again} />
      {alarmBudget.days.length > 0 && <Days budget={alarmBudget} />}
      <h2>Below the line ({count(candidates.totalCount)})</h2>
      {candidates.rarest.length === 0
        ? <p class="calm">Nothing was kept below the line: every episode was announced.</p>
        : <Kept candidates={candidates.rarest} />}
      {badActors.length > 0 && (
        <>
          <h2>Who takes up most of it, 30 days</h2>
          <Rows label="Sensors with the most alerts">
            <thead>
              <tr>
                <th scope="col">Sensor</th>
                <th scope="col" class="num">Alerts</th>
              </tr>
            </thead>
            <tbody>
              {badActors.map(({ sensor, alerts }) => (
                <tr key={sensor.key}>
                  <th scope="row">
                    <SensorLink sensor={sensor} />
                  </th>
                  <td class="num">{alerts}</td>
                </tr>
              ))}
            </tbody>
          </Rows>
        </>
      )}
    </>
  );
}

function BudgetForm({ budget, again }: { budget: AlarmBudget; again: () => void }) {
  const said = useSignal<{ text: string; fault: boolean }>({ text: "", fault: false });
  const set = async (alertsPerDay: number | null) => {
    try {
      const { setAlarmBudget } = await ask(SET_BUDGET, { input: { alertsPerDay } });
      const fault = setAlarmBudget.message !== undefined;
      said.value = { text: setAlarmBudget.message ?? "It holds from the next day of data time on.", fault };
      if (!fault) again();
    } catch (error) {
      said.value = { text: error instanceof Fault ? error.message : String(error), fault: true };
    }
  };
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    void set(Number(new FormData(event.currentTarget as HTMLFormElement).get("alerts")));
  };
  return (
    <form onSubmit={onSubmit}>
      <p>
        {budget.alertsPerDay === null
          ? "None is set: every episode is announced."
          : `At most ${number(budget.alertsPerDay)} alerts on an ordinary day, over ${
            plural(budget.sensors, "sensor")
          }.`}
        {budget.setBy !== null && (
          <>
            Set by {budget.setBy}, <Time at={budget.setAt} />.
          </>
        )}
        {budget.holdsFrom !== null && ` What is set now holds from ${budget.holdsFrom.slice(0, 10)} of data time on.`}
      </p>
      <label>
        <span>Alerts a day</span>
        <input
          type="number"
          name="alerts"
          min={0}
          step="any"
          required
          defaultValue={String(budget.alertsPerDay ?? 10)}
          aria-describedby="budget-said"
          aria-invalid={said.value.fault}
        />
        <button type="submit">Set</button>
        {budget.alertsPerDay !== null && (
          <button type="button" onClick={() => void set(null)}>Announce everything</button>
        )}
      </label>
      <p id="budget-said" class={said.value.fault ? "fault" : "small"} role="status">{said.value.text}</p>
    </form>
  );
}

function Days({ budget }: { budget: AlarmBudget }) {
  return (
    <Rows label="Days under the budget">
      <thead>
        <tr>
          <th scope="col">Day of data time (UTC)</th>
          <th scope="col" class="num">Budget</th>
          <th scope="col" class="num" title="Rarity from which an episode was announced">Line</th>
          <th scope="col" class="num">Announced</th>
          <th scope="col" class="num">Below the line</th>
        </tr>
      </thead>
      <tbody>
        {budget.days.map((one) => (
          <tr key={one.day}>
            <th scope="row">{day(Date.parse(one.day), "UTC")}</th>
            <td class="num">{one.alertsPerDay === null ? "none" : number(one.alertsPerDay)}</td>
            <td class="num">{number(one.line)}</td>
            <td class="num">{one.announced}</td>
            <td class="num">{one.kept}</td>
          </tr>
        ))}
      </tbody>
    </Rows>
  );
}

function Kept({ candidates }: { candidates: readonly Candidate[] }) {
  return (
    <Rows label="Episodes below the line">
      <thead>
        <tr>
          <th scope="col" class="num">Rarity</th>
          <th scope="col" class="num">Line</th>
          <th scope="col">About</th>
          <th scope="col">Severity, if announced</th>
          <th scope="col">Kind</th>
          <th scope="col">Began</th>
          <th scope="col">How rare</th>
        </tr>
      </thead>
      <tbody>
        {candidates.map(({ rarity, sensor, asset, severity, kind, episodeStart, reason }) => (
          <tr key={`${sensor?.key ?? asset?.key} ${kind} ${episodeStart}`} title={reason}>
            <td class="num">{rarity === null ? "-" : number(rarity.value)}</td>
            <td class="num">{rarity?.line == null ? "-" : number(rarity.line)}</td>
            <td>
              {asset !== null && <AssetLink asset={asset} />} {sensor !== null && (
                <>
                  / <SensorLink sensor={sensor} />
                </>
              )}
            </td>
            <td>{words(severity)}</td>
            <td>{words(kind)}</td>
            <td>
              <Time at={episodeStart} />
            </td>
            <td>{rarity?.inWords}</td>
          </tr>
        ))}
      </tbody>
    </Rows>
  );
}
