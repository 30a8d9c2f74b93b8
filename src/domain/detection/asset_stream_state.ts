/** The memory of an asset's stream (asset_stream.ts): how it begins, and what becomes of it when sensors come or go. */
import type { AssetReference } from "./asset_reference.ts";
import { type AssetLearning, startLearning } from "./asset_warm_up.ts";
import { CORRELATED_MAX, marginalInverse, startMoments } from "./detectors/hotelling.ts";

export interface AssetStreamSettings {
  /** Readings of a sensor that are learnt from before it is judged. */
  readonly warmUp: number;
  /**
   * Hours of data time that levels are learnt over in the end: the warm-up is doubled until it holds them, and levels
   * are learnt again each time. 0: the warm-up alone.
   */
  readonly covers: number;
  /** Rows in the mean that is judged: longer finds smaller shifts, later. */
  readonly window: number;
  /** Rows in a block of the warm-up. */
  readonly perBlock: number;
  /** Share of a departure by which a level follows its sensor, a row, divided by the root of the sensor's freedom. */
  readonly follow: number;
  /** Spreads beyond which a departure is not followed. */
  readonly gate: number;
  /** Share of the largest recent departure that fades, a row. */
  readonly fade: number;
  /** Spreads under which a departure is no excursion to return from. */
  readonly excursion: number;
  /** Share of the way down to the newest value that a score falls, a row. */
  readonly release: number;
  /** The combined strangeness at which the score is 0.5. */
  readonly half: number;
  /** A pause of more than this many usual intervals empties the windows: rows on either side do not belong together. */
  readonly gapIntervals: number;
}

export const ASSET_STREAM_DEFAULTS: AssetStreamSettings = {
  warmUp: 400,
  // A day, with some of the next: most machines go with it.
  covers: 30,
  window: 10,
  perBlock: 5,
  follow: 0.02,
  gate: 2,
  fade: 0.01,
  excursion: 10,
  release: 0.1,
  half: 30,
  gapIntervals: 60,
};

/** Plain data. A number that is none is null in it, since JSON has no NaN. */
export interface AssetStreamState {
  readonly version: number;
  readonly settings: AssetStreamSettings;
  readonly columns: number;
  rows: number;
  gaps: number;
  firstTs: number;
  lastTs: number;
  /** Per sensor: its last readings, oldest first, at most `window`. */
  readonly recent: number[][];
  readonly learning: AssetLearning;
  readonly references: (AssetReference | null)[];
  held: number;
  departures: (number | null)[];
  contributions: number[];
  correlationFactor: number;
}

export const ASSET_STREAM_VERSION = 1;

/** A fresh state for rows of `columns` sensors. Throws a RangeError on settings out of bounds. */
export function startStream(columns: number, settings: AssetStreamSettings): AssetStreamState {
  checkSettings(columns, settings);
  return {
    version: ASSET_STREAM_VERSION,
    settings,
    columns,
    rows: 0,
    gaps: 0,
    firstTs: 0,
    lastTs: 0,
    recent: Array.from({ length: columns }, () => []),
    learning: startLearning(columns, columns <= CORRELATED_MAX),
    references: Array<null>(columns).fill(null),
    held: 0,
    departures: Array<null>(columns).fill(null),
    contributions: Array<number>(columns).fill(0),
    correlationFactor: 1,
  };
}

/**
 * The state for other sensors: column j is what column `from[j]` was, undefined for a new one. A new sensor has its
 * warm-up and is judged behind it; what is known of the others stays, and so does the score.
 */
export function withColumns(state: AssetStreamState, from: readonly (number | undefined)[]): AssetStreamState {
  const fresh = startStream(from.length, state.settings);
  const { learning } = fresh;
  const old = state.learning;
  for (const [j, i] of from.entries()) {
    if (i === undefined) continue;
    fresh.recent[j] = state.recent[i];
    fresh.references[j] = state.references[i];
    learning.blocks[j] = old.blocks[i];
    learning.filled[j] = old.filled[i];
    learning.open[j] = old.open[i];
    learning.former[j] = old.former[i];
    learning.steps[j] = old.steps[i];
    learning.meanSquareStep[j] = old.meanSquareStep[i];
    learning.resolution[j] = old.resolution[i];
    learning.every[j] = old.every[i];
    learning.passed[j] = old.passed[i];
  }
  learning.inverse = from.length > CORRELATED_MAX ? null : inverseFor(old.inverse, { columns: state.columns, from });
  // Without a new sensor there is nothing to learn; with one, the correlation is learnt again by the end of its
  // warm-up.
  const learnsAgain = from.includes(undefined) || old.inverse === null;
  learning.moments = learnsAgain && from.length <= CORRELATED_MAX ? startMoments(from.length) : null;
  const { rows, gaps, firstTs, lastTs, held } = state;
  return { ...fresh, rows, gaps, firstTs, lastTs, held };
}

/** The inverse correlation of the sensors that stay; a new one stands alone in it. */
function inverseFor(
  inverse: readonly number[] | null,
  { columns, from }: { columns: number; from: readonly (number | undefined)[] },
): number[] | null {
  if (inverse === null) return null;
  const stayed = from.filter((i) => i !== undefined);
  const kept = marginalInverse(inverse, { columns, kept: stayed });
  const out = Array<number>(from.length ** 2).fill(0);
  const places = from.flatMap((i, j) => i === undefined ? [] : [j]);
  for (const [a, i] of places.entries()) {
    for (const [b, j] of places.entries()) out[i * from.length + j] = kept[a * stayed.length + b];
  }
  for (const [j, i] of from.entries()) if (i === undefined) out[j * from.length + j] = 1;
  return out;
}

function checkSettings(columns: number, settings: AssetStreamSettings): void {
  const { warmUp, covers, window, perBlock, follow, gate, fade, excursion, release, half, gapIntervals } = settings;
  const rules: Record<string, boolean> = {
    "columns a whole number from 1 to 1,000": Number.isInteger(columns) && columns >= 1 && columns <= 1_000,
    "window a whole number >= 1": Number.isInteger(window) && window >= 1,
    "perBlock a whole number >= 2": Number.isInteger(perBlock) && perBlock >= 2,
    "warmUp a whole number of at least ten blocks": Number.isInteger(warmUp) && warmUp >= 10 * perBlock,
    "warmUp longer than window": warmUp > window,
    "covers from 0 to 10,000 hours": covers >= 0 && covers <= 10_000,
    "follow, fade, release from 0 to 1": [follow, fade, release].every((share) => share >= 0 && share <= 1),
    "gate, excursion, half, gapIntervals finite and over 0": [gate, excursion, half, gapIntervals].every((value) =>
      value > 0 && value < Infinity
    ),
  };
  const broken = Object.keys(rules).filter((rule) => !rules[rule]);
  if (broken.length > 0) throw new RangeError(`The asset's stream needs ${broken.join("; ")}.`);
}
