/**
 * What the detectors said of a sensor's readings over a range, told again from what is stored. It is exact when the
 * fold began with the first reading, and close to it otherwise: detectors forget.
 */
import { learn, readInto, scoreOne, startFold } from "../../domain/detection/assess.ts";
import { detectorSet } from "../../domain/detection/detector_set.ts";
import { startState } from "../../domain/detection/sensor_state.ts";
import type { Series } from "../../domain/plant/reading.ts";
import { EARLIEST_MS } from "../../domain/timestamp.ts";
import { invalid } from "../errors.ts";
import { findSensor } from "../plant/find_sensor.ts";
import { resolutionFor, WIDTH_MAX } from "../plant/read_trend.ts";
import type { Scope } from "../scope.ts";

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

export interface Scores {
  /** False: the range has more readings than are folded for a picture; the columns are empty. */
  readonly complete: boolean;
  /** Whether the fold began with the sensor's first reading. */
  readonly exact: boolean;
  readonly threshold: number;
  readonly times: readonly number[];
  /** The highest of each stretch. */
  readonly scores: readonly number[];
  readonly detectors: readonly DetectorScores[];
}

/** Throws invalid and not found. */
export async function readScores(scope: Pick<Scope, "store" | "tenant">, input: ScoresInput): Promise<Scores> {
  const { from, to, width } = input;
  if (!(from < to)) throw invalid("from", "The range is empty: from has to be before to.");
  if (!(width >= 1 && width <= WIDTH_MAX)) throw invalid("width", `width has to be 1 to ${WIDTH_MAX}.`);
  const { store, tenant } = scope;
  const sensor = await findSensor(scope, { key: input.sensorKey, field: "sensor" });
  const read = (start: number) =>
    store.readings.series(tenant.id, sensor.id, { from: start, to, limit: FOLDED_MAX + 1 });
  let series = await read(EARLIEST_MS);
  const exact = series.ts.length <= FOLDED_MAX;
  if (!exact) {
    const inside = await store.readings.series(tenant.id, sensor.id, { from, to, limit: 1_000 });
    const spacing = inside.ts.length < 2 ? 60_000 : (inside.ts[inside.ts.length - 1] - inside.ts[0]) / inside.ts.length;
    series = await read(from - MEMORY * spacing);
  }
  const set = detectorSet(sensor.quantity);
  const shape = { exact, threshold: set.settings.episode.threshold };
  if (series.ts.length > FOLDED_MAX) return { ...shape, complete: false, times: [], scores: [], detectors: [] };
  return { ...shape, complete: true, ...fold(series, { set, from, stretchMs: resolutionFor(to - from, width) }) };
}

interface Folding {
  readonly set: ReturnType<typeof detectorSet>;
  readonly from: number;
  readonly stretchMs: number;
}

function fold(
  series: Series,
  { set, from, stretchMs }: Folding,
): Pick<Scores, "times" | "scores" | "detectors"> {
  const state = startState(set);
  const one = startFold(set, state);
  const times: number[] = [];
  const scores: number[] = [];
  const parts = set.detectors.map((): number[] => []);
  for (let i = 0; i < series.ts.length; i++) {
    if (!readInto(one, state, series.ts[i], series.value[i])) continue;
    const score = scoreOne(state, one);
    if (series.ts[i] >= from) {
      const time = Math.floor(series.ts[i] / stretchMs) * stretchMs;
      if (times[times.length - 1] !== time) {
        times.push(time);
        scores.push(NaN);
        for (const part of parts) part.push(NaN);
      }
      const last = times.length - 1;
      scores[last] = greater(scores[last], score);
      for (const [d, part] of parts.entries()) part[last] = greater(part[last], one.scores[d]);
    }
    learn(state, one, score);
  }
  const detectors = set.detectors.map(({ name }, d) => ({ detector: name, weight: set.weights[d], scores: parts[d] }));
  return { times, scores, detectors };
}

function greater(a: number, b: number): number {
  return Number.isNaN(a) || b > a ? b : a;
}
