/**
 * Time-of-day novelty.
 *
 * Idea: many machines follow the day. What is usual at noon may be unusual at night, so the value is compared with the
 *   mean at the same time of day.
 * Formula: r = value - mean of its part of the day; then that of stats/novelty.ts on r.
 * Parameters: `parts` of the day (UTC), each with a mean of its own over about `memory` (data time in that part), which
 *   counts once it is of `atLeast`; those of stats/novelty.ts for r.
 * Example: 24 parts; at 3 o'clock the mean is 10 and r was within -1 to 1: the value 12 has r = 2, e = 0.5, and with
 *   half 0.1 scores 0.83.
 * Source: time-of-day profiles as in the anchors of docs/detection.md; range-relative novelty as in value_novelty.ts.
 */
import { type FieldsOf, readings, span } from "../field.ts";
import {
  checkNovelty,
  excessOf,
  learnNovelty,
  type Novelty,
  NOVELTY_FIELDS,
  noveltyFacts,
  noveltyOf,
  type NoveltyParameters,
  sampleOf,
  sizeAt,
  startNovelty,
} from "../stats/novelty.ts";
import { readingsIn, type Span, spanRules } from "../stats/span.ts";
import type { WindowSize } from "../stats/trailing_range.ts";
import { checkParameters, type Detector, type Point } from "./detector.ts";

const DAY_MS = 86_400_000;

export interface TimeOfDayParameters extends NoveltyParameters {
  readonly parts: number;
  readonly memory: Span;
  readonly atLeast: Span;
}

export const TIME_OF_DAY_FIELDS: FieldsOf<TimeOfDayParameters> = {
  ...NOVELTY_FIELDS,
  parts: readings("Parts of the day (UTC), each with a mean of its own.", { unit: "parts", max: 96, usually: 24 }),
  memory: span("How much of a part of the day its mean is taken over, on all days: more follows slower.", {
    usually: { hours: 30, least: 30 },
  }),
  atLeast: span("Until a part of the day has so much, it is not judged.", { usually: { hours: 1, least: 12 } }),
};

interface State {
  residual: Novelty;
  /** Per part of the day: readings taken in, and their mean. */
  counts: number[];
  means: number[];
}

interface Limits {
  /** Readings that a part of the day has to have, and of how many its mean is. */
  readonly least: number;
  readonly most: number;
  readonly size: WindowSize;
}

export function timeOfDayNovelty(parameters: TimeOfDayParameters): Detector<State, Limits> {
  const { parts, memory, atLeast } = parameters;
  checkNovelty("time_of_day_novelty", parameters);
  checkParameters("time_of_day_novelty", {
    "1 <= parts <= 96": parts >= 1 && parts <= 96,
    ...spanRules("memory", memory),
    ...spanRules("atLeast", atLeast),
    "atLeast <= memory": atLeast?.hours <= memory?.hours && atLeast.least <= memory.least,
  });
  const partMs = DAY_MS / parts;
  const partOf = ({ ts }: Point) => {
    const part = Math.floor(ts / partMs);
    return part - Math.floor(part / parts) * parts;
  };
  return {
    name: "time_of_day_novelty",
    sees: "a value that is unusual at this time of day",
    version: 2,
    // The first readings of a part of the day have no mean to be compared with.
    warmUp: atLeast.least + parameters.warmUp,
    start: () => ({ residual: startNovelty(), counts: Array(parts).fill(0), means: Array(parts).fill(0) }),
    limitsAt: (perHour) => ({
      least: readingsIn(atLeast, perHour),
      most: readingsIn(memory, perHour),
      size: sizeAt(parameters, perHour),
    }),
    score(state, point, { least }) {
      const { plain } = point;
      const part = partOf(point);
      return state.counts[part] < least
        ? NaN
        : noveltyOf(state.residual, sampleOf(plain - state.means[part], state.means[part]), parameters);
    },
    excess(state, point, { least }) {
      const { plain } = point;
      const part = partOf(point);
      return state.counts[part] < least
        ? 0
        : excessOf(state.residual, sampleOf(plain - state.means[part], state.means[part]), parameters);
    },
    learn(state, point, { least, most, size }) {
      const { counts, means } = state;
      const { plain } = point;
      const part = partOf(point);
      const residual = plain - means[part];
      if (counts[part] >= least) learnNovelty(state.residual, sampleOf(residual, means[part]), size);
      counts[part] = Math.min(counts[part] + 1, most);
      means[part] += residual / counts[part];
    },
    facts(state, point) {
      const { plain } = point;
      const part = partOf(point);
      return {
        usual: state.means[part],
        ...noveltyFacts(state.residual, sampleOf(plain - state.means[part], state.means[part])),
      };
    },
  };
}
