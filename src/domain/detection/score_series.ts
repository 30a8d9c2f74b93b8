/**
 * Scores a whole series from a fresh state, row by row, without looking ahead: what the evaluation and the `score`
 * command do.
 */
import { learn, readInto, scoreOne, startFold } from "./assess.ts";
import { startState } from "./sensor_state.ts";
import type { DetectorSet } from "./detector_set.ts";
import { afterRest } from "./ensemble.ts";
import { rarityOf } from "./rarity.ts";

/** What a row is given: the ensemble's score, or its rarity R as R / (R + 1); each after a rest of its own. */
export type Measure = "score" | "rarity";

/**
 * One number per row, 0 to 1, after rest. `ts` in ms and `value` have the same length; rows are taken in the order
 * given, whatever their times.
 */
export function scoreSeries(
  set: DetectorSet,
  { ts, value }: { ts: ArrayLike<number>; value: ArrayLike<number> },
  measure: Measure = "score",
): Float64Array {
  const state = startState(set);
  const fold = startFold(set, state);
  const out = new Float64Array(ts.length);
  for (let i = 0; i < ts.length; i++) {
    if (!readInto(fold, state, ts[i], value[i])) continue;
    const score = scoreOne(state, fold);
    const share = measure === "score" ? score : shareOf(rarityOf(state.detectors, fold));
    out[i] = afterRest(state.rest, share, fold.limits.rest);
    learn(state, fold, score);
  }
  return out;
}

function shareOf(rarity: number): number {
  return rarity / (rarity + 1);
}
