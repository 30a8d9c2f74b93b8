/**
 * Drift: the slow lane. It looks at day means alone, where what takes weeks stands out from what takes hours.
 *
 * Idea: a decline of a tenth of the scatter a day is never news to a detector that learns each reading, and plain to
 *   one that compares this week with last month.
 * Formula: over whole days, a = distance of the newest day's mean outside the range of those before, in its widths;
 *   z = distance of the EWMA (`weight`) of the day means from the mean of the days 7 to 35 days back, in their standard
 *   deviations; x = max(a / halfRange, z / halfMean); score = x / (x + 1), 0 where a and z are 0.
 * Parameters: `days` before it judges; `weight` of the newest day in the EWMA: higher is quicker and less calm;
 *   `halfRange` (widths) and `halfMean` (standard deviations) where each alone scores 0.5: higher is calmer; `share` of
 *   a day's usual readings without which the day does not count.
 * Example: day means of 10 +- 0.5 for a month; a fortnight later at 12 the EWMA is at 11.9, z = 3.8.
 * Source: S. W. Roberts, Technometrics 1(3), 1959 (EWMA charts); range-relative novelty as in value_novelty.ts.
 */
import { max, mean, min, sampleStandardDeviation } from "simple-statistics";
import { roundedTo } from "../stats/rounded.ts";
import { type FieldsOf, number, readings, share } from "../field.ts";
import { checkParameters, type Detector } from "./detector.ts";

export interface DriftParameters {
  readonly days: number;
  readonly weight: number;
  readonly halfRange: number;
  readonly halfMean: number;
  readonly share: number;
}

export const DRIFT_FIELDS: FieldsOf<DriftParameters> = {
  days: readings("Whole days before it judges.", { unit: "days", min: 3, max: 30, usually: 10 }),
  weight: number("Weight of the newest day among the last ones: more is quicker and less calm.", {
    min: 0.01,
    max: 1,
    usually: 0.3,
  }),
  halfRange: number("How far outside the range of days the newest one scores 0.5: more is calmer.", {
    unit: "widths of the range",
    min: 0.001,
    max: 1_000,
    usually: 0.25,
  }),
  halfMean: number("How far from last month's days the last ones score 0.5: more is calmer.", {
    unit: "standard deviations",
    min: 0.001,
    max: 1_000,
    usually: 2,
  }),
  share: share("A day with a smaller share of its usual readings does not count.", {
    unit: "share of readings",
    usually: 0.5,
  }),
};

interface State {
  /** The day under way (days since 1970, UTC), the sum of its readings and their number. */
  day?: number;
  sum: number;
  n: number;
  /** Means of whole days, oldest first. */
  days: number[];
  ewma: number;
  /** What the newest whole day is, beside those before. */
  outside: number;
  z: number;
  /** Where days were that are long over. */
  low: number;
  high: number;
}

const DAY_MS = 86_400_000;
/** Days kept; a whole month is compared with. */
const MOST_DAYS = 36;
/** The newest days, which the month does not hold. */
const WEEK = 7;
/** Days that a standard deviation needs. */
const LEAST = 10;
/** Less than this share of the value may be the sensor's resolution. */
const RESOLUTION = 1e-3;

export function drift(parameters: DriftParameters): Detector<State, number> {
  const { days, weight, halfRange, halfMean, share } = parameters;
  checkParameters("drift", {
    "3 <= days <= 30": days >= 3 && days <= 30,
    "0 < weight <= 1": weight > 0 && weight <= 1,
    "halfRange > 0": halfRange > 0,
    "halfMean > 0": halfMean > 0,
    "0 <= share <= 1": share >= 0 && share <= 1,
  });
  const excessOf = ({ outside, z }: State) => Math.max(outside / halfRange, Math.abs(z) / halfMean);
  const closeDay = (state: State, least: number) => {
    const { sum, n } = state;
    state.sum = 0;
    state.n = 0;
    if (n === 0 || n < least) return;
    addDay(state, sum / n, weight);
  };
  const last = { outside: NaN, z: NaN, score: NaN };
  return {
    name: "drift",
    sees: "day by day away from where it was last month",
    version: 1,
    // Of one reading a day, and the one that closes the last of them.
    warmUp: days + 1,
    start: () => ({ sum: 0, n: 0, days: [], ewma: 0, outside: 0, z: 0, low: 0, high: 0 }),
    // Readings that make a day.
    limitsAt: (perHour) => share * 24 * perHour,
    score(state) {
      const { days: known, outside, z } = state;
      if (known.length < days) return NaN;
      // For all readings of a day it is the same.
      if (outside !== last.outside || z !== last.z) {
        const x = excessOf(state);
        last.outside = outside;
        last.z = z;
        last.score = x / (x + 1);
      }
      return last.score;
    },
    excess: (state) => state.days.length < days ? 0 : excessOf(state),
    learn(state, point, least) {
      const { day } = state;
      // Without a division for those that are of the day under way.
      if (day === undefined || !(point.ts >= day * DAY_MS && point.ts < (day + 1) * DAY_MS)) {
        closeDay(state, least);
        state.day = Math.floor(point.ts / DAY_MS);
      }
      state.sum += point.plain;
      state.n++;
    },
    level: ({ ewma }) => ewma,
    normal: ({ low, high }) => [{ low, high }],
    facts: (state) => ({
      days: state.days.length,
      level: state.ewma,
      outside: state.outside,
      z: state.z,
      excess: state.days.length < days ? 0 : excessOf(state),
      low: state.low,
      high: state.high,
    }),
  };
}

/** Compares a day's mean with the days before, and takes it in. */
function addDay(state: State, value: number, weight: number): void {
  const { days } = state;
  if (days.length >= 2) {
    const [low, high] = [min(days), max(days)];
    const width = Math.max(high - low, RESOLUTION * Math.abs(high));
    const beyond = Math.max(0, value - high, low - value);
    // A record among few days says little: see withCaution in ensemble.ts.
    state.outside = beyond === 0 ? 0 : Math.min(beyond / width, Number.MAX_VALUE) * (days.length / MOST_DAYS);
    value = roundedTo(value, RESOLUTION * width);
  }
  const before = days.length >= LEAST + WEEK ? days.slice(0, -WEEK + 1) : days;
  state.ewma = days.length === 0 ? value : state.ewma + weight * (value - state.ewma);
  if (before.length > 0) {
    state.low = min(before);
    state.high = max(before);
  }
  state.z = before === days ? 0 : roundedTo(deviations(state.ewma, before), RESOLUTION);
  days.push(value);
  if (days.length > MOST_DAYS) days.shift();
}

function deviations(level: number, days: number[]): number {
  const spread = Math.max(sampleStandardDeviation(days), RESOLUTION * Math.abs(mean(days)));
  return spread === 0 ? 0 : Math.min(Math.max((level - mean(days)) / spread, -1e9), 1e9);
}
