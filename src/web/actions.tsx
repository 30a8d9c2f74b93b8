/** Acting on alerts, one or many: seen, put aside, given to somebody, said something about; with a way back. */
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { ask, type Document, Fault } from "./gateway.ts";
import { takeKeys } from "./keys.ts";
import { SEVERITIES, subjectOf } from "./parts.tsx";
import {
  ACCEPT,
  ACKNOWLEDGE,
  type Acted,
  ASSIGN,
  COMMENT,
  SHELVE,
  type Target,
  UNACKNOWLEDGE,
  UNSHELVE,
} from "./queries_actions.ts";
import type { AlertRow } from "./queries_alerting.ts";
import { serviceNowMs } from "./standing.ts";

type Form = "shelve" | "comment" | "assign" | "accept";

export interface ActionsProps {
  readonly alerts: readonly AlertRow[];
  /** Rows as they are now. */
  readonly onActed: (rows: readonly AlertRow[]) => void;
}

/** How long what was done can be taken back with one key. */
const UNDO_MS = 10_000;
/** As many as the gateway takes at once. */
const AT_ONCE = 1_000;

/** Takes back what was done to rows, which were as `before` says. */
type Undo = (rows: readonly AlertRow[], before: ReadonlyMap<string, AlertRow>) => void;
type Give = (targets: readonly AlertRow[]) => void;

interface Said {
  readonly text: string;
  readonly refusals: readonly string[];
  readonly undo?: () => void;
}

export function Actions({ alerts, onActed }: ActionsProps) {
  const said = useSignal<Said | undefined>(undefined);
  const form = useSignal<Form | undefined>(undefined);
  const acted = (rows: readonly AlertRow[]) => onActed(rows);

  async function act<Input extends object>(
    document: Document<Acted, { input: Input & { alerts: readonly Target[] } }>,
    input: Input,
    { done, targets = alerts, undo }: { done: string; targets?: readonly AlertRow[]; undo?: Undo },
  ): Promise<boolean> {
    if (targets.length === 0) return false;
    try {
      const named = targets.slice(0, AT_ONCE).map(({ id, version }) => ({ id, expectedVersion: version }));
      const { result } = await ask(document, { input: { ...input, alerts: named } });
      if (result.results === undefined) {
        said.value = { text: result.message ?? "It was not done.", refusals: [] };
        return false;
      }
      const rows = result.results.flatMap(({ alert }) => alert ?? []);
      acted(rows);
      const changed = result.results.flatMap((one) => one.changed === true && one.alert !== undefined ? one.alert : []);
      const refusals = result.results.flatMap(({ message }, i) =>
        message === undefined ? [] : `${subjectOf(targets[i])}: ${message}`
      );
      const text = changed.length === 0 ? "Nothing was changed." : `${done}: ${changed.length}.`;
      const back = undo !== undefined && changed.length > 0
        ? () => void undo(changed, new Map(targets.map((before) => [before.id, before])))
        : undefined;
      said.value = back === undefined ? { text, refusals } : { text, refusals, undo: back };
      return refusals.length === 0;
    } catch (error) {
      said.value = { text: error instanceof Fault ? error.message : String(error), refusals: [] };
      return false;
    }
  }
  const back = { done: "Taken back" };
  /** What each had before is given back to it: one request for all that had the same. */
  function giveBack(changed: readonly AlertRow[], key: (row: AlertRow) => string, give: Give): void {
    for (const targets of Map.groupBy(changed, key).values()) void give(targets);
  }
  const acknowledge = () =>
    void act(ACKNOWLEDGE, {}, { done: "Seen", undo: (rows) => act(UNACKNOWLEDGE, {}, { ...back, targets: rows }) });
  const shelve = (input: { until: string; reason: string }) =>
    act(SHELVE, input, { done: "Put aside", undo: (rows) => act(UNSHELVE, {}, { ...back, targets: rows }) });
  const unshelve = () =>
    void act(UNSHELVE, {}, {
      done: "Back from the shelf",
      undo: (rows, before) => {
        const shelf = ({ id }: AlertRow) => before.get(id)?.shelf ?? undefined;
        giveBack(rows, (row) => JSON.stringify(shelf(row)), (targets) => {
          const was = shelf(targets[0]);
          if (was !== undefined) return act(SHELVE, { until: was.until, reason: was.reason }, { ...back, targets });
        });
      },
    });
  const assign = (assignee: string | null) =>
    act(ASSIGN, { assignee }, {
      done: "Assigned",
      undo: (rows, before) => {
        const held = ({ id }: AlertRow) => before.get(id)?.assignee ?? null;
        giveBack(rows, (row) =>
          String(held(row)), (targets) =>
          act(ASSIGN, { assignee: held(targets[0]) }, { ...back, targets }));
      },
    });
  const undo = said.value?.undo;
  // At once: a key acts on what is chosen now.
  useLayoutEffect(() =>
    takeKeys([
      { key: "a", about: "acknowledge", act: acknowledge },
      { key: "s", about: "shelve", act: () => form.value = "shelve" },
      { key: "i", about: "assign", act: () => form.value = "assign" },
      { key: "c", about: "comment", act: () => form.value = "comment" },
      { key: "u", about: "undo", act: () => said.value?.undo?.() },
    ]), [alerts]);
  useEffect(() => {
    if (undo === undefined) return;
    const timer = setTimeout(() => {
      if (said.value?.undo === undo) said.value = { text: said.value.text, refusals: said.value.refusals };
    }, UNDO_MS);
    return () => clearTimeout(timer);
  }, [undo]);

  const none = alerts.length === 0;
  const learns = alerts.some(({ sensor, kind, endedAt }) =>
    (sensor !== null || kind === "asset_anomaly") && endedAt === null
  );
  const shelved = alerts.some(({ shelf }) => shelf !== null);
  return (
    <div class="actions">
      {alerts.length > 1 && <strong>{alerts.length} alerts, worst {worstOf(alerts)}</strong>}
      <button type="button" disabled={none} onClick={acknowledge}>
        Acknowledge <kbd>a</kbd>
      </button>
      <button type="button" disabled={none} onClick={() => form.value = "shelve"}>
        Shelve <kbd>s</kbd>
      </button>
      {shelved && <button type="button" onClick={unshelve}>Unshelve</button>}
      <button type="button" disabled={none} onClick={() => form.value = "assign"}>
        Assign <kbd>i</kbd>
      </button>
      <button type="button" disabled={none} onClick={() => form.value = "comment"}>
        Comment <kbd>c</kbd>
      </button>
      {learns && <button type="button" onClick={() => form.value = "accept"}>New normal</button>}
      <span role="status">{said.value?.text}</span>
      {undo !== undefined && (
        <button type="button" onClick={undo}>
          Undo <kbd>u</kbd>
        </button>
      )}
      {said.value?.refusals.map((text) => <p key={text} class="fault" role="alert">{text}</p>)}
      {form.value === "shelve" && (
        <ShelveForm
          form={form}
          onShelve={shelve}
          said={said}
        />
      )}
      {form.value === "comment" && (
        <TextForm
          form={form}
          label="Comment"
          onText={(comment) => act(COMMENT, { comment }, { done: "Said" })}
          said={said}
        />
      )}
      {form.value === "accept" && (
        <TextForm
          form={form}
          label="Why it is normal from now on (the sensor or asset learns anew)"
          onText={(reason) => act(ACCEPT, { reason }, { done: "Normal from now on" })}
          said={said}
        />
      )}
      {form.value === "assign" && (
        <TextForm
          form={form}
          label="Who looks after it (empty: nobody)"
          optional
          onText={(text) => assign(text === "" ? null : text)}
          said={said}
        />
      )}
    </div>
  );
}

function worstOf(alerts: readonly AlertRow[]): string {
  return SEVERITIES.find((severity) => alerts.some((alert) => alert.severity === severity))?.toLowerCase() ?? "";
}

interface FormProps {
  readonly form: Signal<Form | undefined>;
  readonly said: Signal<Said | undefined>;
}

/** A form over the screen; it closes when what it is for was done. */
function useDialog({ form }: FormProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return { dialog, onClose: () => form.value = undefined };
}

const HOUR_MS = 3_600_000;
const PRESETS = [["1 h", 1], ["8 h", 8], ["24 h", 24], ["7 d", 168]] as const;

function ShelveForm(
  { onShelve, ...props }: FormProps & { onShelve: (input: { until: string; reason: string }) => Promise<boolean> },
) {
  const { dialog, onClose } = useDialog(props);
  const hours = useSignal<number>(8);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget as HTMLFormElement).get("reason") ?? "");
    const until = new Date(serviceNowMs() + hours.value * HOUR_MS).toISOString();
    if (await onShelve({ until, reason })) dialog.current?.close();
  };
  return (
    <dialog ref={dialog} onClose={onClose} aria-label="Shelve">
      <form onSubmit={(event) => void submit(event)}>
        <fieldset>
          <legend>For how long</legend>
          {PRESETS.map(([name, value]) => (
            <button
              key={name}
              type="button"
              aria-pressed={hours.value === value}
              onClick={() => hours.value = value}
            >
              {name}
            </button>
          ))}
        </fieldset>
        <label>
          <span>Why</span>
          <input type="text" name="reason" required maxLength={2_000} autofocus aria-describedby="shelve-said" />
        </label>
        <p id="shelve-said" class="fault" role="alert">{props.said.value?.refusals.join(" ") ?? ""}</p>
        <button type="submit">Shelve</button>{" "}
        <button type="button" onClick={() => dialog.current?.close()}>Leave it</button>
      </form>
    </dialog>
  );
}

interface TextFormProps extends FormProps {
  readonly label: string;
  readonly optional?: boolean;
  readonly onText: (text: string) => Promise<boolean>;
}

function TextForm({ label, optional = false, onText, ...props }: TextFormProps) {
  const { dialog, onClose } = useDialog(props);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget as HTMLFormElement).get("text") ?? "").trim();
    if (await onText(text)) dialog.current?.close();
  };
  return (
    <dialog ref={dialog} onClose={onClose} aria-label={label}>
      <form onSubmit={(event) => void submit(event)}>
        <label>
          <span>{label}</span>
          <input
            type="text"
            name="text"
            required={!optional}
            maxLength={2_000}
            autofocus
            aria-describedby="text-said"
          />
        </label>
        <p id="text-said" class="fault" role="alert">{props.said.value?.refusals.join(" ") ?? ""}</p>
        <button type="submit">Do it</button>{" "}
        <button type="button" onClick={() => dialog.current?.close()}>Leave it</button>
      </form>
    </dialog>
  );
}
