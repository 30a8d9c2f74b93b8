/**
 * What the detectors said of a sensor's readings over a range, told again from what is stored: by the settings that it
 * was judged by at each data time. It is exact when the fold began with the first reading, and close to it otherwise:
 * detectors forget.
 */
import { learn, readInto, scoreOne, startFold } from "../../domain/detection/assess.ts";
import { relearn, type SensorState, startState } from "../../domain/detection/sensor_state.ts";
import { adoptSettings, needsReadings } from "../../domain/detection/settings_adoption.ts";
import type { Series } from "../../domain/plant/reading.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import { EARLIEST_MS } from "../../domain/timestamp.ts";
import { invalid } from "../errors.ts";
import { type Judged, judgedBy } from "../history/judged_by.ts";
import { findSensor } from "../plant/find_sensor.ts";
import { resolutionFor, WIDTH_MAX } from "../plant/read_trend.ts";
import type { Scope } from "../scope.ts";
import type { SettingsReader } from "./resolve_settings.ts";

/** Readings that are folded at most: a fifth of a second of the processor. */
export const FOLDED_MAX = 20_000;
/** Readings before the range that are folded when not all can be: most of what a detector remembers. */
const MEMORY = 5_000;

export interface ScoresInput {
  readonly sensorKey: string;
  readonly from: number;
  readonly to: number;
  readonly width: number;
}

export interface DetectorScores {
  readonly detector: string;
  readonly weight: number;
  /** Per time; NaN where it gave none. */
  readonly scores: readonly number[];
}

/** From which time of the range on, which settings judged. */
export interface ScoresBy {
  readonly from: number;
  /** Version of the detector set, as `judgedBy` of a sensor has it. */
  readonly name: string;
  readonly threshold: number;
}

export interface Scores {
  /** False: the range has more readings than are folded for a picture; the columns are empty. */
  readonly complete: boolean;
  /** Whether the fold began with the sensor's first reading. */
  readonly exact: boolean;
  /** Of the newest settings of the range. */
  readonly threshold: number;
  /** The settings of the range, the oldest first; at least one. */
  readonly judgedBy: readonly ScoresBy[];
  readonly times: readonly number[];
  /** The highest of each stretch. */
  readonly scores: readonly number[];
  readonly detectors: readonly DetectorScores[];
}

/** Throws invalid and not found. */
export async function readScores(scope: SettingsReader & Pick<Scope, "store">, input: ScoresInput): Promise<Scores> {
  const { from, to, width } = input;
  if (!(from < to)) throw invalid("from", "The range is empty: from has to be before to.");
  if (!(width >= 1 && width <= WIDTH_MAX)) throw invalid("width", `width has to be 1 to ${WIDTH_MAX}.`);
  const { store, tenant } = scope;
  const sensor = await findSensor(scope, { key: input.sensorKey, field: "sensor" });
  const read = (start: number) =>
    store.readings.series(tenant.id, sensor.id, { from: start, to, limit: FOLDED_MAX + 1 });
  let series = await read(EARLIEST_MS);
  const fits = series.ts.length <= FOLDED_MAX;
  const exact = fits && await isWhole(scope, sensor.id, series);
  if (!fits) {
    const inside = await store.readings.series(tenant.id, sensor.id, { from, to, limit: 1_000 });
    const spacing = inside.ts.length < 2 ? 60_000 : (inside.ts[inside.ts.length - 1] - inside.ts[0]) / inside.ts.length;
    series = await read(from - MEMORY * spacing);
  }
  const { id: sensorId, quantity, assetId } = sensor;
  const judged = await judgedBy(scope, store, { sensorId, quantity, assetId, settingsId: undefined });
  const by = judgedWithin(judged, { from, to });
  const shape = { exact, threshold: by[by.length - 1].threshold, judgedBy: by };
  if (series.ts.length > FOLDED_MAX) return { ...shape, complete: false, times: [], scores: [], detectors: [] };
  return { ...shape, complete: true, ...fold(series, { judged, from, stretchMs: resolutionFor(to - from, width) }) };
}

/** Whether it begins with the sensor's first reading: no minute or hour stands for one before it. */
async function isWhole(
  { store, tenant }: Pick<Scope, "store" | "tenant">,
  sensorId: SensorId,
  { ts }: Series,
): Promise<boolean> {
  const begins = (await store.lanes.begins(tenant.id, [sensorId])).get(sensorId);
  return begins === undefined || begins >= ts[0];
}

/** What of `judged` holds for data times from `from` to before `to`. */
function judgedWithin(judged: readonly Judged[], { from, to }: { from: number; to: number }): ScoresBy[] {
  const first = Math.max(0, judged.findLastIndex(({ behind }) => behind < from));
  return judged.slice(first).filter(({ behind }, i) => i === 0 || behind + 1 < to).map(({ set, behind }) => (
    { from: Math.max(behind + 1, from), name: set.version, threshold: set.settings.episode.threshold }
  ));
}

interface Folding {
  readonly judged: readonly Judged[];
  readonly from: number;
  readonly stretchMs: number;
}

function fold(series: Series, { judged, from, stretchMs }: Folding): Pick<Scores, "times" | "scores" | "detectors"> {
  const { ts, value } = series;
  let place = Math.max(0, judged.findLastIndex(({ behind }) => behind < ts[0]));
  let state = startState(judged[place].set);
  let one = startFold(judged[place].set, state);
  const times: number[] = [];
  const scores: number[] = [];
  const columns = new Map<string, { weight: number; scores: number[] }>();
  for (let i = 0; i < ts.length; i++) {
    while (place + 1 < judged.length && judged[place + 1].behind < ts[i]) {
      place++;
      state = goOver(state, judged[place], slice(series, Math.max(0, i - judged[place].storedMax), i));
      one = startFold(judged[place].set, state);
    }
    if (!readInto(one, state, ts[i], value[i])) continue;
    const score = scoreOne(state, one);
    if (ts[i] >= from) {
      const time = Math.floor(ts[i] / stretchMs) * stretchMs;
      if (times[times.length - 1] !== time) {
        times.push(time);
        scores.push(NaN);
      }
      const last = times.length - 1;
      scores[last] = greater(scores[last], score);
      for (const [d, { name }] of one.set.detectors.entries()) {
        const column = columns.get(name) ?? { weight: 0, scores: [] };
        columns.set(name, column);
        column.weight = one.set.weights[d];
        column.scores[last] = greater(column.scores[last] ?? NaN, one.scores[d]);
      }
    }
    learn(state, one, score);
  }
  const detectors = [...columns].map(([detector, { weight, scores: known }]) => (
    { detector, weight, scores: times.map((_, t) => known[t] ?? NaN) }
  ));
  return { times, scores, detectors };
}

/** As live, but for episodes, which scores know nothing of. */
function goOver(state: SensorState, { set, accepts }: Judged, stored: Series): SensorState {
  if (accepts) return relearn(state, set);
  return adoptSettings(state, set, needsReadings(state, set) ? { stored } : {}).state;
}

function slice({ ts, value, status }: Series, from: number, to: number): Series {
  return { ts: ts.subarray(from, to), value: value.subarray(from, to), status: status.subarray(from, to) };
}

function greater(a: number, b: number): number {
  return Number.isNaN(a) || b > a ? b : a;
}
