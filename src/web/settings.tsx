/** How it is judged: drafts in a form, compared with what is live, promoted, rolled back; and how much is announced. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { params, setParams } from "./address.ts";
import { useAsked } from "./asked.ts";
import { BudgetSection } from "./budget.tsx";
import { ask, Fault } from "./gateway.ts";
import { Asking } from "./parts.tsx";
import { CHECK, type CheckAnswer, SAVE, type ScopeInput, SETTINGS, type SettingsAnswer } from "./queries_settings.ts";
import { withFields } from "./settings_document.ts";
import { ChangeTable, Drafts, scopeWords, Versions } from "./settings_drafts.tsx";
import { FieldTable } from "./settings_fields.tsx";

function scopeInAddress(): ScopeInput | undefined {
  const { value } = params;
  for (const name of ["sensor", "asset", "quantity"] as const) {
    const key = value.get(name);
    if (key) return { [name]: key };
  }
  return undefined;
}

export function SettingsScreen() {
  const scope = scopeInAddress();
  const asked = useAsked(SETTINGS, scope === undefined ? {} : { scope });
  const answer = asked.answer;
  return (
    <section class="page">
      <h1>Settings</h1>
      <BudgetSection />
      <h2>Detection</h2>
      <ScopeForm scope={scope} />
      <Asking asked={asked} what="the settings" />
      {answer !== undefined && (
        <>
          <p>
            {answer.settings.name}: what holds for {scopeWords(scope)}, with all wider layers.
          </p>
          <Drafts drafts={answer.settingsDrafts.edges.map(({ node }) => node)} again={asked.again} />
          <Editor
            key={JSON.stringify([scope, answer.settings.version])}
            scope={scope}
            answer={answer}
            again={asked.again}
          />
          <Versions versions={answer.settingsVersions} scope={scope} again={asked.again} />
        </>
      )}
    </section>
  );
}

function ScopeForm({ scope }: { scope: ScopeInput | undefined }) {
  const [kind, key] = Object.entries(scope ?? {})[0] ?? ["", ""];
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const [kind, key] = ["kind", "key"].map((name) => String(data.get(name) ?? "").trim());
    setParams({ sensor: undefined, asset: undefined, quantity: undefined, ...kind === "" ? {} : { [kind]: key } });
  };
  return (
    <form class="filters" onSubmit={onSubmit}>
      <label>
        <span>For</span>
        <select name="kind" defaultValue={kind}>
          <option value="">all sensors</option>
          <option value="quantity">a quantity</option>
          <option value="asset">an asset and all below it</option>
          <option value="sensor">a sensor</option>
        </select>
      </label>
      <label>
        <span>Key</span>
        <input type="text" name="key" maxLength={200} defaultValue={key} />
      </label>
      <button type="submit">Show</button>
    </form>
  );
}

const TYPING_MS = 300;

interface EditorProps {
  readonly scope: ScopeInput | undefined;
  readonly answer: SettingsAnswer;
  readonly again: () => void;
}

function Editor({ scope, answer, again }: EditorProps) {
  const edits = useSignal<ReadonlyMap<string, unknown>>(new Map());
  const check = useSignal<CheckAnswer["checkSettings"] | undefined>(undefined);
  const said = useSignal("");
  const note = useRef<HTMLInputElement>(null);
  // What this scope says by now: a draft says all of it anew.
  const own = answer.settingsVersions[0]?.document ?? {};
  const document = withFields(own, edits.value);
  useEffect(() => {
    if (edits.value.size === 0) {
      check.value = undefined;
      return;
    }
    const given = new AbortController();
    const timer = setTimeout(() => {
      ask(CHECK, { document, ...scope === undefined ? {} : { scope } }, given.signal).then(
        ({ checkSettings }) => check.value = checkSettings,
        (error: Error) => {
          if (!given.signal.aborted) said.value = error.message;
        },
      );
    }, TYPING_MS);
    return () => {
      clearTimeout(timer);
      given.abort();
    };
  }, [edits.value]);
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    try {
      const input = { document, note: note.current!.value, ...scope === undefined ? {} : { scope } };
      const { result } = await ask(SAVE, { input });
      said.value = result.message ?? "Saved as a draft.";
      if (result.message !== undefined) return;
      edits.value = new Map();
      again();
    } catch (error) {
      said.value = error instanceof Fault ? error.message : String(error);
    }
  };
  const faults = check.value?.faults ?? [];
  return (
    <>
      {answer.settings.warnings.map(({ path, message }) => <p key={path} class="fault">{path}: {message}</p>)}
      {edits.value.size > 0 && (
        <form class="fault" onSubmit={save}>
          {check.value !== undefined && (
            <ChangeTable changes={check.value.changes} label="What the draft would change" />
          )}
          {check.value?.warnings.map(({ path, message }) => <p key={path}>{path}: {message}</p>)}
          <label>
            <span>Why</span>
            <input ref={note} type="text" maxLength={1_000} name="note" />
          </label>
          <button type="submit" disabled={check.value === undefined || faults.length > 0}>Save as a draft</button>{" "}
          <button type="button" onClick={() => edits.value = new Map()}>Take all back</button>
        </form>
      )}
      <p role="status">{said.value}</p>
      <FieldTable
        schema={answer.settingsSchema}
        fields={answer.settings.fields}
        edits={edits.value}
        faults={faults}
        onEdit={(path, value) => {
          const next = new Map(edits.value);
          if (value === undefined) next.delete(path);
          else next.set(path, value);
          said.value = "";
          edits.value = next;
        }}
      />
    </>
  );
}
