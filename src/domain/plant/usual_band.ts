/**
 * What was usual of a sensor: between which values nearly all of its readings lay shortly before. It is told from the
 * stretches of a trend alone, so that a picture of years and one of an hour are made the same way; detection judges by
 * its own memory, and an alert's evidence has those numbers.
 */

export interface Stretch {
  readonly min: number;
  readonly max: number;
}

export interface UsualBand {
  /** Per stretch, the values; NaN while too few stretches lie before it. */
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** Stretches before one that it is compared with, and how many of them there have to be. */
export const USUAL_MEMORY = 300;
const LEAST = 30;
/** Part of the stretches that may lie outside at either end: a peak of long ago is nothing usual. */
const OUTSIDE = 0.05;

/**
 * Per stretch, the values between which 90 % of the stretches before it lay. Stretches of which `unusual` says so, such
 * as those of an episode, are compared and not learnt from.
 */
export function usualBand(stretches: readonly Stretch[], unusual: (index: number) => boolean): UsualBand {
  const low = new Float64Array(stretches.length).fill(NaN);
  const high = new Float64Array(stretches.length).fill(NaN);
  const mins: number[] = [];
  const maxs: number[] = [];
  const learnt: number[] = [];
  for (const [i, { min, max }] of stretches.entries()) {
    if (learnt.length >= LEAST) {
      const cut = Math.floor(learnt.length * OUTSIDE);
      low[i] = mins[cut];
      high[i] = maxs[maxs.length - 1 - cut];
    }
    if (unusual(i)) continue;
    if (learnt.length === USUAL_MEMORY) {
      const oldest = stretches[learnt.shift()!];
      mins.splice(placeIn(mins, oldest.min), 1);
      maxs.splice(placeIn(maxs, oldest.max), 1);
    }
    learnt.push(i);
    mins.splice(placeIn(mins, min), 0, min);
    maxs.splice(placeIn(maxs, max), 0, max);
  }
  return { low, high };
}

/** First place in the ascending `sorted` whose value is not below `value`. */
function placeIn(sorted: readonly number[], value: number): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (sorted[middle] < value) from = middle + 1;
    else to = middle;
  }
  return from;
}
