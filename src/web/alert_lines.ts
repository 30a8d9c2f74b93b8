/** The lines of triage, whatever they are made of: alerts one after the other, or alerts under their assets. */
import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import { followBursts, mayMatch } from "./alert_burst.ts";
import { ask, Fault } from "./gateway.ts";
import type { AlertFilter, AlertOrder, AlertRow } from "./queries_alerting.ts";
import { ALERT_COUNTS, type AlertCount, type AlertGroup } from "./queries_triage.ts";

export type Line =
  | { readonly kind: "alert"; readonly name: string; readonly row: AlertRow }
  | { readonly kind: "asset"; readonly name: string; readonly group: AlertGroup; readonly open: boolean }
  /** Those of the asset that are not read yet. */
  | { readonly kind: "more"; readonly name: string; readonly group: AlertGroup; readonly left: number };

export interface Wanted {
  readonly filter: AlertFilter;
  /** The filter without its severities and states. */
  readonly counted: AlertFilter;
  readonly order: AlertOrder;
}

export interface AlertLines {
  readonly size: ReadonlySignal<number>;
  readonly asking: ReadonlySignal<boolean>;
  readonly fault: ReadonlySignal<Fault | undefined>;
  /** New ones, which are shown when somebody asks for them. */
  readonly waitingCount: ReadonlySignal<number>;
  readonly counts: ReadonlySignal<readonly AlertCount[] | undefined>;
  /** Undefined while it is being read. */
  lineAt(index: number): Line | undefined;
  /** Place of a line by its name; -1 when it is not among those that are held. */
  placeOf(name: string): number;
  /** Reads what is missing of these places. */
  need(first: number, last: number): void;
  /** What Enter does to a line that is no alert. */
  press(line: Line): void;
  start(wanted: Wanted): Promise<void>;
  again(): void;
  /** Draws what was done to rows before the stream tells of it. */
  take(rows: readonly AlertRow[]): void;
  end(): void;
}

const RETRY_MS = 2_000;
/** Counts cost the service a look at all that match: they are read again no more often. */
const COUNT_EVERY_MS = 1_000;

export interface Source {
  /** Reads the beginning and holds it; answers the cursor to follow from. */
  begin(wanted: Wanted, signal: AbortSignal): Promise<{ eventCursor: string; counts: readonly AlertCount[] }>;
  /** Puts rows in the places of what they were; answers the ids of those that it holds. */
  replace(rows: ReadonlyMap<string, AlertRow>): ReadonlySet<string>;
  /** Whether every row of the list is held, so that one that is not has come to it. */
  isWhole(): boolean;
}

/** What both kinds of lines share: reading, following from the same moment on, and what waits above the line. */
export function createFollowed({ begin, replace, isWhole }: Source) {
  const asking = signal(true);
  const fault = signal<Fault | undefined>(undefined);
  const counts = signal<readonly AlertCount[] | undefined>(undefined);
  const waiting = signal<ReadonlyMap<string, AlertRow>>(new Map());
  let wanted: Wanted = { filter: {}, counted: {}, order: "SEVERITY" };
  let given = new AbortController();
  let stop: (() => void) | undefined;
  let counting: ReturnType<typeof setTimeout> | undefined;

  async function start(next: Wanted): Promise<void> {
    given.abort();
    given = new AbortController();
    const { signal } = given;
    stop?.();
    stop = undefined;
    wanted = next;
    asking.value = true;
    try {
      const begun = await begin(wanted, signal);
      if (signal.aborted) return;
      batch(() => {
        counts.value = begun.counts;
        waiting.value = new Map();
        fault.value = undefined;
        asking.value = false;
      });
      stop = followBursts(begun.eventCursor, { onBurst, onGap: again });
    } catch (error) {
      if (signal.aborted) return;
      failed(error);
      // A service that is on its way back is asked again; rows that were there stay in view meanwhile.
      if (fault.value?.kind !== "away") return;
      const timer = setTimeout(again, RETRY_MS);
      signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
    }
  }

  function failed(error: unknown): void {
    asking.value = false;
    fault.value = error instanceof Fault ? error : new Fault(String(error), "refused");
  }

  function again(): void {
    void start(wanted);
  }

  const onBurst: Parameters<typeof followBursts>[1]["onBurst"] = (latest) =>
    batch(() => {
      const known = replace(new Map(Array.from(latest, ([id, { row }]) => [id, row])));
      const before = new Map(waiting.value);
      for (const [id, { row, opened }] of latest) {
        if (known.has(id)) continue;
        // One that is not held may stand further down; only what has just come is new for sure.
        const isNew = opened || before.has(id) || isWhole();
        if (isNew && mayMatch(row, wanted.filter)) before.set(id, row);
        else before.delete(id);
      }
      waiting.value = before;
      counting ??= setTimeout(() => void countAgain(), COUNT_EVERY_MS);
    });

  async function countAgain(): Promise<void> {
    try {
      counts.value = (await ask(ALERT_COUNTS, { counted: wanted.counted }, given.signal)).alertCounts;
    } catch {
      // What was counted last stays; the list itself says when the service is away.
    } finally {
      counting = undefined;
    }
  }

  return {
    asking,
    fault,
    counts,
    waitingCount: computed(() => waiting.value.size),
    start,
    again,
    failed,
    wanted: () => wanted,
    /** Aborts when something else is read. */
    signal: () => given.signal,
    end: () => {
      given.abort();
      stop?.();
      clearTimeout(counting);
    },
  };
}

/** Counts that hold for a choice of severities and states. */
export function countOf(counts: readonly AlertCount[], { severities, states }: AlertFilter): number {
  return counts.filter(({ severity, state }) =>
    (severities === undefined || severities.includes(severity)) && (states === undefined || states.includes(state))
  ).reduce((sum, { count }) => sum + count, 0);
}
