/**
 * Scores the rows of an asset, one after the other: each row holds one value of each sensor at about the same time.
 *
 * Idea, in four steps. (1) Every sensor's mean over the last `window` rows is judged against a reference learnt in the
 * warm-up, by how far such means wandered then and how many independent values that rests on (asset_reference.ts).
 * (2) The squares of the sensors' strangeness add up: one strange sensor suffices, several weigh more. (3) The sum is
 * multiplied by (1 + T2)/(1 + z'z), Hotelling's T-squared with correlation over that without: sensors departing
 * together as they always did count less, departing against each other more. (4) The result rises at once and falls
 * by `release` a row, since a machine that was strange a moment ago is not yet well.
 * Score = ln(1 + s)/(ln(1 + s) + ln(1 + half)), 0 to 1; logarithmic, so that large departures keep their order.
 *
 * Causal, from a fresh state, without any knowledge of the rows to come; 0 during warm-up. A missing value (NaN) is no
 * evidence: a row that brings none leaves the score as it was. See docs/detection_multivariate.md for figures.
 */
import { type AssetReference, judgeDeparture, strangeness } from "./asset_reference.ts";
import { type AssetLearning, learnRow, meanOf, startLearning } from "./asset_warm_up.ts";
import { contributionsOf } from "./detectors/hotelling.ts";

export interface AssetSettings {
  /** Readings of a sensor that are learnt from before it is judged. */
  readonly warmUp: number;
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

export const ASSET_DEFAULTS: AssetSettings = {
  warmUp: 400,
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

/** The numbers behind the newest score. */
export interface AssetFacts {
  readonly rows: number;
  /** True until at least one sensor is judged. */
  readonly learning: boolean;
  readonly score: number;
  /** Per sensor: the departure of its recent mean in spreads, NaN when it had no evidence in the newest row. */
  readonly departures: readonly number[];
  /** Per sensor: its share in the strangeness of the newest row with evidence; they add up to 1, or are all 0. */
  readonly contributions: readonly number[];
  /**
   * Of the newest row with evidence: sensors departed against each other (over 1) or together as usual (under 1); 1 for
   * an incomplete row.
   */
  readonly correlationFactor: number;
  /** Pauses that emptied the windows. */
  readonly gaps: number;
}

export interface AssetStream {
  /**
   * Takes the row of data time `ts` (ms) and returns its score. `values` has one value a sensor, NaN for none. Throws
   * a RangeError, with the state untouched, on another number of values, an infinite one, or a time that is none.
   */
  push(ts: number, values: Float64Array): number;
  facts(): AssetFacts;
  /** The whole state as JSON text of bounded size, for `resumeAssetStream`. */
  encode(): string;
}

/** Plain data. A number that is none is null in it, since JSON has no NaN. */
interface AssetState {
  readonly version: number;
  readonly settings: AssetSettings;
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

const VERSION = 1;

const MOST_VALUE = 1e100;

/** A scorer of rows of `columns` sensors, in a fresh state. Throws a RangeError on settings out of bounds. */
export function createAssetStream(columns: number, settings: Partial<AssetSettings> = {}): AssetStream {
  const complete = { ...ASSET_DEFAULTS, ...settings };
  checkSettings(columns, complete);
  return streamOf({
    version: VERSION,
    settings: complete,
    columns,
    rows: 0,
    gaps: 0,
    firstTs: 0,
    lastTs: 0,
    recent: Array.from({ length: columns }, () => []),
    learning: startLearning(columns),
    references: Array<null>(columns).fill(null),
    held: 0,
    departures: Array<null>(columns).fill(null),
    contributions: Array<number>(columns).fill(0),
    correlationFactor: 1,
  });
}

/**
 * The stream that `text` (of `encode`) stands for. When it is of another version, of other settings or of another
 * number of sensors, or cannot be read, a fresh one, and `relearns` says why.
 */
export function resumeAssetStream(
  text: string,
  { columns, settings = {} }: { columns: number; settings?: Partial<AssetSettings> },
): { stream: AssetStream; relearns: string | undefined } {
  const state = readState(text);
  const wanted = JSON.stringify({ ...ASSET_DEFAULTS, ...settings });
  const relearns = state === undefined
    ? "its state cannot be read"
    : state.version !== VERSION
    ? `its state has version ${state.version}, this code reads ${VERSION}`
    : state.columns !== columns
    ? `its state is of ${state.columns} sensors, now there are ${columns}`
    : JSON.stringify(state.settings) !== wanted
    ? "its settings have changed"
    : undefined;
  const usable = state !== undefined && relearns === undefined;
  return { stream: usable ? streamOf(state) : createAssetStream(columns, settings), relearns };
}

/** Undefined for text that is no JSON object: such a state is learnt anew, not a reason to fail. */
function readState(text: string): AssetState | undefined {
  try {
    const state: unknown = JSON.parse(text);
    return typeof state === "object" && state !== null ? state as AssetState : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function streamOf(state: AssetState): AssetStream {
  return {
    push(ts, values) {
      requireRow(state, ts, values);
      takeTime(state, ts);
      takeValues(state, values.map(withinReach));
      return scoreOf(state);
    },
    facts: () => ({
      rows: state.rows,
      learning: state.references.every((reference) => reference === null),
      score: scoreOf(state),
      departures: state.departures.map((z) => z ?? NaN),
      contributions: [...state.contributions],
      correlationFactor: state.correlationFactor,
      gaps: state.gaps,
    }),
    encode: () => JSON.stringify(state),
  };
}

function requireRow({ columns }: AssetState, ts: number, values: Float64Array): void {
  if (values.length !== columns) {
    throw new RangeError(`A row of this asset has ${columns} values, not ${values.length}.`);
  }
  if (!Number.isFinite(ts)) throw new RangeError(`A row's time is a finite number of milliseconds, not ${ts}.`);
  for (let j = 0; j < columns; j++) {
    if (Math.abs(values[j]) === Infinity) throw new RangeError(`Value ${j} of the row is ${values[j]}, not a number.`);
  }
}

/** Squares of larger numbers would be infinite; NaN stays NaN. */
function withinReach(value: number): number {
  return Math.max(-MOST_VALUE, Math.min(MOST_VALUE, value));
}

/** A pause much longer than usual parts the rows before it from those behind: it neither feeds nor clears the score. */
function takeTime(state: AssetState, ts: number): void {
  const { rows, firstTs, lastTs, settings, recent, learning } = state;
  const usual = rows > 1 ? (lastTs - firstTs) / (rows - 1) : 0;
  if (rows > settings.window && usual > 0 && ts - lastTs > settings.gapIntervals * usual) {
    state.gaps++;
    for (const readings of recent) readings.length = 0;
    learning.former.fill(null);
    // The pause itself must not lengthen what counts as usual.
    state.firstTs += ts - lastTs - usual;
  }
  if (rows === 0) state.firstTs = ts;
  state.lastTs = ts;
  state.rows++;
}

function takeValues(state: AssetState, values: Float64Array): void {
  const { columns, settings, recent, references, departures } = state;
  let evidence = false;
  for (let j = 0; j < columns; j++) {
    departures[j] = null;
    if (Number.isNaN(values[j])) continue;
    const newest = values[j];
    const readings = recent[j];
    if (readings.length === settings.window) readings.shift();
    readings.push(newest);
    const reference = references[j];
    if (reference === null || readings.length < settings.window) continue;
    departures[j] = judgeDeparture(reference, { recent: meanOf(readings), newest }, settings);
    evidence = true;
  }
  learnRow(state.learning, { values, recent, references, settings });
  if (evidence) combine(state);
}

/** Joins the departures of the newest row, then lets the score rise at once or fall slowly. */
function combine(state: AssetState): void {
  const { columns, references, departures, contributions, learning, settings } = state;
  let sum = 0;
  for (let j = 0; j < columns; j++) {
    const z = departures[j], reference = references[j];
    contributions[j] = z === null || reference === null ? 0 : strangeness(reference, z) ** 2;
    sum += contributions[j];
  }
  for (let j = 0; j < columns; j++) contributions[j] = sum > 0 ? contributions[j] / sum : 0;
  state.correlationFactor = correlationFactor(learning.inverse, departures);
  const newest = sum * state.correlationFactor;
  state.held = Math.max(newest, state.held + settings.release * (newest - state.held));
}

function correlationFactor(inverse: readonly number[] | null, departures: readonly (number | null)[]): number {
  if (inverse === null || departures.includes(null)) return 1;
  const z = departures as readonly number[];
  const t2 = Math.max(0, contributionsOf(inverse, z).reduce((sum, part) => sum + part, 0));
  return (1 + t2) / (1 + z.reduce((sum, part) => sum + part * part, 0));
}

function scoreOf({ held, settings }: AssetState): number {
  const size = Math.log1p(held);
  return size / (size + Math.log1p(settings.half));
}

function checkSettings(columns: number, settings: AssetSettings): void {
  const { warmUp, window, perBlock, follow, gate, fade, excursion, release, half, gapIntervals } = settings;
  const rules: Record<string, boolean> = {
    "columns a whole number from 1 to 1,000": Number.isInteger(columns) && columns >= 1 && columns <= 1_000,
    "window a whole number >= 1": Number.isInteger(window) && window >= 1,
    "perBlock a whole number >= 2": Number.isInteger(perBlock) && perBlock >= 2,
    "warmUp a whole number of at least ten blocks": Number.isInteger(warmUp) && warmUp >= 10 * perBlock,
    "warmUp longer than window": warmUp > window,
    "follow, fade, release from 0 to 1": [follow, fade, release].every((share) => share >= 0 && share <= 1),
    "gate, excursion, half, gapIntervals finite and over 0": [gate, excursion, half, gapIntervals].every((value) =>
      value > 0 && value < Infinity
    ),
  };
  const broken = Object.keys(rules).filter((rule) => !rules[rule]);
  if (broken.length > 0) throw new RangeError(`The asset's stream needs ${broken.join("; ")}.`);
}
