/**
 * The levels at which a sensor has been: means of consecutive stretches of readings. They say what was normal before an
 * episode, and so when its condition has ended: a detector that has grown used to a fault is no sign of that.
 */
import { type FieldsOf, readings, span } from "./field.ts";
import { readingsIn, type Span } from "./stats/span.ts";
import { startRange, type TrailingRange, updateRange, type WindowSize } from "./stats/trailing_range.ts";

export interface LevelState {
  /** Readings of the stretch under way, and their sum. */
  filled: number;
  sum: number;
  /** Of the means of whole stretches. */
  range: TrailingRange;
}

export interface LevelRules {
  /** Data time of one stretch. */
  readonly stretch: Span;
  /** Data time that the levels are of. */
  readonly window: Span;
  /** Parts in which the window moves on. */
  readonly blocks: number;
}

export const LEVEL_RULES_FIELDS: FieldsOf<LevelRules> = {
  stretch: span("How long each mean is over that says where the sensor is."),
  window: span("How far back what counts as normal before an episode reaches."),
  blocks: readings("Parts in which the window moves on.", { unit: "parts", min: 2, max: 50 }),
};

/** A stretch of the scale of values. */
export interface Band {
  readonly low: number;
  readonly high: number;
}

/** Share of their width by which the levels may be left. */
const MARGIN = 0.25;
/** Less than this share of a sensor's value may be its resolution. */
const RESOLUTION = 0.005;

export function startLevel(): LevelState {
  return { filled: 0, sum: 0, range: startRange() };
}

/** The rules in readings. */
export interface LevelLimits {
  readonly stretch: number;
  readonly size: WindowSize;
}

export function levelLimits({ stretch, window, blocks }: LevelRules, perHour: number): LevelLimits {
  const readings = readingsIn(stretch, perHour);
  return {
    stretch: readings,
    size: { blocks, perBlock: Math.ceil(readingsIn(window, perHour) / readings / blocks) },
  };
}

export function learnLevel(level: LevelState, x: number, { stretch, size }: LevelLimits): void {
  level.filled++;
  level.sum += x;
  if (level.filled < stretch) return;
  updateRange(level.range, { x: level.sum / level.filled, floor: Math.abs(level.range.max) * RESOLUTION }, size);
  level.filled = 0;
  level.sum = 0;
}

/** The levels known so far, with some margin; undefined before the first. */
export function bandOf({ range: { blocks, min, max } }: LevelState): Band | undefined {
  if (blocks.length === 0) return undefined;
  const margin = Math.max(MARGIN * (max - min), RESOLUTION * Math.max(Math.abs(min), Math.abs(max)));
  return { low: min - margin, high: max + margin };
}
