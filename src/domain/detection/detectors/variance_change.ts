/**
 * Variance change.
 *
 * Idea: a machine that starts to shake, or a signal that goes quiet, changes its scatter before its level.
 * Formula: s = ln(standard deviation of the last `length` readings), from a floor up; then that of stats/novelty.ts on
 *   s. The logarithm makes a doubling as far as a halving.
 * Parameters: `length` (readings); those of stats/novelty.ts for s.
 * Example: deviations were 0.5 to 2 (s from -0.69 to 0.69); 4 has s = 1.39, e = 0.5, and with half 0.1 scores 0.83.
 * Source: S-charts (W. A. Shewhart, 1931), with the range as scale as in value_novelty.ts.
 */
import { type FieldsOf, readings } from "../field.ts";
import {
  checkNovelty,
  learnNovelty,
  type Novelty,
  NOVELTY_FIELDS,
  noveltyFacts,
  noveltyOf,
  type NoveltyParameters,
  sizeAt,
  startNovelty,
} from "../stats/novelty.ts";
import type { WindowSize } from "../stats/trailing_range.ts";
import { checkParameters, type Detector } from "./detector.ts";

export interface VarianceParameters extends NoveltyParameters {
  readonly length: number;
}

export const VARIANCE_FIELDS: FieldsOf<VarianceParameters> = {
  ...NOVELTY_FIELDS,
  length: readings("Readings that the scatter is taken over: more see smaller changes, later.", {
    min: 4,
    max: 100,
    usually: 16,
  }),
};

interface State {
  scatter: Novelty;
  /** The last `length` values, as a ring from `next` on. */
  recent: number[];
  next: number;
  /**
   * Readings since the scatter was last computed: once per `length / 4`, since neighbours share most of their window.
   */
  age: number;
  /** The last one computed; undefined while the window is not full. */
  last?: number;
}

/** Deviations below this share of the level are rounding. */
const FLOOR = 1e-9;
/** Deviations that differ by less than a tenth are alike: ln(1.1). */
const NARROWEST = 0.1;

export function varianceChange(parameters: VarianceParameters): Detector<State, WindowSize> {
  const { length } = parameters;
  checkNovelty("variance_change", parameters);
  checkParameters("variance_change", { "4 <= length <= 100": length >= 4 && length <= 100 });
  const every = Math.max(1, Math.floor(length / 4));
  return {
    name: "variance_change",
    sees: "more or less scatter than usual",
    version: 2,
    warmUp: length - 1 + every * (1 + parameters.warmUp),
    start: () => ({ scatter: startNovelty(), recent: [], next: 0, age: 0 }),
    limitsAt: (perHour) => sizeAt(parameters, perHour),
    // Judged on what is known before this reading: a single outlier is the business of others.
    score({ scatter, last, age }) {
      if (last === undefined || scatter.n < parameters.warmUp) return NaN;
      return age > 0 ? 0 : noveltyOf(scatter, { x: last, floor: NARROWEST }, parameters);
    },
    learn(state, { plain }, size) {
      if (state.recent.length < length) state.recent.push(plain);
      else {
        state.recent[state.next] = plain;
        state.next = state.next + 1 === length ? 0 : state.next + 1;
      }
      if (state.recent.length < length || ++state.age < every) return;
      if (state.last !== undefined) learnNovelty(state.scatter, { x: state.last, floor: NARROWEST }, size);
      state.last = Math.log(deviationOf(state.recent) + FLOOR * (1 + Math.abs(plain)));
      state.age = 0;
    },
    // What wanders goes further in a longer window.
    repace: ({ scatter: { range } }, factor) => void (factor > 1 ? range.max += Math.log(factor) : undefined),
    facts: ({ scatter, last = 0 }) => ({ logDeviation: last, ...noveltyFacts(scatter, { x: last, floor: NARROWEST }) }),
  };
}

/** Sample standard deviation of two values or more; the sum behind their mean is compensated (Neumaier). */
function deviationOf(values: readonly number[]): number {
  let sum = values[0];
  let correction = 0;
  for (let i = 1; i < values.length; i++) {
    const value = values[i];
    const next = sum + value;
    correction += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
  }
  const mean = (sum + correction) / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const departure = values[i] - mean;
    squares += departure * departure;
  }
  return Math.sqrt(squares / (values.length - 1));
}
