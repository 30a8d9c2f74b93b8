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
import { checkNovelty, NOVELTY_FIELDS, type NoveltyParameters, sampleOf, sizeByRate } from "../stats/novelty.ts";
import { roundedTo } from "../stats/rounded.ts";
import { byRate, readingsIn, type Span, spanRules } from "../stats/span.ts";
import {
  learnMean,
  meanOf,
  type MeanWindow,
  meanWindow,
  startMean,
  type TrailingMean,
} from "../stats/trailing_mean.ts";
import { startRange, type TrailingRange, updateRange } from "../stats/trailing_range.ts";
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

export function exemplar(parameters: ExemplarParameters): Detector<State> {
  const { length, prototypes, near, half, warmUp } = parameters;
  checkNovelty("exemplar", parameters);
  checkParameters("exemplar", {
    ...spanRules("length", length, BLOCKS),
    "2 <= prototypes <= 200": prototypes >= 2 && prototypes <= 200,
    "near > 0": near > 0,
  });
  const sizeAt = sizeByRate(parameters);
  const windowAt = byRate((perHour) => meanWindow(readingsIn(length, perHour), BLOCKS));
  const askedOf = ({ recent, range }: State, value: number, window: MeanWindow): Asked => ({
    value,
    level: meanOf(recent, window),
    width: widthOf(range, value),
    near,
  });
  const excess = (state: State, asked: Asked) =>
    Math.max(0, Math.min(nearestOf(state.exemplars, asked).distance - near, Number.MAX_VALUE));
  const isReady = ({ n, recent }: State, window: MeanWindow) => n >= warmUp && recent.blocks.length >= window.blocks;
  const excessNow = (state: State, { plain, perHour }: Point) => {
    const window = windowAt(perHour);
    return isReady(state, window) ? excess(state, askedOf(state, plain, window)) : 0;
  };
  return {
    name: "exemplar",
    sees: "a usual value, but not at this level",
    version: 1,
    warmUp: length.least + warmUp,
    start: () => ({ n: 0, range: startRange(), recent: startMean(), exemplars: [] }),
    score(state, { plain, perHour }) {
      const window = windowAt(perHour);
      if (!isReady(state, window)) return NaN;
      const asked = askedOf(state, plain, window);
      if (isAtFront(state.exemplars, asked)) return 0;
      const e = excess(state, asked);
      return e / (e + half);
    },
    excess: excessNow,
    learn(state, { plain, perHour }) {
      const window = windowAt(perHour);
      if (state.recent.blocks.length >= window.blocks) {
        state.n++;
        const asked = askedOf(state, plain, window);
        if (!isAtFront(state.exemplars, asked)) remember(state.exemplars, asked, prototypes);
      }
      learnMean(state.recent, plain, window);
      updateRange(state.range, sampleOf(plain, state.range.max), sizeAt(perHour));
    },
    // Levels of fewer readings scatter more, and are to be seen first.
    repace: (state, factor) => void (factor > 1 ? state.n = 0 : undefined),
    facts(state, point) {
      const asked = askedOf(state, point.plain, windowAt(point.perHour));
      const { at, distance } = nearestOf(state.exemplars, asked);
      return {
        level: asked.level,
        nearestValue: state.exemplars[at] ?? point.value,
        nearestLevel: state.exemplars[at + 1] ?? point.value,
        distance: Math.min(distance, Number.MAX_VALUE),
        excess: excessNow(state, point),
      };
    },
  };
}

/** The value's range is the scale of both coordinates; 1 where there is none, so that equal points stay equal. */
function widthOf(range: TrailingRange, value: number): number {
  return Math.max(range.max - range.min, sampleOf(value, range.max).floor) || 1;
}

interface Asked {
  readonly value: number;
  readonly level: number;
  readonly width: number;
  readonly near: number;
}

/** Most readings are where the one before was: then nothing else has to be asked. */
function isAtFront(exemplars: readonly number[], { value, level, width, near }: Asked): boolean {
  const reach = near / 2 * width;
  return exemplars.length > 0 && Math.abs(exemplars[0] - value) <= reach && Math.abs(exemplars[1] - level) <= reach;
}

/** Place and distance (in widths) of the nearest exemplar, or of one that is so near that no other matters. */
function nearestOf(
  exemplars: readonly number[],
  { value, level, width, near }: Asked,
): { at: number; distance: number } {
  let at = -1;
  let distance = Infinity;
  // What is no nearer in the unit of the values is no nearer in widths: a division for few of them.
  let least = Infinity;
  for (let i = 0; i < exemplars.length; i += 2) {
    const difference = Math.max(Math.abs(exemplars[i] - value), Math.abs(exemplars[i + 1] - level));
    if (!(difference < least)) continue;
    least = difference;
    const apart = difference / width;
    if (!(apart < distance)) continue;
    at = i;
    distance = apart;
    if (distance <= near / 2) break;
  }
  return { at, distance };
}

/**
 * Brings the exemplar that is near to the front, or puts the point there, in place of the last when there are enough.
 */
function remember(exemplars: number[], asked: Asked, prototypes: number): void {
  let { value, level } = asked;
  const found = nearestOf(exemplars, asked);
  let place = found.at;
  if (found.distance <= asked.near) {
    if (place === 0) return;
    value = exemplars[place];
    level = exemplars[place + 1];
  } else {
    place = Math.min(exemplars.length, 2 * prototypes - 2);
    value = roundedTo(value, ROUNDED * asked.width);
    level = roundedTo(level, ROUNDED * asked.width);
  }
  for (let i = place + 1; i > 1; i--) exemplars[i] = exemplars[i - 2];
  exemplars[0] = value;
  exemplars[1] = level;
}
