/**
 * Whether a sensor is still heard. Two clocks are kept apart: how far readings lie from each other is data time; how
 * long nothing has come is time of receipt. Only readings that come about when they were taken are heard at all, so
 * history that is sent again makes nobody present, and nobody silent.
 *
 * A sensor is overdue after three times the longest of: its expected interval (or its usual spacing, learnt), its usual
 * time between deliveries, and the floor. Example: readings each second in batches each ten minutes: overdue after half
 * an hour.
 */
import type { Accepted } from "../intake/verdict.ts";
import type { BatchId, Columns, SourceId } from "../intake/batch.ts";
import { qualityOf } from "../plant/quality.ts";
import type { SensorId } from "../plant/sensor.ts";
import { parseTimestamp } from "../timestamp.ts";

/** What is received later than this behind its time is history, unless the sensor's own interval is longer. */
const LIVE_WITHIN_MS = 15 * 60_000;
/** Intervals that may pass: one reading may be lost, one late. */
const INTERVALS_MAX = 3;
/** No sensor is overdue earlier: networks and clients need some time to try again. */
const FLOOR_MS = 60_000;
/** Spacings before a usual one is known. */
const SPACINGS_MIN = 20;
/** What is usual forgets its longest by so much with each spacing, so that it follows a sensor that became faster. */
const FORGETS = 1 / 500;
/** The same for deliveries, of which there are fewer. */
const DELIVERIES_FORGET = 1 / 50;
/** What was collected for longer than usual waited for a network: up to this much is usual at once. */
const COLLECTED_MS = 3_600_000;
/** A spacing that was a silence says little of what is usual; but one that comes again and again does. */
const GROWS_MAX = 1.5;

/** The last that was heard of a sensor, of whatever quality. */
export interface LastHeard {
  readonly ts: number;
  readonly value: number;
  readonly status: number;
}

export type PresenceFault = "silence" | "bad_quality";

export interface Presence {
  readonly sensorId: SensorId;
  readonly sourceId: SourceId;
  readonly batchId: BatchId;
  readonly last: LastHeard;
  /** Receipt (ms) of the last reading, and of the last usable one; data time of the latter. */
  readonly heardAt: number;
  readonly goodAt: number;
  readonly goodTs: number;
  /** What is usual, in ms: between readings, and between deliveries. */
  readonly spacingMs: number;
  readonly deliveryMs: number;
  /** Spacings that were learnt from. */
  readonly spacings: number;
  /** When it is overdue, by the clock of receipts; undefined while nobody knows what to expect. */
  readonly dueAt: number | undefined;
  /** The alert that stands because of it; its episode starts at `goodTs`. */
  readonly fault: PresenceFault | undefined;
}

/** What a batch says of one sensor, live. */
export interface Heard {
  readonly sensorId: SensorId;
  readonly expectedIntervalMs: number | undefined;
  /** Its usable readings; undefined: none of them was. */
  readonly good:
    | { readonly firstTs: number; readonly lastTs: number; readonly spacings: number; readonly longestMs: number }
    | undefined;
  readonly last: LastHeard;
}

export interface Delivery {
  readonly sourceId: SourceId;
  readonly batchId: BatchId;
  readonly receivedAt: number;
}

/** How long nothing may come, in ms; undefined while nobody knows. */
export function allowedMs(
  { spacingMs, deliveryMs, spacings }: Pick<Presence, "spacingMs" | "deliveryMs" | "spacings">,
  expectedIntervalMs: number | undefined,
): number | undefined {
  // One delivery alone may have been an import.
  if (expectedIntervalMs === undefined && (spacings < SPACINGS_MIN || deliveryMs === 0)) return undefined;
  return Math.max(FLOOR_MS, INTERVALS_MAX * Math.max(expectedIntervalMs ?? spacingMs, deliveryMs));
}

/** The presence after a delivery. A usable reading ends its fault: whoever stores it closes that alert. */
export function hear(
  before: Presence | undefined,
  heard: Heard,
  { sourceId, batchId, receivedAt }: Delivery,
): Presence {
  const { sensorId, good, last, expectedIntervalMs } = heard;
  const usual = good === undefined ? before ?? UNKNOWN : learn(before, { ...heard, good }, receivedAt);
  const allowed = allowedMs(usual, expectedIntervalMs);
  const goodAt = good === undefined ? before?.goodAt ?? receivedAt : receivedAt;
  const { spacingMs, deliveryMs, spacings } = usual;
  return {
    sensorId,
    sourceId,
    batchId,
    last: before !== undefined && before.last.ts > last.ts ? before.last : last,
    heardAt: receivedAt,
    goodAt,
    goodTs: Math.max(good?.lastTs ?? -Infinity, before?.goodTs ?? good?.lastTs ?? last.ts),
    spacingMs,
    deliveryMs,
    spacings,
    dueAt: allowed === undefined ? undefined : goodAt + allowed,
    fault: good === undefined ? before?.fault : undefined,
  };
}

const UNKNOWN = { spacingMs: 0, deliveryMs: 0, spacings: 0 };

function learn(
  before: Presence | undefined,
  { good, expectedIntervalMs }: Heard & { good: NonNullable<Heard["good"]> },
  receivedAt: number,
): Pick<Presence, "spacingMs" | "deliveryMs" | "spacings"> {
  const spacings = (before?.spacings ?? 0) + good.spacings;
  if (before === undefined) return { spacingMs: good.longestMs, deliveryMs: 0, spacings };
  const allowed = allowedMs(before, expectedIntervalMs) ?? Infinity;
  const between = good.firstTs - before.goodTs;
  const silent = between > allowed;
  const heardSpacing = Math.max(good.longestMs, silent ? Math.min(between, before.spacingMs * GROWS_MAX) : between);
  // Readings that were taken all along came late because they were collected; if there are none, nothing was taken.
  const waited = Math.min(receivedAt - before.goodAt, Math.max(INTERVALS_MAX * before.deliveryMs, COLLECTED_MS));
  return {
    spacingMs: Math.max(before.spacingMs * (1 - FORGETS), heardSpacing),
    deliveryMs: silent ? before.deliveryMs : Math.max(before.deliveryMs * (1 - DELIVERIES_FORGET), waited),
    spacings: spacings + (between > 0 ? 1 : 0),
  };
}

/** Which fault an overdue sensor has at `now`: it says nothing, or nothing that is of use. */
export function faultAt({ goodAt, heardAt, dueAt }: Presence, now: number): PresenceFault | undefined {
  if (dueAt === undefined || now < dueAt) return undefined;
  return heardAt > goodAt && now < heardAt + (dueAt - goodAt) ? "bad_quality" : "silence";
}

/** Whether `sourceHeardAt` shows that the sensor's source goes on without it. */
export function missedBySource({ heardAt, goodAt, dueAt }: Presence, sourceHeardAt: number): boolean {
  return dueAt !== undefined && sourceHeardAt >= heardAt + (dueAt - goodAt) / INTERVALS_MAX;
}

interface HeardBatch {
  readonly columns: Columns;
  /** One per entry of `columns.sensors`. */
  readonly sensors: readonly ({ readonly id: SensorId; readonly expectedIntervalMs: number | undefined } | undefined)[];
  readonly accepted: Accepted;
  readonly receivedAt: number;
}

/** What a batch says of its sensors that is live: usable readings, and those of bad quality. */
export function heardIn({ columns, sensors, accepted, receivedAt }: HeardBatch): Heard[] {
  const heard = new Map<SensorId, Heard>();
  const expected = new Map(
    sensors.flatMap((sensor) => sensor ? [[sensor.id, sensor.expectedIntervalMs] as const] : []),
  );
  const isLive = (sensorId: SensorId, ts: number) =>
    receivedAt - ts <= Math.max(LIVE_WITHIN_MS, INTERVALS_MAX * (expected.get(sensorId) ?? 0));
  for (const [i, sensorId] of accepted.sensorIds.entries()) {
    const [from, to] = [accepted.offsets[i], accepted.offsets[i + 1]];
    const { ts, value, status } = accepted;
    const last = { ts: ts[to - 1], value: value[to - 1], status: status[to - 1] };
    if (!isLive(sensorId, last.ts)) continue;
    let longestMs = 0;
    for (let row = from + 1; row < to; row++) longestMs = Math.max(longestMs, ts[row] - ts[row - 1]);
    const good = { firstTs: ts[from], lastTs: last.ts, spacings: to - from - 1, longestMs };
    heard.set(sensorId, { sensorId, expectedIntervalMs: expected.get(sensorId), good, last });
  }
  for (const [row, status] of (columns.status ?? []).entries()) {
    if (typeof status !== "number" || qualityOf(status) !== "bad") continue;
    const sensorId = sensors[columns.sensor[row] as number]?.id;
    const [ts, value] = [parseTimestamp(columns.time[row]), columns.value[row]];
    if (sensorId === undefined || ts === undefined || !isLive(sensorId, ts) || ts > receivedAt + LIVE_WITHIN_MS) {
      continue;
    }
    const before = heard.get(sensorId);
    if (before !== undefined && before.last.ts > ts) continue;
    const last = { ts, value: typeof value === "number" ? value : NaN, status };
    heard.set(sensorId, { sensorId, expectedIntervalMs: expected.get(sensorId), good: before?.good, last });
  }
  return [...heard.values()];
}
