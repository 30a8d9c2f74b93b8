/**
 * Exemplar novelty: a usual value, but not at this level.
 *
 * Idea: a value may be usual and the level before it too, and both together new: a pump's standstill pressure behind an
 *   hour at full load. So pairs of value and level are compared with those that were seen, kept as a few exemplars.
 * Formula: point = (value, mean of the `length` readings before it); d = largest difference of a coordinate to the
 *   nearest exemplar, in widths of the value's trailing range; e = max(0, d - near); score = e / (e + half). A point
 *   with d > near becomes an exemplar, in place of the one that was not used for longest when there are `prototypes`.
 * Parameters: `length` (readings) of the level; `prototypes`: most exemplars; `near` (widths) under which points are
 *   the same: higher is calmer and coarser; those of stats/novelty.ts, where `warmUp` counts points.
 * Example: values from 0 to 10 in pairs (0, 0) and (10, 10); (0, 10) has d = 1 and with near = half = 0.08 scores 0.92.
 * Source: nearest-neighbour conformal detectors (V. Ishimtsev et al., Conformal k-NN anomaly detector, 2017), with
 *   leader clustering (J. A. Hartigan, 1975) in place of a window.
 */
import { checkNovelty, type NoveltyParameters, sampleOf } from "../stats/novelty.ts";
import { startRange, type TrailingRange, updateRange } from "../stats/trailing_range.ts";
import { checkParameters, type Detector, type Point } from "./detector.ts";

export interface ExemplarParameters extends NoveltyParameters {
  readonly length: number;
  readonly prototypes: number;
  readonly near: number;
}

interface State {
  /** Points taken in. */
  n: number;
  /** Of the values. */
  range: TrailingRange;
  /** The last `length` values, as a ring from `next` on. */
  recent: number[];
  next: number;
  /** Value, level, value, level ...; the one that was used last first. */
  exemplars: number[];
}

/** The difference of a point that is nearer than this (in widths) to its exemplar is lost when that one is rounded. */
const ROUNDED = 1e-3;

export function exemplar(parameters: ExemplarParameters): Detector<State> {
  const { length, prototypes, near, half, warmUp } = parameters;
  checkNovelty("exemplar", parameters);
  checkParameters("exemplar", {
    "2 <= length <= 100": length >= 2 && length <= 100,
    "2 <= prototypes <= 200": prototypes >= 2 && prototypes <= 200,
    "near > 0": near > 0,
  });
  const isFull = ({ recent }: State) => recent.length === length;
  const excess = (state: State, point: Point) => {
    const distance = nearest(state, point.value).distance;
    return Math.max(0, Math.min(distance - near, Number.MAX_VALUE));
  };
  const nearest = (state: State, value: number) =>
    nearestOf(state.exemplars, { value, level: meanOf(state.recent), width: widthOf(state, value), near });
  return {
    name: "exemplar",
    sees: "a usual value, but not at this level",
    version: 1,
    warmUp: length + warmUp,
    start: () => ({ n: 0, range: startRange(), recent: [], next: 0, exemplars: [] }),
    score(state, point) {
      if (state.n < warmUp) return NaN;
      const e = excess(state, point);
      return e / (e + half);
    },
    excess: (state, point) => state.n < warmUp ? 0 : excess(state, point),
    learn(state, { value }) {
      if (isFull(state)) {
        state.n++;
        remember(state, value, parameters);
        state.recent[state.next] = value;
        state.next = (state.next + 1) % length;
      } else state.recent.push(value);
      updateRange(state.range, sampleOf(value, state.range.max), parameters);
    },
    facts(state, point) {
      const { at, distance } = nearest(state, point.value);
      return {
        level: meanOf(state.recent),
        nearestValue: state.exemplars[at] ?? point.value,
        nearestLevel: state.exemplars[at + 1] ?? point.value,
        distance: Math.min(distance, Number.MAX_VALUE),
        excess: state.n < warmUp ? 0 : excess(state, point),
      };
    },
  };
}

/** The value's range is the scale of both coordinates; 1 where there is none, so that equal points stay equal. */
function widthOf({ range }: State, value: number): number {
  return Math.max(range.max - range.min, sampleOf(value, range.max).floor) || 1;
}

function meanOf(recent: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < recent.length; i++) sum += recent[i];
  return sum / recent.length;
}

interface Asked {
  readonly value: number;
  readonly level: number;
  readonly width: number;
  readonly near: number;
}

/** Place and distance (in widths) of the nearest exemplar, or of one that is so near that no other matters. */
function nearestOf(
  exemplars: readonly number[],
  { value, level, width, near }: Asked,
): { at: number; distance: number } {
  let at = -1;
  let distance = Infinity;
  for (let i = 0; i < exemplars.length; i += 2) {
    const apart = Math.max(Math.abs(exemplars[i] - value), Math.abs(exemplars[i + 1] - level)) / width;
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
function remember(state: State, value: number, { prototypes, near }: ExemplarParameters): void {
  const { exemplars } = state;
  let level = meanOf(state.recent);
  const width = widthOf(state, value);
  const found = nearestOf(exemplars, { value, level, width, near });
  let place = found.at;
  if (found.distance <= near) {
    if (place === 0) return;
    value = exemplars[place];
    level = exemplars[place + 1];
  } else {
    place = Math.min(exemplars.length, 2 * prototypes - 2);
    value = roundedTo(value, ROUNDED * width);
    level = roundedTo(level, ROUNDED * width);
  }
  for (let i = place + 1; i > 1; i--) exemplars[i] = exemplars[i - 2];
  exemplars[0] = value;
  exemplars[1] = level;
}

/** `x` to a decimal at least as fine as `step`: short as text. */
function roundedTo(x: number, step: number): number {
  const digits = Math.ceil(-Math.log10(step));
  if (digits < -20 || digits > 20) return x;
  const unit = 10 ** Math.abs(digits);
  const rounded = digits >= 0 ? Math.round(x * unit) / unit : Math.round(x / unit) * unit;
  return Number.isFinite(rounded) ? rounded : x;
}
