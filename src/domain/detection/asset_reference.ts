/**
 * What one sensor of an asset is usually like: its level, how far it wanders, and how much that wandering may be
 * trusted. Learnt once, from the means of short blocks of readings, and then frozen but for a slow, gated drift.
 *
 * Idea: a sensor that drifts through its warm-up (a temperature) shows few independent values in it, however many
 * readings there were; that it later leaves the range seen is weak evidence. One that scatters about a level (a flow)
 * shows many; leaving that level is strong evidence. So departures are judged by Student's t with as many degrees of
 * freedom as the warm-up had independent blocks, by von Neumann's ratio [1] of neighbouring to overall differences.
 *
 * Formula: ratio v = mean squared successive difference of block means / 2 / variance; freedom n_e = n v / (2 - v).
 * Strangeness of z spreads = (n_e + 1)/2 ln(1 + z^2 / n_e) n_e/(n_e + trust), a log-likelihood: quadratic for small z,
 * logarithmic for large z, and the sooner logarithmic the fewer independent blocks there were.
 *
 * [1] J. von Neumann, Distribution of the ratio of the mean square successive difference to the variance, 1941.
 */
import { mean, median } from "simple-statistics";

/** Plain data: survives JSON. */
export interface AssetReference {
  /** The usual level; follows slowly while readings stay near it. */
  level: number;
  /** Standard deviation of block means about the level, floored by the noise within blocks and by the resolution. */
  spread: number;
  /** Independent blocks in the warm-up: degrees of freedom. */
  readonly freedom: number;
  /** Largest recent departure in spreads, fading. */
  peak: number;
}

/** Fewer independent blocks than this say that the warm-up was one slow drift; t is kept from having no mean. */
const LEAST_FREEDOM = 2.5;

/** Blocks that a sensor owes before its freedom counts fully. */
const TRUST = 2;

/** Departures are cut off here, so that their squares stay finite. */
const MOST_SPREADS = 1e6;

export interface AssetDrift {
  /** Share of a departure by which the level of a sensor with one degree of freedom follows, a row. */
  readonly follow: number;
  /** Departures of more spreads than this are not followed: they are what is to be found. */
  readonly gate: number;
  /** Share of the largest recent departure that fades, a row. */
  readonly fade: number;
  /** Spreads under which a departure does not count as an excursion to return from. */
  readonly excursion: number;
}

/**
 * The reference that `blocks` (means of `perBlock` readings each) show. `noise` is the standard deviation of single
 * readings about their neighbours, `resolution` the smallest step seen (0: none).
 */
export function learnReference(
  blocks: readonly number[],
  { perBlock, noise, resolution }: { perBlock: number; noise: number; resolution: number },
): AssetReference {
  const level = median(blocks as number[]);
  // Mean absolute deviation, as a standard deviation of a normal variable: calmer than squares about a start-up.
  const wander = Math.sqrt(Math.PI / 2) * mean(blocks.map((block) => Math.abs(block - level)));
  const freedom = independentBlocks(blocks);
  const spread = Math.max(wander, noise / Math.sqrt(perBlock), resolution / Math.sqrt(12));
  // A level known from n_e independent values is itself uncertain by spread / sqrt(n_e).
  return { level, spread: spread * Math.sqrt(1 + 1 / freedom), freedom, peak: 0 };
}

function independentBlocks(blocks: readonly number[]): number {
  const center = mean(blocks as number[]);
  let squares = 0, steps = 0;
  for (let i = 0; i < blocks.length; i++) {
    squares += (blocks[i] - center) ** 2;
    if (i > 0) steps += (blocks[i] - blocks[i - 1]) ** 2;
  }
  const variance = squares / (blocks.length - 1);
  const ratio = steps / (blocks.length - 1) / 2 / variance;
  // Not a number when all blocks are equal: then nothing speaks against their independence.
  const bounded = Number.isNaN(ratio) ? 1 : Math.max(1e-3, Math.min(1, ratio));
  return Math.max(LEAST_FREEDOM, blocks.length * bounded / (2 - bounded));
}

/**
 * The departure of `recent` (the mean of the last readings, of which `newest` is the last) in spreads, signed; the
 * reference then follows and remembers.
 *
 * A departure that is small beside the largest recent one is scaled down in that proportion: machines seldom come back
 * to the very level they left, and an excursion has ended when most of it is gone. `fade` says how long that holds.
 */
export function judgeDeparture(
  reference: AssetReference,
  { recent, newest }: { recent: number; newest: number },
  drift: AssetDrift,
): number {
  const difference = recent - reference.level;
  // A sensor that never moved has no scale; its first movement, taken as its resolution, gives it one.
  if (reference.spread === 0) reference.spread = Math.abs(newest - reference.level) / Math.sqrt(12);
  const spreads = reference.spread > 0 ? difference / reference.spread : 0;
  const z = Number.isNaN(spreads) ? 0 : Math.max(-MOST_SPREADS, Math.min(MOST_SPREADS, spreads));
  const size = Math.abs(z);
  // What drifted in its warm-up will drift on; what stood still is followed so slowly that small shifts stay visible.
  if (size < drift.gate) reference.level += drift.follow / Math.sqrt(reference.freedom) * difference;
  reference.peak = Math.max(size, reference.peak * (1 - drift.fade));
  return reference.peak > drift.excursion ? z * size / reference.peak : z;
}

/** How strange a departure of `spreads` is to this reference, 0 upwards. */
export function strangeness({ freedom }: AssetReference, spreads: number): number {
  return (freedom + 1) / 2 * Math.log1p(spreads * spreads / freedom) * freedom / (freedom + TRUST);
}
