/** Scores a whole series from a fresh state, row by row, without looking ahead: what the evaluation and the `score` command do. */
import type { Point } from "./detectors/detector.ts";
import { learn, scoreOne, startState } from "./assess.ts";
import type { DetectorSet } from "./detector_set.ts";
import { afterRest } from "./ensemble.ts";

/** One score per row, 0 to 1, after rest. `ts` in ms and `value` have the same length; rows are taken in the order given, whatever their times. */
export function scoreSeries(
  set: DetectorSet,
  { ts, value }: { ts: ArrayLike<number>; value: ArrayLike<number> },
): Float64Array {
  const state = startState(set);
  const point: Point = { ts: 0, value: 0 };
  const scores = new Float64Array(set.detectors.length);
  const out = new Float64Array(ts.length);
  for (let i = 0; i < ts.length; i++) {
    point.ts = ts[i];
    point.value = value[i];
    out[i] = afterRest(state.rest, scoreOne(state, { set, point, scores }), set.settings.rest);
    learn(state, { set, point });
  }
  return out;
}
