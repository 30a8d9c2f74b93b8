/**
 * The verdict on each reading of a batch: accepted, known twice, or quarantined with a reason. One bad reading never
 * refuses its batch.
 */
import { type Columns } from "./batch.ts";
import { keyFault } from "../key.ts";
import type { Quarantined, QuarantineReason } from "./quarantine.ts";
import { qualityOf, STATUS_GOOD } from "../plant/quality.ts";
import type { Series } from "../plant/reading.ts";
import type { SensorId } from "../plant/sensor.ts";
import { EARLIEST_MS, formatTimestamp, parseTimestamp } from "../timestamp.ts";

/** What judging needs to know of a sensor. */
export interface SensorLimits {
  readonly id: SensorId;
  readonly rangeMin: number | undefined;
  readonly rangeMax: number | undefined;
  readonly expectedIntervalMs: number | undefined;
  readonly retired: boolean;
  /** Converts values into the sensor's unit; left out when they are sent in it. */
  readonly convert?: (value: number) => number;
  /** Why the unit that was sent cannot be converted. */
  readonly unitFault?: ReadingFault;
}

/**
 * Accepted readings sorted by sensor, then by time: sensor `sensorIds[i]` has rows `offsets[i]` to `offsets[i + 1]`.
 */
export interface Accepted {
  readonly sensorIds: readonly SensorId[];
  readonly offsets: readonly number[];
  readonly ts: Float64Array;
  readonly value: Float64Array;
  readonly status: Uint32Array;
  /** Place of each row in its batch. */
  readonly index: Int32Array;
}

export interface Verdicts {
  readonly accepted: Accepted;
  readonly quarantined: readonly Quarantined[];
  /** Rows that repeat another one of the batch: same sensor, time and value. */
  readonly duplicates: number;
}

/** What is wrong with a reading. */
export interface ReadingFault {
  readonly reason: QuarantineReason;
  readonly detail: string;
}

export interface JudgeOptions {
  /** One per entry of `columns.sensors`; undefined when that sensor is unknown. */
  readonly sensors: readonly (SensorLimits | undefined)[];
  readonly receivedAtMs: number;
  /** How far ahead of its receipt a reading's time may be. */
  readonly futureMaxMs: number;
  /** Data time before which nothing is accepted, since the readings of then have gone; left out: there is none. */
  readonly closedBeforeMs?: number;
  /** Rows that an earlier verdict has put into quarantine: they are left out without another verdict. */
  readonly skip?: ReadonlySet<number>;
}

/** The series of the `i`-th sensor of `accepted`; shares memory with it. */
export function seriesOf(accepted: Accepted, i: number): Series {
  const [from, to] = [accepted.offsets[i], accepted.offsets[i + 1]];
  return {
    ts: accepted.ts.subarray(from, to),
    value: accepted.value.subarray(from, to),
    status: accepted.status.subarray(from, to),
  };
}

/** Judges every reading of a batch. The result depends on its arguments alone, so a repeat gives the same verdicts. */
export function judge(columns: Columns, options: JudgeOptions): Verdicts {
  const rows = columns.time.length;
  const ts = new Float64Array(rows);
  const value = new Float64Array(rows);
  const quarantined: Quarantined[] = [];
  const byPlace: number[][] = options.sensors.map(() => []);
  const limitMs = options.receivedAtMs + options.futureMaxMs;
  for (let index = 0; index < rows; index++) {
    if (options.skip?.has(index)) continue;
    ts[index] = parseTimestamp(columns.time[index]) ?? NaN;
    const place = placeOf(columns, index);
    const sensor = place === undefined ? undefined : options.sensors[place];
    value[index] = valueOf(columns.value[index], sensor);
    const fault = sensorFault(columns, { index, place, sensor }) ??
      valueFault(columns, { index, value: value[index], sensor }) ??
      timeFault(ts[index], { time: columns.time[index], limitMs, closedBeforeMs: options.closedBeforeMs });
    if (fault === undefined) {
      byPlace[place!].push(index);
    } else {
      quarantined.push({ index, ...fault, raw: rawReading(columns, index) });
    }
  }
  const sorted = sortBySensor(byPlace, options.sensors, ts);
  return dropRepeats({ columns, ts, value, quarantined }, sorted);
}

/** The row's entry in `sensors`; undefined when there is none. */
function placeOf(columns: Columns, index: number): number | undefined {
  const place = columns.sensor[index];
  return typeof place === "number" && place in columns.sensors ? place : undefined;
}

/** In the sensor's unit; NaN for what is no number. */
function valueOf(sent: unknown, sensor: SensorLimits | undefined): number {
  if (typeof sent !== "number") return NaN;
  return sensor?.convert === undefined ? sent : sensor.convert(sent);
}

interface Row {
  readonly index: number;
  readonly place: number | undefined;
  readonly sensor: SensorLimits | undefined;
}

function sensorFault(columns: Columns, { index, place, sensor }: Row): ReadingFault | undefined {
  if (place === undefined) {
    return { reason: "invalid_sensor", detail: `no entry ${shown(columns.sensor[index])} in "sensors"` };
  }
  const key = columns.sensors[place];
  const keyWrong = typeof key === "string" ? keyFault(key) : "is not text";
  if (keyWrong !== undefined) return { reason: "invalid_sensor", detail: `the sensor key ${keyWrong}` };
  if (sensor === undefined) return { reason: "unknown_sensor", detail: `no sensor has the key ${shown(key)}` };
  if (sensor.retired) return { reason: "retired_sensor", detail: `the sensor ${shown(key)} is retired` };
  return sensor.unitFault;
}

function valueFault(
  columns: Columns,
  { index, value, sensor }: { index: number; value: number; sensor: SensorLimits | undefined },
): ReadingFault | undefined {
  if (!Number.isFinite(value)) {
    return { reason: "not_a_number", detail: `the value ${shown(columns.value[index])} is not a finite number` };
  }
  const { rangeMin = -Infinity, rangeMax = Infinity } = sensor ?? {};
  if (value < rangeMin || value > rangeMax) {
    const range = `${sensor?.rangeMin ?? "-"} to ${sensor?.rangeMax ?? "-"}`;
    return { reason: "outside_physical_range", detail: `${value} is outside the sensor's physical range, ${range}` };
  }
  return statusFault(columns.status?.[index] ?? STATUS_GOOD);
}

function statusFault(status: unknown): ReadingFault | undefined {
  if (typeof status !== "number" || !Number.isInteger(status) || status < 0 || status > 0xffffffff) {
    return { reason: "unreadable_status", detail: `${shown(status)} is not an OPC UA status code` };
  }
  if (qualityOf(status) === "bad") {
    return { reason: "bad_quality", detail: `the status code 0x${status.toString(16)} is of bad quality` };
  }
  return undefined;
}

interface TimeBounds {
  readonly time: unknown;
  readonly limitMs: number;
  readonly closedBeforeMs: number | undefined;
}

function timeFault(ms: number, { time, limitMs, closedBeforeMs = -Infinity }: TimeBounds): ReadingFault | undefined {
  if (Number.isNaN(ms)) {
    return {
      reason: "unreadable_timestamp",
      detail: `${shown(time)} is neither RFC 3339 with a zone nor milliseconds`,
    };
  }
  if (ms < EARLIEST_MS) return { reason: "too_old", detail: `${shown(time)} is before 1990` };
  if (ms < closedBeforeMs) return closedFault(time, closedBeforeMs);
  if (ms > limitMs) return { reason: "in_the_future", detail: `${shown(time)} is after ${formatTimestamp(limitMs)}` };
  return undefined;
}

function closedFault(time: unknown, closedBeforeMs: number): ReadingFault {
  const closed = formatTimestamp(closedBeforeMs);
  const detail = `${shown(time)} is before ${closed}: readings before that have given way to minutes and hours, ` +
    "which nothing can be added to";
  return { reason: "too_old", detail };
}

/** What of `accepted` lies in a time that has been closed since it was judged. */
export function closedSince(
  accepted: Accepted,
  { columns, closedBeforeMs }: { columns: Columns; closedBeforeMs: number },
): { readonly accepted: Accepted; readonly quarantined: readonly Quarantined[] } {
  if (!accepted.ts.some((ts) => ts < closedBeforeMs)) return { accepted, quarantined: [] };
  const rows = [...accepted.ts.keys()].filter((row) => accepted.ts[row] < closedBeforeMs);
  const quarantined = rows.map((row) => {
    const index = accepted.index[row];
    return { index, ...closedFault(columns.time[index], closedBeforeMs), raw: rawReading(columns, index) };
  });
  return { accepted: without(accepted, new Set(rows)), quarantined };
}

/** Rows grouped by sensor id in ascending order, each group in time order, equal times in the order sent. */
function sortBySensor(byPlace: number[][], sensors: JudgeOptions["sensors"], ts: Float64Array): [SensorId, number[]][] {
  const groups = new Map<SensorId, number[]>();
  for (const [place, rows] of byPlace.entries()) {
    if (rows.length === 0) continue;
    const id = sensors[place]!.id;
    const same = groups.get(id);
    // A key may be listed twice: the rows then belong together in the order sent.
    groups.set(id, same === undefined ? rows : [...same, ...rows].sort((a, b) => a - b));
  }
  const sorted = [...groups].sort(([a], [b]) => a - b);
  for (const [, rows] of sorted) {
    if (rows.some((row, i) => i > 0 && ts[row] < ts[rows[i - 1]])) rows.sort((a, b) => ts[a] - ts[b] || a - b);
  }
  return sorted;
}

interface Judged {
  readonly columns: Columns;
  readonly ts: Float64Array;
  readonly value: Float64Array;
  readonly quarantined: Quarantined[];
}

function dropRepeats({ columns, ts, value, quarantined }: Judged, groups: [SensorId, number[]][]): Verdicts {
  const kept: number[] = [];
  const sensorIds: SensorId[] = [];
  const offsets = [0];
  let duplicates = 0;
  for (const [id, rows] of groups) {
    let last = -1;
    for (const row of rows) {
      if (last < 0 || ts[row] !== ts[last]) {
        kept.push(row);
        last = row;
      } else if (value[row] === value[last]) {
        duplicates++;
      } else {
        const detail = `reading ${last} of the batch has the same sensor and time and the value ${value[last]}`;
        quarantined.push({ index: row, reason: "conflict_in_batch", detail, raw: rawReading(columns, row) });
      }
    }
    sensorIds.push(id);
    offsets.push(kept.length);
  }
  const accepted: Accepted = {
    sensorIds,
    offsets,
    ts: Float64Array.from(kept, (row) => ts[row]),
    value: Float64Array.from(kept, (row) => value[row]),
    status: Uint32Array.from(kept, (row) => (columns.status?.[row] ?? STATUS_GOOD) as number),
    index: Int32Array.from(kept),
  };
  quarantined.sort((a, b) => a.index - b.index);
  return { accepted, quarantined, duplicates };
}

/** The reading at `index` as JSON text, as it was sent. */
export function rawReading(columns: Columns, index: number): string {
  const place = columns.sensor[index];
  return JSON.stringify({
    sensor: typeof place === "number" && place in columns.sensors ? columns.sensors[place] : place,
    time: columns.time[index],
    value: columns.value[index],
    unit: typeof place === "number" ? columns.units?.[place] ?? undefined : undefined,
    status: columns.status?.[index],
  });
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}

/** The rows of `accepted` without those in `drop`. */
export function without(accepted: Accepted, drop: ReadonlySet<number>): Accepted {
  if (drop.size === 0) return accepted;
  const kept: number[] = [];
  const sensorIds: SensorId[] = [];
  const offsets = [0];
  for (const [i, id] of accepted.sensorIds.entries()) {
    for (let row = accepted.offsets[i]; row < accepted.offsets[i + 1]; row++) {
      if (!drop.has(row)) kept.push(row);
    }
    if (kept.length > offsets[offsets.length - 1]) {
      sensorIds.push(id);
      offsets.push(kept.length);
    }
  }
  return {
    sensorIds,
    offsets,
    ts: Float64Array.from(kept, (row) => accepted.ts[row]),
    value: Float64Array.from(kept, (row) => accepted.value[row]),
    status: Uint32Array.from(kept, (row) => accepted.status[row]),
    index: Int32Array.from(kept, (row) => accepted.index[row]),
  };
}
