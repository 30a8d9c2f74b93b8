/**
 * Time-of-day novelty.
 *
 * Idea: many machines follow the day. What is usual at noon may be unusual at night, so the value is compared with the
 *   mean at the same time of day.
 * Formula: r = value - mean of its part of the day; then that of stats/novelty.ts on r.
 * Parameters: `parts` of the day (UTC), each with a mean of its own over about `memory` readings, which counts once it
 *   has `atLeast` readings; those of stats/novelty.ts for r.
 * Example: 24 parts; at 3 o'clock the mean is 10 and r was within -1 to 1: the value 12 has r = 2, e = 0.5, and with
 *   half 0.1 scores 0.83.
 * Source: time-of-day profiles as in the anchors of docs/detection.md; range-relative novelty as in value_novelty.ts.
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
  sampleOf,
  startNovelty,
} from "../stats/novelty.ts";
import { checkParameters, type Detector } from "./detector.ts";

const DAY_MS = 86_400_000;

export interface TimeOfDayParameters extends NoveltyParameters {
  readonly parts: number;
  readonly memory: number;
  readonly atLeast: number;
}

export const TIME_OF_DAY_FIELDS: FieldsOf<TimeOfDayParameters> = {
  ...NOVELTY_FIELDS,
  parts: readings("Parts of the day (UTC), each with a mean of its own.", { unit: "parts", max: 96, usually: 24 }),
  memory: readings("Over how many the mean of a part of the day is taken: more follow slower.", { usually: 360 }),
  atLeast: readings("Until a part of the day has so many, it is not judged.", { usually: 12 }),
};

interface State {
  residual: Novelty;
  /** Per part of the day: readings taken in, and their mean. */
  counts: number[];
  means: number[];
}

export function timeOfDayNovelty(parameters: TimeOfDayParameters): Detector<State> {
  const { parts, memory, atLeast } = parameters;
  checkNovelty("time_of_day_novelty", parameters);
  checkParameters("time_of_day_novelty", {
    "1 <= parts <= 96": parts >= 1 && parts <= 96,
    "1 <= atLeast <= memory": atLeast >= 1 && atLeast <= memory,
  });
  const partOf = (ts: number) => Math.floor(((ts % DAY_MS + DAY_MS) % DAY_MS) / DAY_MS * parts);
  return {
    name: "time_of_day_novelty",
    version: 1,
    // The first readings of a part of the day have no mean to be compared with.
    warmUp: atLeast + parameters.warmUp,
    start: () => ({ residual: startNovelty(), counts: Array(parts).fill(0), means: Array(parts).fill(0) }),
    score(state, { ts, value }) {
      const part = partOf(ts);
      return state.counts[part] < atLeast
        ? NaN
        : noveltyOf(state.residual, sampleOf(value - state.means[part], state.means[part]), parameters);
    },
    learn(state, { ts, value }) {
      const part = partOf(ts);
      const residual = value - state.means[part];
      if (state.counts[part] >= atLeast) learnNovelty(state.residual, residual, parameters);
      state.counts[part] = Math.min(state.counts[part] + 1, memory);
      state.means[part] += residual / state.counts[part];
    },
    facts(state, { ts, value }) {
      const part = partOf(ts);
      return {
        usual: state.means[part],
        ...noveltyFacts(state.residual, sampleOf(value - state.means[part], state.means[part])),
      };
    },
  };
}
