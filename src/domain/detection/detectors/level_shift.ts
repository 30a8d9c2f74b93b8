/**
 * Level shift, by a two-sided CUSUM.
 *
 * Idea: small departures in the same direction add up, while scatter cancels out; the sum shows a shift of the mean
 *   well within the range of values.
 * Formula: z = (value - mean) / sd of the baseline, clipped to +-`clip`; up = max(0, up + z - slack), down = max(0,
 *   down - z - slack); score = s / (s + 2 decision) for s = max(up, down) over `decision`, else 0. After an excursion
 *   over `decision` that lasts for `relearn` the level is taken as the new normal, and the baseline is learnt
 *   anew.
 * Parameters: `warmUp` (a span of data time, a whole day or more) of the baseline, which is frozen then; `slack` (sd)
 *   under which departures do not count; `decision` (sd) where the score leaves 0: higher is calmer; `clip` (sd), so
 *   that one outlier is no shift; `relearn` (a span of data time).
 * Example: slack 0.5 and decision 20: a shift by 2 sd adds 1.5 a reading, and is over the decision after 14 readings.
 * Source: E. S. Page, Biometrika 41, 1954; frozen reference as in online-ml/river, river/drift/cusum.py.
 */
import { readingsIn, type Span, spanRules } from "../stats/span.ts";
import { type FieldsOf, number, span } from "../field.ts";
import { type Moments, spread, startMoments, updateMoments } from "../stats/welford.ts";
import { checkParameters, type Detector } from "./detector.ts";

export interface LevelShiftParameters {
  readonly warmUp: Span;
  readonly slack: number;
  readonly decision: number;
  readonly clip: number;
  readonly relearn: Span;
}

export const LEVEL_SHIFT_FIELDS: FieldsOf<LevelShiftParameters> = {
  warmUp: span("Learnt from before it judges.", { leastMin: 10, usually: { hours: 25, least: 300 } }),
  slack: number("Departures under it do not count: more is calmer.", {
    unit: "standard deviations",
    min: 0,
    max: 100,
    usually: 1,
  }),
  decision: number("Sum of departures at which the score leaves 0: more is calmer.", {
    unit: "standard deviations",
    min: 0.1,
    max: 100_000,
    usually: 100,
  }),
  clip: number("Most that a single reading adds, so that one outlier is no shift.", {
    unit: "standard deviations",
    min: 0.1,
    max: 1_000,
    usually: 3,
  }),
  relearn: span("After so long over the decision the level is taken as the new normal.", {
    usually: { hours: 42, least: 300 },
  }),
};

interface State {
  baseline: Moments;
  up: number;
  down: number;
  /** Readings in a row over the decision. */
  over: number;
}

/** In readings. */
interface Limits {
  readonly warmUp: number;
  readonly relearn: number;
}

export function levelShift({ warmUp, slack, decision, clip, relearn }: LevelShiftParameters): Detector<State, Limits> {
  checkParameters("level_shift", {
    ...spanRules("warmUp", warmUp),
    "warmUp.least >= 10": warmUp?.least >= 10,
    "slack >= 0": slack >= 0,
    "decision > 0": decision > 0,
    "clip > slack": clip > slack,
    ...spanRules("relearn", relearn),
  });
  const departure = ({ baseline }: State, value: number) => {
    const z = (value - baseline.mean) / spread(baseline);
    return Math.min(Math.max(z, -clip), clip);
  };
  const sumsWith = (state: State, value: number) => {
    const z = departure(state, value);
    return { up: Math.max(0, state.up + z - slack), down: Math.max(0, state.down - z - slack) };
  };
  const isReady = ({ baseline: { n, variance } }: State, limits: Limits) => n >= limits.warmUp && variance > 0;
  return {
    name: "level_shift",
    sees: "small departures in one direction that add up",
    version: 2,
    warmUp: warmUp.least,
    start: () => ({ baseline: startMoments(), up: 0, down: 0, over: 0 }),
    limitsAt: (perHour) => ({ warmUp: readingsIn(warmUp, perHour), relearn: readingsIn(relearn, perHour) }),
    score(state, { plain }, limits) {
      if (!isReady(state, limits)) return NaN;
      const { up, down } = sumsWith(state, plain);
      const excess = Math.max(up, down) - decision;
      return excess > 0 ? excess / (excess + 2 * decision) : 0;
    },
    learn(state, { plain }, limits) {
      if (!isReady(state, limits)) {
        updateMoments(state.baseline, plain, Infinity);
        return;
      }
      const { up, down } = sumsWith(state, plain);
      state.up = up;
      state.down = down;
      state.over = Math.max(up, down) > decision ? state.over + 1 : 0;
      if (state.over < limits.relearn) return;
      state.baseline = startMoments();
      state.up = 0;
      state.down = 0;
      state.over = 0;
    },
    facts: (state, { plain }) => ({
      mean: state.baseline.mean,
      sd: Math.sqrt(state.baseline.variance),
      ...sumsWith(state, plain),
      decision,
    }),
  };
}
