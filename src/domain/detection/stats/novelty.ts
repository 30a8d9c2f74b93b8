/**
 * Range-relative novelty of any feature of a series: how far a value lies outside all that the feature was lately, in
 * units of that range. The range is the scale, so it needs no distribution, and it is not moved by how often values
 * occur.
 *
 * Formula: e = distance outside the trailing range / that range; score = e / (e + half).
 */
import { checkParameters } from "../detectors/detector.ts";
import { type FieldsOf, number, readings } from "../field.ts";
import { excess, startRange, type TrailingRange, updateRange, type WindowSize } from "./trailing_range.ts";

export interface NoveltyParameters extends WindowSize {
  /** Share of the range at which the score is 0.5: higher is calmer. */
  readonly half: number;
  /** Values that it learns from before it judges. */
  readonly warmUp: number;
}

export const NOVELTY_FIELDS: FieldsOf<NoveltyParameters> = {
  blocks: readings("Parts of the window that the range is taken over; it moves on by one part at a time.", {
    unit: "blocks",
    min: 2,
    max: 50,
    usually: 5,
  }),
  perBlock: readings("Readings in a part of the window: more make the memory longer.", { max: 100_000, usually: 800 }),
  half: number("How far outside the range the score is 0.5: more is calmer.", {
    unit: "widths of the range",
    min: 0.001,
    max: 100,
    usually: 0.08,
  }),
  warmUp: readings("Learnt from before it judges.", { min: 2, max: 100_000, usually: 200 }),
};

export interface Novelty {
  /** Values taken in. */
  n: number;
  range: TrailingRange;
}

/** Throws a RangeError, naming `detector`, for parameters out of bounds. */
export function checkNovelty(detector: string, { blocks, perBlock, half, warmUp }: NoveltyParameters): void {
  checkParameters(detector, {
    "blocks >= 2": blocks >= 2,
    "perBlock >= 1": perBlock >= 1,
    "half > 0": half > 0,
    "warmUp >= 2": warmUp >= 2,
  });
}

export function startNovelty(): Novelty {
  return { n: 0, range: startRange() };
}

/** A value of the feature, and the least width that its range can have, in the same unit. */
export interface Sample {
  readonly x: number;
  readonly floor: number;
}

/** Less than this share of a sensor's value may be its resolution. */
const RESOLUTION = 0.02;

/** A sample of a feature that is in the sensor's own unit. */
export function sampleOf(x: number, value: number): Sample {
  return { x, floor: RESOLUTION * Math.abs(value) };
}

/** 0 to 1, or NaN while it cannot judge. */
export function noveltyOf({ n, range }: Novelty, sample: Sample, { half, warmUp }: NoveltyParameters): number {
  if (n < warmUp) return NaN;
  const e = excess(range, sample);
  // Infinity / Infinity is not a number: so far outside is as new as it gets.
  return e === Infinity ? 1 : e / (e + half);
}

export function learnNovelty(novelty: Novelty, x: number, parameters: NoveltyParameters): void {
  novelty.n++;
  updateRange(novelty.range, x, parameters);
}

export function noveltyFacts({ range }: Novelty, sample: Sample): Record<string, number> {
  return { min: range.min, max: range.max, excess: Math.min(excess(range, sample), Number.MAX_VALUE) };
}
