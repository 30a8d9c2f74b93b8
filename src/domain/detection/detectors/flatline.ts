/**
 * Flatline: a stuck sensor.
 *
 * Idea: a live signal scatters; one that repeats the same value far longer than it ever did is stuck. A sensor that
 *   hardly ever changes (a switch, a set point) is not judged.
 * Formula: run = equal readings in a row, usual = max(longest run learnt, least); e = run / usual - 1; score = e / (e +
 *   1) when e > 0.
 * Parameters: `least` (readings): shorter runs are never stuck; `warmUp` (readings); `changes` (share of readings that
 *   differ from the one before) under which it abstains.
 * Example: the longest run was 3, least is 20: 40 equal readings score 0.5.
 * Source: "frozen value" tests of data quality control (IOC Manuals and Guides 26; QARTOD flat line test).
 */
import { type FieldsOf, number, readings } from "../field.ts";
import { checkParameters, type Detector } from "./detector.ts";

export interface FlatlineParameters {
  readonly least: number;
  readonly warmUp: number;
  readonly changes: number;
}

export const FLATLINE_FIELDS: FieldsOf<FlatlineParameters> = {
  least: readings("Equal readings in a row that are never called stuck: more is calmer.", { min: 2, usually: 30 }),
  warmUp: readings("Learnt from before it judges.", { min: 2, max: 100_000, usually: 200 }),
  changes: number("Sensors of which a smaller share of readings differs from the one before are not judged.", {
    unit: "share of readings",
    min: 0.001,
    max: 1,
    usually: 0.3,
  }),
};

interface State {
  n: number;
  changed: number;
  value: number;
  run: number;
  longest: number;
}

export function flatline({ least, warmUp, changes }: FlatlineParameters): Detector<State> {
  checkParameters("flatline", {
    "least >= 2": least >= 2,
    "warmUp >= 2": warmUp >= 2,
    "0 < changes <= 1": changes > 0 && changes <= 1,
  });
  const excess = ({ longest }: State, run: number) => run / Math.max(longest, least) - 1;
  const runWith = (state: State, value: number) => state.n > 0 && value === state.value ? state.run + 1 : 1;
  return {
    name: "flatline",
    version: 1,
    // The run that a reading is in does not count.
    warmUp: warmUp + 1,
    start: () => ({ n: 0, changed: 0, value: 0, run: 0, longest: 0 }),
    score(state, { value }) {
      // Counted without the run itself, so that a stuck sensor does not talk itself out of it.
      const before = state.n - state.run;
      if (before < warmUp || state.changed < changes * before) return NaN;
      const e = excess(state, runWith(state, value));
      return e > 0 ? e / (e + 1) : 0;
    },
    learn(state, { value }) {
      const run = runWith(state, value);
      if (run === 1 && state.n > 0) {
        state.changed++;
        // A run that was stuck is not what this sensor usually does.
        if (excess(state, state.run) < 1) state.longest = Math.max(state.longest, state.run);
      }
      state.n++;
      state.value = value;
      state.run = run;
    },
    facts: (state, { value }) => ({ run: runWith(state, value), usual: Math.max(state.longest, least) }),
  };
}
