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
 * The reference is learnt over the warm-up, then again over twice, four times as much and so on until that holds
 * `covers` hours: what goes with the day is no departure once the day has been seen.
 *
 * Causal, from a fresh state, without any knowledge of the rows to come; 0 during warm-up. A missing value (NaN) is no
 * evidence: a row that brings none leaves the score as it was. See docs/detection_multivariate.md for figures.
 */
import { judgeDeparture, strangeness } from "./asset_reference.ts";
import {
  ASSET_STREAM_DEFAULTS,
  ASSET_STREAM_VERSION,
  type AssetStreamSettings,
  type AssetStreamState,
  startStream,
} from "./asset_stream_state.ts";
import { learnRow, meanOf } from "./asset_warm_up.ts";
import { contributionsOf, marginalInverse } from "./detectors/hotelling.ts";

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
   * Of the newest row with evidence: its sensors departed against each other (over 1) or together as usual (under 1).
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

const MOST_VALUE = 1e100;

/** A scorer of rows of `columns` sensors, in a fresh state. Throws a RangeError on settings out of bounds. */
export function createAssetStream(columns: number, settings: Partial<AssetStreamSettings> = {}): AssetStream {
  return streamOf(startStream(columns, { ...ASSET_STREAM_DEFAULTS, ...settings }));
}

/**
 * The stream that `text` (of `encode`) stands for. When it is of another version, of other settings or of another
 * number of sensors, or cannot be read, a fresh one, and `relearns` says why.
 */
export function resumeAssetStream(
  text: string,
  { columns, settings = {} }: { columns: number; settings?: Partial<AssetStreamSettings> },
): { stream: AssetStream; relearns: string | undefined } {
  const state = readState(text);
  const wanted = JSON.stringify({ ...ASSET_STREAM_DEFAULTS, ...settings });
  const relearns = state === undefined
    ? "its state cannot be read"
    : state.version !== ASSET_STREAM_VERSION
    ? `its state has version ${state.version}, this code reads ${ASSET_STREAM_VERSION}`
    : state.columns !== columns
    ? `its state is of ${state.columns} sensors, now there are ${columns}`
    : JSON.stringify(state.settings) !== wanted
    ? "its settings have changed"
    : undefined;
  const usable = state !== undefined && relearns === undefined;
  return { stream: usable ? streamOf(state) : createAssetStream(columns, settings), relearns };
}

/** Undefined for text that is no JSON object: such a state is learnt anew, not a reason to fail. */
function readState(text: string): AssetStreamState | undefined {
  try {
    const state: unknown = JSON.parse(text);
    return typeof state === "object" && state !== null ? state as AssetStreamState : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function streamOf(state: AssetStreamState): AssetStream {
  return {
    push: (ts, values) => pushRow(state, ts, values),
    facts: () => streamFacts(state),
    encode: () => JSON.stringify(state),
  };
}

/** Takes a row into `state` and returns its score; see `AssetStream`. */
export function pushRow(state: AssetStreamState, ts: number, values: Float64Array): number {
  requireRow(state, ts, values);
  takeTime(state, ts);
  const reached = new Float64Array(values.length);
  for (let j = 0; j < values.length; j++) reached[j] = withinReach(values[j]);
  takeValues(state, reached);
  return scoreOf(state);
}

export function streamFacts(state: AssetStreamState): AssetFacts {
  return {
    rows: state.rows,
    learning: state.references.every((reference) => reference === null),
    score: scoreOf(state),
    departures: state.departures.map((z) => z ?? NaN),
    contributions: [...state.contributions],
    correlationFactor: state.correlationFactor,
    gaps: state.gaps,
  };
}

function requireRow({ columns }: AssetStreamState, ts: number, values: Float64Array): void {
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
function takeTime(state: AssetStreamState, ts: number): void {
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

function takeValues(state: AssetStreamState, values: Float64Array): void {
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
  learnRow(state.learning, { values, recent, references, departures, settings, spanMs: state.lastTs - state.firstTs });
  if (evidence) combine(state);
}

/**
 * Chance adds up over sensors: what healthy ones give at most, each (0.2 where readings are independent of each other,
 * 0.9 where they wander), is taken away for all beyond the first few, or assets of hundreds would always be strange.
 */
const CHANCE = 1;
const FEW = 24;

/** Joins the departures of the newest row, then lets the score rise at once or fall slowly. */
function combine(state: AssetStreamState): void {
  const { columns, references, departures, contributions, learning, settings } = state;
  let sum = 0;
  let judged = 0;
  for (let j = 0; j < columns; j++) {
    const z = departures[j], reference = references[j];
    if (z === null || reference === null) contributions[j] = 0;
    else {
      judged++;
      contributions[j] = strangeness(reference, z) ** 2;
      sum += contributions[j];
    }
  }
  for (let j = 0; j < columns; j++) contributions[j] = sum > 0 ? contributions[j] / sum : 0;
  state.correlationFactor = correlationFactor(learning.inverse, departures);
  const newest = Math.max(0, sum - CHANCE * Math.max(0, judged - FEW)) * state.correlationFactor;
  state.held = Math.max(newest, state.held + settings.release * (newest - state.held));
}

/** Among the sensors with evidence alone. */
function correlationFactor(inverse: readonly number[] | null, departures: readonly (number | null)[]): number {
  if (inverse === null) return 1;
  const kept: number[] = [], z: number[] = [];
  let squares = 0;
  for (let j = 0; j < departures.length; j++) {
    const part = departures[j];
    if (part === null) continue;
    kept.push(j);
    z.push(part);
    squares += part * part;
  }
  const t2 = Math.max(0, sumOf(contributionsOf(marginalInverse(inverse, { columns: departures.length, kept }), z)));
  return (1 + t2) / (1 + squares);
}

function sumOf(parts: readonly number[]): number {
  let sum = 0;
  for (let j = 0; j < parts.length; j++) sum += parts[j];
  return sum;
}

function scoreOf({ held, settings }: AssetStreamState): number {
  const size = Math.log1p(held);
  return size / (size + Math.log1p(settings.half));
}
