/**
 * Departure of a machine from its own start, for slow histories: rows that come every half hour or more seldom, of a
 * machine that fails before a detector of fast rows has warmed up.
 *
 * Idea: what wears moves away from where it began, in many sensors a little at once. Formula: z of a sensor = (mean of
 * the last `window` rows - mean of the first `start`) / standard deviation of the first; rms = root of the mean of z
 * squared over the sensors that moved at the start, in units of what chance gives, sqrt(1/window + 1/start). d = the
 * smallest rms of the last `inARow` rows; score = d / (d + far).
 *
 * Parameters: `start` (rows) with at least two days in it, `window` (rows) with a whole one, so that day and night are
 * no departure; `far` where the score is 0.5: higher is calmer, and later; `inARow` (rows).
 * Example: 20 sensors each two standard deviations from their start have an rms of 8, and score 0.64.
 * Figures are in docs/detection.md. It never forgets the start: after a repair begin anew.
 */
import { spread, startMoments, updateMoments } from "./stats/welford.ts";
import type { Moments } from "./stats/welford.ts";

export interface OwnStartSettings {
  readonly start: number;
  readonly window: number;
  readonly far: number;
  readonly inARow: number;
}

export const OWN_START_DEFAULTS: OwnStartSettings = { start: 48, window: 24, far: 4.5, inARow: 5 };

/** Rows that come more often are the business of asset_stream.ts. */
export const SLOW_MS = 30 * 60_000;

/** Plain data: survives JSON. */
export interface OwnStart {
  readonly first: Moments[];
  rows: number;
  /** Of each sensor the last values, oldest first. */
  readonly recent: number[][];
  /** Departures of the last rows, oldest first. */
  readonly departures: number[];
}

/** Farther than this many deviations is no farther. */
const MOST = 10;

export function beginOwnStart(columns: number): OwnStart {
  return {
    first: Array.from({ length: columns }, startMoments),
    rows: 0,
    recent: Array.from({ length: columns }, () => []),
    departures: [],
  };
}

/** Takes a row in, NaN where a sensor has no value, and answers its score: 0 to 1, 0 while it learns. */
export function pushOwnStart(
  state: OwnStart,
  row: ArrayLike<number>,
  settings: OwnStartSettings = OWN_START_DEFAULTS,
): number {
  const { start, window, far, inARow } = settings;
  const learns = state.rows < start;
  state.rows++;
  for (const [j, recent] of state.recent.entries()) {
    if (!Number.isFinite(row[j])) continue;
    if (learns) updateMoments(state.first[j], row[j], Infinity);
    recent.push(row[j]);
    if (recent.length > window) recent.shift();
  }
  if (state.rows < start + window) return 0;
  state.departures.push(departureOf(state, settings));
  if (state.departures.length > inARow) state.departures.shift();
  if (state.departures.length < inARow) return 0;
  const least = Math.min(...state.departures);
  return least / (least + far);
}

function departureOf({ first, recent }: OwnStart, { start, window }: OwnStartSettings): number {
  let squares = 0;
  let judged = 0;
  for (const [j, values] of recent.entries()) {
    const { n, mean } = first[j];
    if (n < start / 2 || values.length < window / 2 || isStill(first[j])) continue;
    const level = values.reduce((sum, value) => sum + value / values.length, 0);
    const z = (level - mean) / spread(first[j]);
    squares += Math.min(z * z, MOST * MOST);
    judged++;
  }
  return judged === 0 ? 0 : Math.sqrt(squares / judged / (1 / window + 1 / start));
}

/** A sensor that did not move has no scale; what a double makes of equal values is no movement. */
function isStill({ mean, variance }: Moments): boolean {
  return Math.sqrt(variance) <= 1e-9 * Math.abs(mean);
}
