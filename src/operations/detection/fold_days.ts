/**
 * Folds the readings of several sensors day by day of data time, all sensors of a day before the next day: the lines of
 * the alarm budget follow from the days before. Within a day each sensor is folded as its readings come; a sensor with
 * a reorder window, or whose clock runs ahead, from the stored readings of all sources.
 */
import { assess } from "../../domain/detection/assess.ts";
import type { Decision } from "../../domain/detection/episode.ts";
import { DAY_MS, dayOf } from "../../domain/detection/sensor_day.ts";
import type { Batch } from "../../domain/intake/batch.ts";
import type { Series } from "../../domain/plant/reading.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import { EARLIEST_MS, MICROSECOND_MS } from "../../domain/timestamp.ts";
import type { Store } from "../../ports/store.ts";
import type { HeldLines } from "../alerting/hold_lines.ts";
import type { HeldState } from "./hold_states.ts";

/** Readings behind a reorder window that are read at once. */
const READINGS_PER_LOOK = 10_000;

export interface SensorAdded {
  readonly sensorId: SensorId;
  readonly held: HeldState;
  /** What the batch has added, in order. */
  readonly added: Series;
}

interface Folding {
  readonly tenantId: Batch["tenantId"];
  readonly receivedAt: number;
  readonly lines: HeldLines;
  /** What the fold of a sensor decided, in its order. */
  readonly apply: (sensorId: SensorId, decisions: readonly Decision[]) => Promise<void>;
}

/** Readings of a batch that came behind their sensor's watermark: all of it that lies in this stretch of data time. */
export interface LateStretch {
  readonly sensorId: SensorId;
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** How many readings were folded, and which came behind their sensor's watermark. */
export async function foldDays(
  store: Store,
  sensors: readonly SensorAdded[],
  { tenantId, receivedAt, lines, apply }: Folding,
): Promise<{ folded: number; late: readonly LateStretch[] }> {
  let folded = 0;
  const late: LateStretch[] = [];
  const queues = sensors.map((sensor) => {
    const due = dueOf(store, { ...sensor, tenantId, receivedAt });
    if (due.late !== undefined) late.push(due.late);
    return { ...sensor, ...due, ...queueOf(due.pages) };
  });
  for (;;) {
    const heads = await Promise.all(queues.map(({ head }) => head()));
    const day = dayOf(Math.min(...heads.map((ts) => ts ?? Infinity)));
    if (day === Infinity) break;
    await lines.ready(day);
    for (const { sensorId, held, head, take } of queues) {
      const rules = { ...held.rules, lineAt: lines.lineAt({ sensorId }) };
      for (let ts = await head(); ts !== undefined && dayOf(ts) === day; ts = await head()) {
        const fold = assess(held.state, take((day + 1) * DAY_MS), rules);
        folded += fold.folded;
        lines.addDays(sensorId, fold.days);
        await apply(sensorId, fold.decisions);
      }
    }
  }
  for (const { end } of queues) end();
  return { folded, late };
}

interface Due {
  readonly pages: AsyncIterator<Series> | Iterator<Series>;
  readonly late: LateStretch | undefined;
  /** To be called when all has been folded. */
  readonly end: () => void;
}

/**
 * A sensor without a reorder window is folded as its readings come; what lies behind its watermark is late. No reading
 * is folded before its time has come: one whose clock runs ahead would put all that comes until then behind the
 * watermark. It is stored, and folded in its place with the first batch that is received behind it.
 */
function dueOf(
  store: Store,
  { tenantId, sensorId, held, added, receivedAt }: SensorAdded & Pick<Folding, "tenantId" | "receivedAt">,
): Due {
  const { state, rules } = held;
  const before = state.watermark ?? -Infinity;
  const lateTs = added.ts.filter((ts) => ts <= before);
  held.addLate(lateTs);
  const count = lateTs.length;
  const late = count === 0 ? undefined : { sensorId, from: lateTs[0], to: lateTs[count - 1], count };
  const newest = Math.max(state.newest ?? -Infinity, added.ts.at(-1) ?? -Infinity);
  const heldBack = state.newest !== undefined || newest > receivedAt;
  if (rules.reorderWindowMs === undefined && !heldBack) {
    return { pages: [slice(added, count, added.ts.length)].values(), late, end: () => {} };
  }
  state.newest = newest;
  // Whatever source they came from: all that is stored and older than the window, in its place.
  const to = Math.min(newest - (rules.reorderWindowMs ?? 0), receivedAt) + MICROSECOND_MS;
  return {
    pages: storedPages(store, { tenantId, sensorId, from: state.watermark, to }),
    late,
    end() {
      // Without a window nothing is held back any more once the newest has been folded.
      if (rules.reorderWindowMs === undefined && (state.watermark ?? -Infinity) >= newest) delete state.newest;
    },
  };
}

async function* storedPages(
  store: Store,
  { tenantId, sensorId, from, to }: {
    tenantId: Batch["tenantId"];
    sensorId: SensorId;
    from: number | undefined;
    to: number;
  },
): AsyncGenerator<Series, void> {
  let next = from === undefined ? EARLIEST_MS : from + MICROSECOND_MS;
  while (next < to) {
    const page = await store.readings.series(tenantId, sensorId, { from: next, to, limit: READINGS_PER_LOOK });
    if (page.ts.length > 0) yield page;
    if (page.ts.length < READINGS_PER_LOOK) return;
    next = page.ts[page.ts.length - 1] + MICROSECOND_MS;
  }
}

/** Readings that are taken bit by bit; of those that are stored, one page at a time is held. */
function queueOf(pages: Due["pages"]) {
  let page: Series | undefined;
  let at = 0;
  return {
    /** Time of the next reading; undefined when there is none. */
    async head(): Promise<number | undefined> {
      while (page === undefined || at >= page.ts.length) {
        const { value, done } = await pages.next();
        if (done) return undefined;
        [page, at] = [value, 0];
      }
      return page.ts[at];
    },
    /** Those of the page that lie before `until`. */
    take(until: number): Series {
      const from = at;
      while (at < page!.ts.length && page!.ts[at] < until) at++;
      return slice(page!, from, at);
    },
  };
}

function slice({ ts, value, status }: Series, from: number, to: number): Series {
  return { ts: ts.subarray(from, to), value: value.subarray(from, to), status: status.subarray(from, to) };
}
