/** What triage shows: by text, state, severity and asset, all in the address; each choice with its count. */
import { computed, type ReadonlySignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { params, setParams } from "./address.ts";
import { countOf, type Wanted } from "./alert_lines.ts";
import { count } from "./format.ts";
import { SEVERITIES } from "./parts.tsx";
import type { AlertFilter } from "./queries_alerting.ts";
import type { AlertCount } from "./queries_triage.ts";

/** What one looks for most often, by the word in the address. */
const STATES: Readonly<Record<string, readonly string[] | undefined>> = {
  open: ["UNACKNOWLEDGED", "ACKNOWLEDGED", "RETURNED_UNACKNOWLEDGED", "LATCHED"],
  standing: ["UNACKNOWLEDGED", "ACKNOWLEDGED"],
  new: ["UNACKNOWLEDGED"],
  returned: ["RETURNED_UNACKNOWLEDGED"],
  all: undefined,
};

const TYPING_MS = 150;

const stateWord = () => params.value.get("state") ?? "open";
const WORDS: readonly string[] = SEVERITIES.map((severity) => severity.toLowerCase());
/** An address may have been written by hand: what is no severity asks nothing. */
const severityWords = () => (params.value.get("severity") ?? "").split(",").filter((one) => WORDS.includes(one));

/** As text, so that what else changes in the address asks nothing. */
const text = computed(() => {
  const { value } = params;
  const severities = severityWords().map((one) => one.toUpperCase());
  const states = STATES[stateWord()];
  const counted: AlertFilter = {
    ...value.get("q") ? { text: value.get("q")! } : {},
    ...value.get("asset") ? { asset: value.get("asset")! } : {},
    ...value.get("sensor") ? { sensor: value.get("sensor")! } : {},
  };
  const chosen = { ...severities.length > 0 ? { severities } : {}, ...states === undefined ? {} : { states } };
  const order = value.get("sort") === "newest" ? "NEWEST" : "SEVERITY";
  return JSON.stringify({ counted, filter: { ...counted, ...chosen }, order } satisfies Wanted);
});

export const wanted = computed(() => JSON.parse(text.value) as Wanted);
export const byAsset = computed(() => params.value.get("group") === "asset");

export function toggleByAsset(): void {
  setParams({ group: byAsset.value ? undefined : "asset", sel: undefined });
}

/** The words for a list in which nothing is. */
export function NoAlerts() {
  const narrowed = ["q", "severity", "asset", "sensor"].some((name) => params.value.has(name));
  return narrowed
    ? (
      <p class="calm">
        No alert matches. <a href="/alerts">Look at all that are open</a>
      </p>
    )
    : <p class="calm">No alert is {stateWord() in STATES ? stateWord() : "here"}. New ones appear by themselves.</p>;
}

interface FiltersProps {
  readonly counts: ReadonlySignal<readonly AlertCount[] | undefined>;
  readonly search: { current: HTMLInputElement | null };
}

export function Filters({ counts, search }: FiltersProps) {
  const typing = useRef<ReturnType<typeof setTimeout>>();
  const { value } = params;
  const [state, severities] = [stateWord(), severityWords()];
  const look = (text: string) => {
    clearTimeout(typing.current);
    typing.current = setTimeout(() => setParams({ q: text.trim(), sel: undefined }), TYPING_MS);
  };
  const toggle = (severity: string) => {
    const next = severities.includes(severity)
      ? severities.filter((one) => one !== severity)
      : [...severities, severity];
    setParams({ severity: next.join(","), sel: undefined });
  };
  const subject = value.get("asset") ?? value.get("sensor");
  const { filter } = wanted.value;
  return (
    <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <input
        ref={search}
        type="search"
        aria-label="Text in reason, sensor or asset"
        placeholder="/ text in reason, sensor or asset"
        maxLength={200}
        defaultValue={value.get("q") ?? ""}
        onInput={(event) => look(event.currentTarget.value)}
      />
      <fieldset>
        <legend class="hidden">State</legend>
        {Object.entries(STATES).map(([word, states]) => (
          <button
            key={word}
            type="button"
            aria-pressed={state === word}
            onClick={() => setParams({ state: word === "open" ? undefined : word, sel: undefined })}
          >
            {word} <Count counts={counts.value} of={{ severities: filter.severities, states }} />
          </button>
        ))}
      </fieldset>
      <fieldset>
        <legend class="hidden">Severity</legend>
        {SEVERITIES.map((severity) => (
          <button
            key={severity}
            type="button"
            aria-pressed={severities.includes(severity.toLowerCase())}
            onClick={() => toggle(severity.toLowerCase())}
          >
            {severity.toLowerCase()}{" "}
            <Count counts={counts.value} of={{ severities: [severity], states: filter.states }} />
          </button>
        ))}
      </fieldset>
      <fieldset>
        <legend class="hidden">Order</legend>
        <button type="button" aria-pressed={byAsset.value} onClick={toggleByAsset}>
          by asset <kbd>b</kbd>
        </button>
        {!byAsset.value && (
          <button
            type="button"
            aria-pressed={value.get("sort") === "newest"}
            onClick={() => setParams({ sort: value.get("sort") === "newest" ? undefined : "newest", sel: undefined })}
          >
            newest first
          </button>
        )}
      </fieldset>
      {subject !== null && (
        <button
          type="button"
          onClick={() => setParams({ asset: undefined, sensor: undefined, sel: undefined })}
        >
          only <bdi>{subject}</bdi> ✕
        </button>
      )}
    </form>
  );
}

interface CountProps {
  readonly counts: readonly AlertCount[] | undefined;
  readonly of: { readonly severities: readonly string[] | undefined; readonly states: readonly string[] | undefined };
}

/** How many there would be. */
function Count({ counts, of: { severities, states } }: CountProps) {
  if (counts === undefined) return null;
  const filter = { ...severities === undefined ? {} : { severities }, ...states === undefined ? {} : { states } };
  return <span class="many">{count(countOf(counts, filter))}</span>;
}
