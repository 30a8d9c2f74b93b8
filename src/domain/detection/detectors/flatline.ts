/**
 * Flatline: a stuck sensor.
 *
 * Idea: a live signal scatters; one that repeats the same value far longer than it ever did, and far longer than chance
 *   would let it at its rate of changes, is stuck. A sensor that hardly ever changes (a switch, a set point) is not
 *   judged: it has no score then, and is named as missing.
 * Formula: run = equal readings in a row, usual = max(longest run learnt, `least`, 10 / share of readings that differ
 *   from the one before); e = run / usual - 1; score = e / (e + 1) when e > 0. At 0.5 a run has a chance of e^-20.
 * Parameters: `least` (a span of data time): shorter runs are never stuck; `warmUp` (readings); `changes` (share of
 *   readings that differ from the one before) under which it abstains.
 * Example: the longest run was 3, least is 20: 40 equal readings score 0.5. A sensor that changes in one reading of
 *   eight is stuck after 160.
 * Source: "frozen value" tests of data quality control (IOC Manuals and Guides 26; QARTOD flat line test).
 */
import { readingsIn, type Span, spanRules } from "../stats/span.ts";
import { type FieldsOf, number, readings, span } from "../field.ts";
import { checkParameters, type Detector } from "./detector.ts";

export interface FlatlineParameters {
  readonly least: Span;
  readonly warmUp: number;
  readonly changes: number;
}

export const FLATLINE_FIELDS: FieldsOf<FlatlineParameters> = {
  least: span("Equal readings for so long are never called stuck: more is calmer.", {
    leastMin: 2,
    usually: { hours: 0.5, least: 30 },
  }),
  warmUp: readings("Learnt from before it judges.", { min: 2, max: 100_000, usually: 200 }),
  changes: number("Sensors of which a smaller share of readings differs from the one before are not judged.", {
    unit: "share of readings",
    min: 0.001,
    max: 1,
    usually: 0.02,
  }),
};

interface State {
  n: number;
  changed: number;
  value: number;
  run: number;
  longest: number;
}

/** Runs of so many times the usual distance between changes have a chance of e^-10. */
const CHANGES_MISSED = 10;

export function flatline({ least, warmUp, changes }: FlatlineParameters): Detector<State, number> {
  checkParameters("flatline", {
    ...spanRules("least", least),
    "least.least >= 2": least?.least >= 2,
    "warmUp >= 2": warmUp >= 2,
    "0 < changes <= 1": changes > 0 && changes <= 1,
  });
  const usualRun = ({ n, run, changed, longest }: State, leastRun: number) =>
    // Counted without the run itself, so that a stuck sensor does not talk itself out of it.
    Math.max(longest, leastRun, changed > 0 ? CHANGES_MISSED * (n - run) / changed : 0);
  const runWith = (state: State, value: number) => state.n > 0 && value === state.value ? state.run + 1 : 1;
  return {
    name: "flatline",
    sees: "the same value for far longer than usual",
    version: 2,
    // The run that a reading is in does not count.
    warmUp: warmUp + 1,
    start: () => ({ n: 0, changed: 0, value: 0, run: 0, longest: 0 }),
    limitsAt: (perHour) => readingsIn(least, perHour),
    score(state, { value }, leastRun) {
      const before = state.n - state.run;
      if (before < warmUp || state.changed < changes * before) return NaN;
      const run = runWith(state, value);
      if (run <= state.longest || run <= least.least) return 0;
      const e = run / usualRun(state, leastRun) - 1;
      return e > 0 ? e / (e + 1) : 0;
    },
    learn(state, { value }, leastRun) {
      const run = runWith(state, value);
      if (run === 1 && state.n > 0) {
        state.changed++;
        // A run that was stuck is not what this sensor usually does, but one that comes again and again is.
        if (state.run > state.longest) state.longest = Math.min(state.run, 2 * usualRun(state, leastRun));
      }
      state.n++;
      state.value = value;
      state.run = run;
    },
    // The same hours are more readings of a faster sensor, and what changes over hours changes in fewer of them.
    repace(state, factor) {
      if (factor >= 1) return;
      state.longest = Math.ceil(state.longest / factor);
      state.changed *= factor;
    },
    facts: (state, { value }, leastRun) => ({ run: runWith(state, value), usual: usualRun(state, leastRun) }),
  };
}
