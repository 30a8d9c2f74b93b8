/**
 * Steady level: level novelty for sensors with glitches.
 *
 * Idea: dropouts and spikes move every mean, until no level is new any more and a fault hides among them. Without what
 *   may be a glitch the level stands still, and a real shift is many times its range.
 * Formula: m = mean of `length` readings in a row, each at most at the end of the range of values while it may be a
 *   glitch (stats/glitch.ts); then that of stats/novelty.ts on m, once when its last reading comes.
 * Parameters: `length` (a span of data time); those of stats/novelty.ts for m, where `warmUp` counts means. `half` is
 *   large, so that only what is beyond any doubt counts: level_novelty.ts is for the rest.
 * Example: at 60 +- 1 with a spike of 9,999 in every twentieth reading the means are from 59.9 to 60.2; at 95 m has an
 *   e of 116.
 * Source: Shewhart's charts of means (1931), on winsorised readings (J. W. Tukey, 1962).
 */
import { learnLevel, type LevelLimits, levelLimits, type LevelState, startLevel } from "../level.ts";
import { type FieldsOf, span } from "../field.ts";
import { checkParameters, type Detector, type Point } from "./detector.ts";
import { checkNovelty, NOVELTY_FIELDS, type NoveltyParameters, sampleOf } from "../stats/novelty.ts";
import { type Span, spanRules } from "../stats/span.ts";
import { excess, widenRange } from "../stats/trailing_range.ts";

export interface SteadyLevelParameters extends NoveltyParameters {
  readonly length: Span;
}

export const STEADY_LEVEL_FIELDS: FieldsOf<SteadyLevelParameters> = {
  ...NOVELTY_FIELDS,
  half: { ...NOVELTY_FIELDS.half, usually: 4 },
  warmUp: { ...NOVELTY_FIELDS.warmUp, unit: "means", usually: 10 },
  length: span("How long each mean is over: more sees smaller shifts, later.", { usually: { hours: 1, least: 20 } }),
};

interface State extends LevelState {
  /** Means taken in. */
  n: number;
}

export function steadyLevel(parameters: SteadyLevelParameters): Detector<State, LevelLimits> {
  const { length, window, blocks, half, warmUp } = parameters;
  checkNovelty("steady_level", parameters);
  checkParameters("steady_level", spanRules("length", length));
  // Between the ends of two means there is nothing new to be said.
  const excessOf = ({ filled, sum, range }: State, { steady }: Point, { stretch }: LevelLimits) => {
    if (filled + 1 < stretch) return 0;
    // Means that were all the same have no width to measure by: others see what leaves a constant.
    if (range.max === range.min) return 0;
    return Math.min(excess(range, sampleOf((sum + steady) / (filled + 1), range.max)), Number.MAX_VALUE);
  };
  return {
    name: "steady_level",
    sees: "a level outside all recent levels, glitches left out",
    version: 1,
    warmUp: length.least * warmUp,
    start: () => ({ ...startLevel(), n: 0 }),
    limitsAt: (perHour) => levelLimits({ stretch: length, window, blocks }, perHour),
    score(state, point, limits) {
      if (state.n < warmUp) return NaN;
      const e = excessOf(state, point, limits);
      return e / (e + half);
    },
    excess: (state, point, limits) => state.n < warmUp ? 0 : excessOf(state, point, limits),
    learn(state, { steady }, limits) {
      learnLevel(state, steady, limits);
      if (state.filled === 0) state.n++;
    },
    // The mean of fewer readings scatters more.
    repace: ({ range }, factor) => factor > 1 ? widenRange(range, Math.sqrt(factor)) : undefined,
    facts: (state, point, limits) => ({
      level: (state.sum + point.steady) / (state.filled + 1),
      min: state.range.min,
      max: state.range.max,
      excess: state.n < warmUp ? 0 : excessOf(state, point, limits),
    }),
  };
}
