/**
 * The rows of triage: pages from the server, and what changes while one looks. List and stream have one cursor, so
 * nothing is missed in between. Rows that are new wait until one asks for them: what is being read does not move.
 */
import { batch, computed, signal } from "@preact/signals";
import { ask, Fault } from "./gateway.ts";
import { follow } from "./live.ts";
import { type AlertEvent, type AlertFilter, type AlertOrder, type AlertRow, ALERTS } from "./queries_alerting.ts";

const PAGE = 200;
const RETRY_MS = 2_000;
/** Rows that are held at most; who looks for more narrows the filter. */
export const ROWS_MAX = 5_000;

export interface AlertList {
  readonly rows: readonly AlertRow[];
  readonly total: number;
  readonly complete: boolean;
}

export function createAlertList() {
  const rows = signal<readonly AlertRow[]>([]);
  const total = signal(0);
  const waiting = signal<readonly AlertRow[]>([]);
  const asking = signal(true);
  const fault = signal<Fault | undefined>(undefined);
  const more = signal<string | undefined>(undefined);
  let filter: AlertFilter = {};
  let orderBy: AlertOrder = "SEVERITY";
  let given = new AbortController();
  let stop: (() => void) | undefined;
  // Events of a burst are drawn together, once a frame.
  let burst: AlertEvent[] = [];
  let frame = 0;

  async function start(wanted: AlertFilter, order: AlertOrder): Promise<void> {
    given.abort();
    given = new AbortController();
    const { signal } = given;
    stop?.();
    filter = wanted;
    orderBy = order;
    asking.value = true;
    try {
      const { alerts } = await ask(ALERTS, { filter, first: PAGE, orderBy }, signal);
      if (signal.aborted) return;
      batch(() => {
        rows.value = alerts.edges.map(({ node }) => node);
        total.value = alerts.totalCount;
        more.value = alerts.pageInfo.hasNextPage ? alerts.pageInfo.endCursor ?? undefined : undefined;
        waiting.value = [];
        fault.value = undefined;
        asking.value = false;
      });
      stop = follow(alerts.eventCursor, { onEvent: noticed, onGap: () => void start(filter, orderBy) });
    } catch (error) {
      if (signal.aborted) return;
      asking.value = false;
      fault.value = error instanceof Fault ? error : new Fault(String(error), "refused");
      // A service that is on its way back is asked again; rows that were there stay in view meanwhile.
      if (fault.value.kind !== "away" && rows.value.length === 0) return;
      const timer = setTimeout(() => void start(filter, orderBy), RETRY_MS);
      signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
    }
  }

  async function loadMore(): Promise<void> {
    if (more.value === undefined || asking.value || rows.value.length >= ROWS_MAX) return;
    asking.value = true;
    const { signal } = given;
    try {
      const { alerts } = await ask(ALERTS, { filter, first: PAGE, after: more.value, orderBy }, signal);
      const known = new Set(rows.value.map(({ id }) => id));
      batch(() => {
        rows.value = [...rows.value, ...alerts.edges.map(({ node }) => node).filter(({ id }) => !known.has(id))];
        more.value = alerts.pageInfo.hasNextPage ? alerts.pageInfo.endCursor ?? undefined : undefined;
        asking.value = false;
      });
    } catch (error) {
      if (signal.aborted) return;
      asking.value = false;
      fault.value = error instanceof Fault ? error : new Fault(String(error), "refused");
    }
  }

  function noticed(event: AlertEvent): void {
    burst.push(event);
    frame ||= requestAnimationFrame(takeBurst);
  }

  function takeBurst(): void {
    const events = burst;
    burst = [];
    frame = 0;
    batch(() => {
      const latest = new Map(events.map(({ alert }) => [alert.id, alert]));
      const known = new Set<string>();
      rows.value = rows.value.map((row) => {
        known.add(row.id);
        return latest.get(row.id) ?? row;
      });
      const before = new Map(waiting.value.map((row) => [row.id, row]));
      for (const [id, row] of latest) {
        if (known.has(id)) continue;
        if (mayMatch(row, filter)) before.set(id, row);
        else before.delete(id);
      }
      waiting.value = [...before.values()].slice(-ROWS_MAX);
    });
  }

  /** Rows that have come, above the others. What the server would leave out it leaves out when it is asked again. */
  function showWaiting(): void {
    void start(filter, orderBy);
  }

  /** Draws what was done to rows before the stream tells of it. */
  function take(changed: readonly AlertRow[]): void {
    const by = new Map(changed.map((row) => [row.id, row]));
    rows.value = rows.value.map((row) => by.get(row.id) ?? row);
  }

  function end(): void {
    given.abort();
    stop?.();
    cancelAnimationFrame(frame);
  }

  return {
    rows,
    total,
    asking,
    fault,
    waitingCount: computed(() => waiting.value.length),
    held: computed(() => more.value === undefined || rows.value.length >= ROWS_MAX),
    start,
    loadMore,
    showWaiting,
    take,
    end,
  };
}

/** Whether a row that has come belongs to the list, as far as the page can tell. */
function mayMatch(row: AlertRow, { severities, states, sensor, text }: AlertFilter): boolean {
  if (severities !== undefined && !severities.includes(row.severity)) return false;
  if (states !== undefined && !states.includes(row.state)) return false;
  if (sensor !== undefined && row.sensor?.key !== sensor) return false;
  if (text === undefined) return true;
  const wanted = text.toLowerCase();
  const words = [row.reason, row.sensor?.key, row.sensor?.name, row.asset?.key, row.asset?.name];
  return words.some((word) => word?.toLowerCase().includes(wanted));
}
