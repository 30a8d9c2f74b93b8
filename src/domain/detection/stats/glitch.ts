/**
 * Tells glitches (an impossible number, a dropout to 0, spikes) from the process: so that what is learnt from a reading
 * is what can be believed of it. A glitch that went into means and ranges would hide a later fault behind it.
 *
 * Idea: a value far outside all that was seen is a glitch unless it lasts. Formula: far = more than `far` widths of the
 * trailing range outside that range. They are taken for the range's end ("steady"), or for the farthest that is not far
 * ("plain"), and the range does not learn them, until they have come for `lasts` in a row: then the process is there,
 * and the range follows. The first range is that
 * of the first `first` readings, where what lies over the distance of their 10 % and 90 % quantiles outside these does
 * not count.
 */
import { quantileSorted } from "simple-statistics";
import { type FieldsOf, number, readings, share, span } from "../field.ts";
import { readingsIn, type Span } from "./span.ts";
import { rangeOf, startRange, type TrailingRange, updateRange, type WindowSize } from "./trailing_range.ts";

export interface GlitchRules {
  /** Data time that the range is of. */
  readonly window: Span;
  /** Parts in which the window moves on. */
  readonly blocks: number;
  /** Readings that the first range is made of. */
  readonly first: number;
  /** Widths of the range outside it from which on a value may be a glitch. */
  readonly far: number;
  /** What lasts so long is no glitch. */
  readonly lasts: Span;
  /** Where glitches are more frequent than this share of the last 300 readings or so, they belong to the sensor. */
  readonly rare: number;
}

export const GLITCH_FIELDS: FieldsOf<GlitchRules> = {
  window: span("How far back the range reaches that glitches are far outside of."),
  blocks: readings("Parts in which the window moves on.", { unit: "parts", min: 2, max: 50 }),
  first: readings("Readings that the first range is made of.", { min: 10, max: 200 }),
  far: number("How far outside the range a value may be a glitch: less takes more for glitches.", {
    unit: "widths of the range",
    min: 0.1,
    max: 10_000,
  }),
  lasts: span("What lasts so long is no glitch."),
  rare: share("Where a greater share of readings is far outside, they belong to the sensor.", {
    unit: "share of readings",
  }),
};

/** The rules in readings. */
export interface GlitchLimits {
  readonly first: number;
  readonly far: number;
  readonly rare: number;
  readonly lasts: number;
  readonly size: WindowSize;
}

export function glitchLimits({ window, blocks, first, far, rare, lasts }: GlitchRules, perHour: number): GlitchLimits {
  const perBlock = Math.ceil(readingsIn(window, perHour) / blocks);
  return { first, far, rare, lasts: readingsIn(lasts, perHour), size: { blocks, perBlock } };
}

export interface GlitchState {
  /** The first values; empty when there is a range. */
  first: number[];
  range: TrailingRange;
  /** Far readings in a row. */
  far: number;
  /** Glitches lately, as a share of the readings. */
  share: number;
}

/** Less than this share of a sensor's value may be its resolution. */
const RESOLUTION = 0.02;
/** Readings over which the share of glitches is taken. */
const MEMORY = 300;
const LEAST_SHARE = 1e-4;

/** First values after which there is some range to hold the next ones by. */
const SOME = 8;

export function startGlitches(): GlitchState {
  return { first: [], range: startRange(), far: 0, share: 0 };
}

/** The value as it may be learnt, see `Point`. */
export interface Believed {
  value: number;
  steady: number;
  plain: number;
  held: boolean;
}

/** Says of `reading.value` what can be believed of it. */
export function believe(
  { range: { min, max, blocks }, first, far, share }: GlitchState,
  reading: Believed,
  { far: widths, rare, lasts }: GlitchLimits,
): void {
  const { value } = reading;
  reading.steady = value;
  reading.plain = value;
  reading.held = false;
  if (blocks.length === 0 || (first.length > 0 && first.length < SOME)) return;
  const reach = widths * widthOf(min, max);
  // Without a width there is nothing to measure by.
  if ((value <= max + reach && value >= min - reach) || reach === 0) return;
  if (far + 1 >= lasts) return;
  reading.steady = value > max ? max : min;
  reading.plain = share >= rare ? value : value > max ? max + reach : min - reach;
  reading.held = far > 0 && share < rare;
}

function widthOf(min: number, max: number): number {
  return Math.max(max - min, RESOLUTION * Math.max(Math.abs(min), Math.abs(max)));
}

/** Takes a reading in, of which `believe` has said what can be believed. */
export function learnGlitch(state: GlitchState, reading: Believed, limits: GlitchLimits): void {
  const { value } = reading;
  // Most readings, in few words: what is called for each of them has to be small to be fast.
  if (value === reading.steady && state.far === 0 && state.first.length === 0 && state.range.blocks.length > 0) {
    if (state.share > 0) state.share = state.share < LEAST_SHARE ? 0 : state.share * (1 - 1 / MEMORY);
    updateRange(state.range, { x: value, floor: 0 }, limits.size);
  } else learnDoubtful(state, reading, limits);
}

function learnDoubtful(
  state: GlitchState,
  { value, plain }: Believed,
  { first, far, lasts, size }: GlitchLimits,
): void {
  if (state.first.length > 0 || state.range.blocks.length === 0) {
    state.first.push(value);
    updateRange(state.range, { x: plain, floor: 0 }, size);
    if (state.first.length < first) return;
    state.range = firstRange(state.first);
    state.first = [];
    return;
  }
  const width = widthOf(state.range.min, state.range.max);
  const isFar = value > state.range.max + far * width || value < state.range.min - far * width;
  state.far = isFar ? state.far + 1 : 0;
  // Readings in a row are one glitch.
  state.share += (Number(state.far === 1) - state.share) / MEMORY;
  if (!isFar || state.far >= lasts) updateRange(state.range, { x: value, floor: width }, size);
}

function firstRange(values: readonly number[]): TrailingRange {
  const sorted = values.toSorted((a, b) => a - b);
  const low = quantileSorted(sorted, 0.1);
  const high = quantileSorted(sorted, 0.9);
  const reach = high - low;
  return rangeOf(Math.max(sorted[0], low - reach), Math.min(sorted[sorted.length - 1], high + reach), values.length);
}
