/**
 * Range-relative novelty of any feature of a series: how far a value lies outside all that the feature was lately, in
 * units of that range. The range is the scale, so it needs no distribution, and it is not moved by how often values
 * occur.
 *
 * Formula: e = distance outside the trailing range / that range; score = e / (e + half).
 */
import { checkParameters } from "../detectors/detector.ts";
import { type FieldsOf, number, readings, span, WINDOW } from "../field.ts";
import { readingsIn, type Span, spanRules } from "./span.ts";
import { excess, type Sample, startRange, type TrailingRange, updateRange, type WindowSize } from "./trailing_range.ts";

export interface NoveltyParameters {
  /** Data time that the range is of: longer is calmer, and forgets later. */
  readonly window: Span;
  /** Parts in which the window moves on. */
  readonly blocks: number;
  /** Share of the range at which the score is 0.5: higher is calmer. */
  readonly half: number;
  /** Values that it learns from before it judges. */
  readonly warmUp: number;
}

export const NOVELTY_FIELDS: FieldsOf<NoveltyParameters> = {
  window: span("How far back the range reaches: more is calmer, and forgets later.", { usually: WINDOW }),
  blocks: readings("Parts in which the window moves on.", { unit: "parts", min: 2, max: 50, usually: 4 }),
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
export function checkNovelty(detector: string, { window, blocks, half, warmUp }: NoveltyParameters): void {
  checkParameters(detector, {
    "blocks >= 2": blocks >= 2,
    ...spanRules("window", window),
    "half > 0": half > 0,
    "warmUp >= 2": warmUp >= 2,
  });
}

export function startNovelty(): Novelty {
  return { n: 0, range: startRange() };
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
  // So it is for most, without a division.
  if (e === 0) return 0;
  // Infinity / Infinity is not a number: so far outside is as new as it gets.
  return e === Infinity ? 1 : e / (e + half);
}

/** How far outside the range, in its widths; 0 inside, and while it cannot judge. */
export function excessOf({ n, range }: Novelty, sample: Sample, { warmUp }: NoveltyParameters): number {
  return n < warmUp ? 0 : Math.min(excess(range, sample), Number.MAX_VALUE);
}

/** The window's size for a sensor that gives so many readings an hour. */
export function sizeAt(
  { window, blocks }: Pick<NoveltyParameters, "window" | "blocks">,
  perHour: number,
): WindowSize {
  return { blocks, perBlock: Math.ceil(readingsIn(window, perHour) / blocks) };
}

export function learnNovelty(novelty: Novelty, sample: Sample, size: WindowSize): void {
  novelty.n++;
  updateRange(novelty.range, sample, size);
}

export function noveltyFacts({ range }: Novelty, sample: Sample): Record<string, number> {
  return { min: range.min, max: range.max, excess: Math.min(excess(range, sample), Number.MAX_VALUE) };
}
