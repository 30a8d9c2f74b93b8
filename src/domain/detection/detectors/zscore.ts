/**
 * Z-score with linear confidence.
 *
 * Idea: a reading far from the mean, measured in standard deviations, is unusual.
 * Formula: z = |x - mean| / sd; score = clamp((z - sigma) / (cap - sigma), 0, 1).
 * Parameters: `sigma` (standard deviations) where the score leaves 0: higher is calmer; `cap` (standard deviations)
 *   where it reaches 1; `memory` (a span of data time) over which mean and deviation follow the process; `warmUp`
 *   (readings) before the first score.
 * Example: with mean 20, sd 1, sigma 4 and cap 8, the value 26 gives 0.5.
 * Source: B. P. Welford, Technometrics 4(3), 1962; D. H. D. West, CACM 22(9), 1979.
 */
import { type FieldsOf, number, readings, span, WINDOW } from "../field.ts";
import { type Moments, spread, startMoments, updateMoments } from "../stats/welford.ts";
import { readingsIn, type Span, spanRules } from "../stats/span.ts";
import { checkParameters, type Detector } from "./detector.ts";

export interface ZscoreParameters {
  readonly sigma: number;
  readonly cap: number;
  readonly memory: Span;
  readonly warmUp: number;
}

const DEVIATIONS = { unit: "standard deviations", min: 0.1, max: 1_000 };

export const ZSCORE_FIELDS: FieldsOf<ZscoreParameters> = {
  sigma: number("Distance from the mean at which the score leaves 0: more is calmer.", { ...DEVIATIONS, usually: 4 }),
  cap: number("Distance at which the score is 1; has to be over sigma.", { ...DEVIATIONS, usually: 12 }),
  memory: span("How far back mean and deviation follow the process: more follows slower.", { usually: WINDOW }),
  warmUp: readings("Learnt from before it judges.", { min: 2, max: 100_000, usually: 200 }),
};

export function zscore({ sigma, cap, memory, warmUp }: ZscoreParameters): Detector<Moments, number> {
  checkParameters("zscore", {
    "sigma > 0": sigma > 0,
    "cap > sigma": cap > sigma,
    ...spanRules("memory", memory),
    "warmUp >= 2": warmUp >= 2,
  });
  const distance = (state: Moments, value: number) => {
    const deviation = Math.abs(value - state.mean);
    return deviation === 0 ? 0 : deviation / spread(state);
  };
  return {
    name: "zscore",
    sees: "a value many standard deviations from the mean",
    version: 2,
    warmUp,
    start: startMoments,
    limitsAt: (perHour) => readingsIn(memory, perHour),
    score(state, { plain }) {
      // Without any spread there is no scale to measure by: novelty speaks for such sensors.
      if (state.n < warmUp || state.variance === 0) return NaN;
      return Math.min(Math.max((distance(state, plain) - sigma) / (cap - sigma), 0), 1);
    },
    learn(state, { plain }, readings) {
      updateMoments(state, plain, readings);
    },
    facts(state, { plain }) {
      return { mean: state.mean, sd: Math.sqrt(state.variance), z: distance(state, plain), sigma, cap };
    },
  };
}
