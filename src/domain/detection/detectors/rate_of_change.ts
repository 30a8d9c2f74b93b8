/**
 * Rate-of-change novelty.
 *
 * Idea: a jump can be new although both its ends are usual values.
 * Formula: d = plain - previous value; then that of stats/novelty.ts on d. Per reading and not per second: sources
 *   sample at their own pace, and a gap is no jump's excuse.
 * Parameters: those of stats/novelty.ts for d.
 * Example: steps were -1 to 1; a step of 2 has e = 0.5 and with half 0.1 scores 0.83.
 * Source: first-difference feature of the anchors in docs/detection.md.
 */
import {
  checkNovelty,
  learnNovelty,
  type Novelty,
  noveltyFacts,
  noveltyOf,
  type NoveltyParameters,
  sampleOf,
  sizeAt,
  startNovelty,
} from "../stats/novelty.ts";
import { widenRange, type WindowSize } from "../stats/trailing_range.ts";
import type { Detector } from "./detector.ts";

interface State {
  step: Novelty;
  /** Undefined before the first reading. */
  previous?: number;
}

export function rateOfChange(parameters: NoveltyParameters): Detector<State, WindowSize> {
  checkNovelty("rate_of_change", parameters);
  return {
    name: "rate_of_change",
    sees: "a larger step than any lately",
    version: 2,
    warmUp: parameters.warmUp + 1,
    start: () => ({ step: startNovelty() }),
    limitsAt: (perHour) => sizeAt(parameters, perHour),
    score: ({ step, previous }, { plain }) =>
      previous === undefined ? NaN : noveltyOf(step, sampleOf(plain - previous, previous), parameters),
    learn(state, { plain }, size) {
      const { step, previous } = state;
      if (previous !== undefined) learnNovelty(step, sampleOf(plain - previous, previous), size);
      state.previous = plain;
    },
    // A longer step has time to go further.
    repace: ({ step }, factor) => factor > 1 ? widenRange(step.range, factor) : undefined,
    facts: ({ step, previous = 0 }, { plain }) => ({
      step: plain - previous,
      ...noveltyFacts(step, sampleOf(plain - previous, previous)),
    }),
  };
}
