/**
 * Mean and variance in one pass, by Welford's update, and by West's with weights that fade. Exact at offsets where a
 * mean of squares is not.
 */

export interface Moments {
  /** Readings taken in. */
  n: number;
  mean: number;
  /** Variance; with fading weights that of the recent past. */
  variance: number;
}

export function startMoments(): Moments {
  return { n: 0, mean: 0, variance: 0 };
}

/**
 * Takes `x` in. The first `memory` readings weigh the same (Welford 1962); from then on each weighs 1/memory at its
 * arrival and fades (West 1979 with constant weight), so that the moments follow a process that changes slowly.
 * Infinity: they never fade.
 */
export function updateMoments(moments: Moments, x: number, memory: number): void {
  moments.n++;
  const weight = 1 / Math.min(moments.n, memory);
  const delta = x - moments.mean;
  const step = weight * delta;
  moments.mean += step;
  moments.variance = (1 - weight) * (moments.variance + delta * step);
}

/**
 * Standard deviation, never below what a double can tell apart at this mean: a spread of 0 is a sensor's resolution,
 * not a law.
 */
export function spread(moments: Moments): number {
  return Math.max(Math.sqrt(moments.variance), Math.abs(moments.mean) * 1e-12);
}
