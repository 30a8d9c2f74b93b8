/**
 * Level novelty.
 *
 * Idea: a mean over some readings moves far less than single readings do, so its range is narrow: a shift of the level
 *   well within the range of values is new to it.
 * Formula: m = mean of the last `length` readings; then that of stats/novelty.ts on m.
 * Parameters: `length` (readings); those of stats/novelty.ts for m. A longer mean sees smaller shifts, later.
 * Example: values 0 to 10 whose means were 4.5 to 5.5; 24 values around 6 have m = 6, e = 0.5, and with half 0.1 score
 *   0.83.
 * Source: moving-average charts (S. W. Roberts, Technometrics 1(3), 1959), with the range as scale as in
 *   value_novelty.ts.
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

export interface LevelParameters extends NoveltyParameters {
  readonly length: number;
}

export const LEVEL_FIELDS: FieldsOf<LevelParameters> = {
  ...NOVELTY_FIELDS,
  length: readings("Readings in the mean that is judged: more see smaller shifts, later.", {
    min: 2,
    max: 100,
    usually: 24,
  }),
};

interface State {
  level: Novelty;
  /** The last `length - 1` values, as a ring from `next` on. */
  recent: number[];
  next: number;
}

export function levelNovelty(parameters: LevelParameters): Detector<State> {
  const { length } = parameters;
  checkNovelty("level_novelty", parameters);
  checkParameters("level_novelty", { "2 <= length <= 100": length >= 2 && length <= 100 });
  // Summed anew each time: a running sum would carry rounding errors along for ever.
  const levelWith = ({ recent }: State, value: number) => {
    let sum = value;
    for (let i = 0; i < recent.length; i++) sum += recent[i];
    return sum / length;
  };
  const full = ({ recent }: State) => recent.length === length - 1;
  return {
    name: "level_novelty",
    version: 1,
    warmUp: length - 1 + parameters.warmUp,
    start: () => ({ level: startNovelty(), recent: [], next: 0 }),
    score: (state, { value }) =>
      full(state) ? noveltyOf(state.level, sampleOf(levelWith(state, value), state.level.range.max), parameters) : NaN,
    learn(state, { value }) {
      if (!full(state)) {
        state.recent.push(value);
        return;
      }
      learnNovelty(state.level, levelWith(state, value), parameters);
      state.recent[state.next] = value;
      state.next = (state.next + 1) % (length - 1);
    },
    facts: (state, { value }) => ({
      level: levelWith(state, value),
      ...noveltyFacts(state.level, sampleOf(levelWith(state, value), state.level.range.max)),
    }),
  };
}
