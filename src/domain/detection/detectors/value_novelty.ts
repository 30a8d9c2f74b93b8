/**
 * Value novelty.
 *
 * Idea: a value outside all that was seen lately is unusual, the more so the further outside it lies.
 * Formula: that of stats/novelty.ts on the value itself.
 * Parameters: those of stats/novelty.ts.
 * Example: range 10 to 20 and half 0.1: the value 21 has e = 0.1 and scores 0.5; the value 15 scores 0.
 * Source: the range rule that is the first anchor of docs/detection.md, with a trailing window.
 */
import {
  checkNovelty,
  excessOf,
  learnNovelty,
  type Novelty,
  noveltyFacts,
  noveltyOf,
  type NoveltyParameters,
  sampleOf,
  sizeAt,
  startNovelty,
} from "../stats/novelty.ts";
import type { WindowSize } from "../stats/trailing_range.ts";
import type { Detector } from "./detector.ts";

export function valueNovelty(parameters: NoveltyParameters): Detector<Novelty, WindowSize> {
  checkNovelty("value_novelty", parameters);
  return {
    name: "value_novelty",
    sees: "a value outside all of its recent range",
    version: 2,
    warmUp: parameters.warmUp,
    start: startNovelty,
    limitsAt: (perHour) => sizeAt(parameters, perHour),
    score: (state, { value }) => noveltyOf(state, sampleOf(value, state.range.max), parameters),
    excess: (state, { value }) => excessOf(state, sampleOf(value, state.range.max), parameters),
    learn(state, { value, held }, size) {
      // As it came and not as steady as it may be: spikes that come again and again are usual for this sensor.
      if (!held) learnNovelty(state, sampleOf(value, state.range.max), size);
    },
    facts: (state, { value }) => noveltyFacts(state, sampleOf(value, state.range.max)),
  };
}
