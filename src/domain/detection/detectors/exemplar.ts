/**
 * Exemplar novelty: a usual value, but not at this level.
 *
 * Idea: a value may be usual and the level before it too, and both together new: a pump's standstill pressure behind an
 *   hour at full load. So pairs of value and level are compared with those that were seen, kept as a few exemplars.
 * Formula: point = (value, mean over the `length` before it); d = largest difference of a coordinate to the
 *   nearest exemplar, in widths of the value's trailing range; e = max(0, d - near); score = e / (e + half). A point
 *   with d > near becomes an exemplar, in place of the one that was not used for longest when there are `prototypes`.
 * Parameters: `length` (a span of data time) of the level; `prototypes`: most exemplars; `near` (widths) under which
 *   points are the same: higher is calmer and coarser; those of stats/novelty.ts, where `warmUp` counts points.
 * Example: values from 0 to 10 in pairs (0, 0) and (10, 10); (0, 10) has d = 1 and with near = half = 0.08 scores 0.92.
 * Source: nearest-neighbour conformal detectors (V. Ishimtsev et al., Conformal k-NN anomaly detector, 2017), with
 *   leader clustering (J. A. Hartigan, 1975) in place of a window.
 */
import { type FieldsOf, number, readings, span } from "../field.ts";
import { checkNovelty, NOVELTY_FIELDS, type NoveltyParameters, sampleOf, sizeAt } from "../stats/novelty.ts";
import { roundedTo } from "../stats/rounded.ts";
import { readingsIn, type Span, spanRules } from "../stats/span.ts";
import {
  learnMean,
  meanOf,
  type MeanWindow,
  meanWindow,
  startMean,
  type TrailingMean,
} from "../stats/trailing_mean.ts";
import { startRange, type TrailingRange, updateRange, type WindowSize } from "../stats/trailing_range.ts";
import { checkParameters, type Detector, type Point } from "./detector.ts";

export interface ExemplarParameters extends NoveltyParameters {
  readonly length: Span;
  readonly prototypes: number;
  readonly near: number;
}

interface State {
  /** Points taken in. */
  n: number;
  /** Of the values. */
  range: TrailingRange;
  /** The readings before. */
  recent: TrailingMean;
  /** Value, level, value, level ...; the one that was used last first. */
  exemplars: number[];
}

interface Limits {
  readonly window: MeanWindow;
  readonly size: WindowSize;
}

/** Blocks that the window is kept in: more follow it more exactly, in a larger state. */
const BLOCKS = 18;
/** The difference of a point that is nearer than this (in widths) to its exemplar is lost when that one is rounded. */
const ROUNDED = 1e-3;

export const EXEMPLAR_FIELDS: FieldsOf<ExemplarParameters> = {
  ...NOVELTY_FIELDS,
  length: span("How long the level is over that a value is seen with.", {
    leastMax: BLOCKS,
    usually: { hours: 3, least: 4 },
  }),
  prototypes: readings("Pairs of value and level that are kept: more is calmer, in a larger state.", {
    unit: "pairs",
    min: 2,
    max: 200,
    usually: 64,
  }),
  near: number("Pairs that are nearer to each other are the same: more is calmer and coarser.", {
    unit: "widths of the range",
    min: 0.001,
    max: 10,
    usually: 0.08,
  }),
};

export function exemplar(parameters: ExemplarParameters): Detector<State, Limits> {
  const { length, prototypes, near, half, warmUp } = parameters;
  checkNovelty("exemplar", parameters);
  checkParameters("exemplar", {
    ...spanRules("length", length, BLOCKS),
    "2 <= prototypes <= 200": prototypes >= 2 && prototypes <= 200,
    "near > 0": near > 0,
  });
  // A reading is scored and then learnt: what was found for the one is kept for the other. No number is handed on in
  // calls: each would have to be put somewhere, for each reading.
  const found = startFound();
  const find = (state: State, { plain }: Point, { window }: Limits) => {
    const { exemplars, n, range, recent } = state;
    const level = meanOf(recent, window);
    const width = widthOf(range, plain);
    if (
      found.exemplars === exemplars && found.n === n && found.value === plain && found.level === level &&
      found.width === width
    ) return;
    found.exemplars = exemplars;
    found.n = n;
    found.value = plain;
    found.level = level;
    found.width = width;
    const reach = near / 2 * width;
    // Most readings are where the one before was: then nothing else has to be asked.
    if (exemplars.length > 0 && Math.abs(exemplars[0] - plain) <= reach && Math.abs(exemplars[1] - level) <= reach) {
      found.at = 0;
      found.distance = 0;
    } else search(found, near);
  };
  const isReady = ({ n, recent }: State, { window }: Limits) => n >= warmUp && recent.blocks.length >= window.blocks;
  const excess = (state: State, point: Point, limits: Limits) => {
    find(state, point, limits);
    return Math.max(0, Math.min(found.distance - near, Number.MAX_VALUE));
  };
  const excessNow = (state: State, point: Point, limits: Limits) =>
    isReady(state, limits) ? excess(state, point, limits) : 0;
  return {
    name: "exemplar",
    sees: "a usual value, but not at this level",
    version: 1,
    warmUp: length.least + warmUp,
    start: () => ({ n: 0, range: startRange(), recent: startMean(), exemplars: [] }),
    limitsAt: (perHour) => ({
      window: meanWindow(readingsIn(length, perHour), BLOCKS),
      size: sizeAt(parameters, perHour),
    }),
    score(state, point, limits) {
      if (!isReady(state, limits)) return NaN;
      const e = excess(state, point, limits);
      return e === 0 ? 0 : e / (e + half);
    },
    excess: excessNow,
    learn(state, point, limits) {
      const { plain } = point;
      const { window, size } = limits;
      if (state.recent.blocks.length >= window.blocks) {
        find(state, point, limits);
        remember(found, { near, prototypes });
        state.n++;
      }
      learnMean(state.recent, plain, window);
      updateRange(state.range, sampleOf(plain, state.range.max), size);
    },
    // Levels of fewer readings scatter more, and are to be seen first.
    repace: (state, factor) => void (factor > 1 ? state.n = 0 : undefined),
    facts(state, point, limits) {
      const { exemplars, n, range, recent } = state;
      const level = meanOf(recent, limits.window);
      const width = widthOf(range, point.plain);
      const nearest = { exemplars, n, value: point.plain, level, width, at: -1, distance: Infinity };
      search(nearest, near);
      const { at, distance } = nearest;
      return {
        level,
        nearestValue: exemplars[at] ?? point.value,
        nearestLevel: exemplars[at + 1] ?? point.value,
        distance: Math.min(distance, Number.MAX_VALUE),
        excess: excessNow(state, point, limits),
      };
    },
  };
}

/** The value's range is the scale of both coordinates; 1 where there is none, so that equal points stay equal. */
function widthOf(range: TrailingRange, value: number): number {
  return Math.max(range.max - range.min, sampleOf(value, range.max).floor) || 1;
}

/** A point, and what the exemplars had for it while nothing was learnt since. */
interface Found {
  /** Of a state that has taken in `n` points. */
  exemplars: number[];
  n: number;
  value: number;
  level: number;
  width: number;
  /** Place and distance (in widths) of the nearest exemplar, or of one that is so near that no other matters. */
  at: number;
  distance: number;
}

function startFound(): Found {
  return { exemplars: [], n: NaN, value: NaN, level: NaN, width: NaN, at: -1, distance: Infinity };
}

function search(found: Found, near: number): void {
  const { exemplars, value, level, width } = found;
  let at = -1;
  let distance = Infinity;
  // What is no nearer in the unit of the values is no nearer in widths: a division for few of them.
  let least = Infinity;
  for (let i = 0; i < exemplars.length; i += 2) {
    const byValue = Math.abs(exemplars[i] - value);
    if (!(byValue < least)) continue;
    const byLevel = Math.abs(exemplars[i + 1] - level);
    if (!(byLevel < least)) continue;
    const difference = byLevel > byValue ? byLevel : byValue;
    least = difference;
    const apart = difference / width;
    if (!(apart < distance)) continue;
    at = i;
    distance = apart;
    if (distance <= near / 2) break;
  }
  found.at = at;
  found.distance = distance;
}

/**
 * Brings the exemplar that is near to the front, or puts the point there, in place of the last when there are enough.
 */
function remember(
  { exemplars, value, level, width, at, distance }: Found,
  { near, prototypes }: Pick<ExemplarParameters, "near" | "prototypes">,
): void {
  let place = at;
  let newValue: number;
  let newLevel: number;
  if (distance <= near) {
    if (place === 0) return;
    newValue = exemplars[place];
    newLevel = exemplars[place + 1];
  } else {
    place = Math.min(exemplars.length, 2 * prototypes - 2);
    newValue = roundedTo(value, ROUNDED * width);
    newLevel = roundedTo(level, ROUNDED * width);
  }
  for (let i = place + 1; i > 1; i--) exemplars[i] = exemplars[i - 2];
  exemplars[0] = newValue;
  exemplars[1] = newLevel;
}
