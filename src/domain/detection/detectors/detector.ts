/**
 * The contract of a detector of one sensor. Scoring and learning are separate calls: whoever folds decides what is
 * learnt. A score has no threshold inside. (The separation is that of online-ml/river, river/anomaly/base.py.)
 */
import type { Band } from "../level.ts";

/** A reading as detectors see it: as it came, and as far as it can be believed (stats/glitch.ts). */
export interface Point {
  /** Data time in ms. */
  ts: number;
  /** Within +-`VALUE_MAX`. */
  value: number;
  /** The value, or the end of the usual range while it may be a glitch. */
  steady: number;
  /** The value, but no farther outside than is believed of a glitch; as it came where glitches are frequent. */
  plain: number;
  /**
   * Whether the reading only goes on with what may be a glitch: its first reading was learnt, this one tells no more.
   */
  held: boolean;
}

/** A reading on its own, taken at its word. */
export function pointOf(ts: number, value: number): Point {
  return { ts, value, steady: value, plain: value, held: false };
}

/** Nothing that is measured is larger; the squares and sums that detectors take of larger numbers would overflow. */
export const VALUE_MAX = 1e150;

/** A finite value as detectors may see it. */
export function bounded(value: number): number {
  return Math.min(Math.max(value, -VALUE_MAX), VALUE_MAX);
}

export interface Detector<State, Limits = unknown> {
  /** Names it in evidence and settings. */
  readonly name: string;
  /** What it has seen when it speaks, in words for people. */
  readonly sees: string;
  /** Raised whenever a stored state would be misread. */
  readonly version: number;
  /**
   * Readings that it learns from before it judges: on a lively signal exactly so many scores are NaN. It may abstain
   * later too, for example at a time of day that is new to it.
   */
  readonly warmUp: number;
  /** An empty state; JSON keeps it exactly. */
  start(): State;
  /**
   * Its spans in readings, for a sensor that usually gives so many an hour; 0: that is not known. Made once for a rate,
   * and handed to all that looks at readings.
   */
  limitsAt(perHour: number): Limits;
  /** 0 to 1, higher is more unusual; NaN while it cannot judge. Leaves the state as it is. */
  score(state: State, point: Point, limits: Limits): number;
  /**
   * How far the reading is from what is usual, in widths of the usual range (drift: in its own measure): 0 inside it
   * and while it cannot judge. Unlike the score it never saturates, so alerts of all sensors can be ranked by it. Left
   * out where a detector has no such measure; where it is there, `facts` has it as `excess`.
   */
  excess?(state: State, point: Point, limits: Limits): number;
  learn(state: State, point: Point, limits: Limits): void;
  /**
   * For a watch whose episodes end by return alone: where the sensor is, and where it is normal to be. Without them its
   * low scores end an episode.
   */
  level?(state: State): number;
  normal?(state: State): readonly Band[];
  /**
   * The sensor gives its readings at another rate: intervals are `factor` times as long as before. Changes what was
   * learnt so far as it depends on the rate; left out where nothing does.
   */
  repace?(state: State, factor: number): void;
  /** The numbers behind `score` for the same arguments, for people. */
  facts(state: State, point: Point, limits: Limits): Record<string, number>;
}

/** Throws when a parameter is out of its bounds: settings are checked where a detector is made, not where it runs. */
export function checkParameters(detector: string, rules: Readonly<Record<string, boolean>>): void {
  const broken = Object.entries(rules).filter(([, holds]) => !holds).map(([rule]) => rule);
  if (broken.length > 0) throw new RangeError(`${detector}: this does not hold: ${broken.join("; ")}`);
}
