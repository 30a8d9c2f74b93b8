/**
 * What is fitted over the kept rows of an asset's baseline: T-squared of the whole, operating modes with a T-squared
 * each, and the isolation forest. Each says how far a row is from the baseline, in a measure of its own in which 0 is
 * the middle of the baseline's rows and 1 its edge (the 99 % point).
 *
 * Only sensors that were there in most of the rows take part; a row that lacks some of these is judged by the others,
 * one that lacks more than half is not judged. Values are taken as 32-bit numbers, as the kept rows are.
 */
import type { SensorId } from "../plant/sensor.ts";
import { type AssetSample, sampleRows } from "./asset_sample.ts";
import type { AssetSettings } from "./asset_settings.ts";
import { contributionsOf, departure, fitHotelling, type Hotelling, marginalInverse } from "./detectors/hotelling.ts";
import { fitForest, type Forest, scoreRow, scoreRows } from "./detectors/isolation_forest.ts";
import { decodeForest, encodeForest, type ForestState } from "./detectors/isolation_forest_state.ts";
import { kMeans } from "./stats/k_means.ts";

/** The middle and the edge of what a measure gave on the baseline. */
export interface Scale {
  readonly middle: number;
  readonly edge: number;
}

export interface AssetModel {
  readonly version: number;
  /** The sensors that it judges, in the order of its columns. */
  readonly sensors: readonly SensorId[];
  /** Rows of the baseline that it was fitted over, and how many of them were kept for it. */
  readonly rows: number;
  readonly sampled: number;
  readonly whole: Hotelling;
  readonly wholeScale: Scale;
  /** Empty while there are not two that part clearly. */
  readonly modes: readonly Hotelling[];
  readonly modesScale: Scale;
  readonly forest: Forest;
  readonly forestScale: Scale;
}

/** A row's distance from the baseline by one model, and each sensor's part of it. */
export interface Distance {
  readonly distance: number;
  readonly parts: readonly number[];
  /** For modes: the nearest. */
  readonly mode?: number;
}

/** Fewer kept rows than this fit nothing. */
const LEAST_ROWS = 40;
const EDGE = 0.99;
/** A sensor takes part when it was there in this share of the rows. */
const PRESENT = 0.5;

/** Undefined when too few rows have all of the sensors that usually report. */
export function fitModel(
  sample: AssetSample,
  { sensors, version, settings }: { sensors: readonly SensorId[]; version: number; settings: AssetSettings },
): AssetModel | undefined {
  const all = sampleRows(sample);
  const dense = sensors.flatMap((_, j) => share(all, (row) => !Number.isNaN(row[j])) >= PRESENT ? [j] : []);
  const rows = all.map((row) => Float64Array.from(dense, (j) => row[j])).filter((row) => !row.some(Number.isNaN));
  if (dense.length < 2 || rows.length < LEAST_ROWS) return undefined;
  const columns = dense.length;
  const flat = Float64Array.from(rows.flatMap((row) => [...row]));
  const whole = shortened(fitHotelling(flat, { columns }));
  const modes = sample.seen < settings.modes.fromRows ? [] : fitModes(rows, whole, settings);
  const forest = fitForest(flat, { features: columns, ...settings.forest });
  return {
    version,
    sensors: dense.map((j) => sensors[j]),
    rows: sample.seen,
    sampled: rows.length,
    whole,
    wholeScale: scaleOf(rows.map((row) => measure(whole, row).t2)),
    modes,
    modesScale: scaleOf(rows.map((row) => nearest(modes, row).t2)),
    forest,
    forestScale: scaleOf([...scoreRows(forest, flat)]),
  };
}

function share<Row>(rows: readonly Row[], holds: (row: Row) => boolean): number {
  return rows.filter(holds).length / rows.length;
}

/** The groups that part most clearly, each with its T-squared; none when a single cloud is as good. */
function fitModes(rows: readonly Float64Array[], whole: Hotelling, { modes, forest }: AssetSettings): Hotelling[] {
  const { columns } = whole;
  // Two groups of the least size there is: else no parting is looked for, which costs most where there are many
  // columns.
  if (rows.length < 2 * leastGroup(columns)) return [];
  const standard = rows.map((row) => row.map((value, j) => standardOf(whole, value, j)));
  let best: { separation: number; fits: Hotelling[] } | undefined;
  for (let k = 2; k <= modes.most; k++) {
    const { of, separation, between } = kMeans(standard, { k, seed: forest.seed });
    const groups = Map.groupBy(rows, (_row, i) => of[i]);
    const members = Array.from({ length: k }, (_, g) => groups.get(g) ?? []);
    if (members.some((group) => group.length < leastGroup(columns))) continue;
    if (between > modes.between || separation < modes.separation || separation <= (best?.separation ?? 0)) continue;
    const fits = members.map((group) =>
      shortened(fitHotelling(Float64Array.from(group.flatMap((row) => [...row])), { columns }))
    );
    best = { separation, fits };
  }
  return best?.fits ?? [];
}

/** A group too small to tell how its sensors move together is no mode of operation. */
function leastGroup(columns: number): number {
  return Math.max(10, 2 * columns);
}

function standardOf({ mean, spread }: Hotelling, value: number, j: number): number {
  return spread[j] > 0 ? (value - mean[j]) / spread[j] : 0;
}

/** Eight digits are more than a few hundred rows can say, and take half the room. */
function shortened(fit: Hotelling): Hotelling {
  const short = (values: readonly number[]) => values.map((value) => Number(value.toPrecision(8)));
  return { ...fit, mean: short(fit.mean), spread: short(fit.spread), inverse: short(fit.inverse) };
}

function scaleOf(values: readonly number[]): Scale {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))];
  return { middle: at(0.5), edge: Math.max(at(EDGE), at(0.5) * (1 + 1e-6) + 1e-12) };
}

function onScale({ middle, edge }: Scale, value: number): number {
  return (value - middle) / (edge - middle);
}

interface Measured {
  readonly t2: number;
  readonly contributions: readonly number[];
}

/** T-squared of the columns that the row has, as if there had been all: in proportion to their number. */
function measure({ columns, mean, spread, inverse }: Hotelling, row: Float64Array): Measured {
  // Loops, since this is what each row of an asset costs.
  if (isWhole(row)) {
    const departures = new Float64Array(columns);
    for (let j = 0; j < columns; j++) departures[j] = departure(row[j] - mean[j], spread[j]);
    const contributions = contributionsOf(inverse, departures);
    let t2 = 0;
    for (let j = 0; j < columns; j++) t2 += contributions[j];
    return { t2: Math.max(0, t2), contributions };
  }
  const kept = Array.from({ length: columns }, (_, j) => j).filter((j) => !Number.isNaN(row[j]));
  const z = kept.map((j) => departure(row[j] - mean[j], spread[j]));
  const parts = contributionsOf(marginalInverse(inverse, { columns, kept }), z);
  const contributions = Array<number>(columns).fill(0);
  for (const [i, j] of kept.entries()) contributions[j] = parts[i];
  return { t2: Math.max(0, parts.reduce((sum, part) => sum + part, 0)) * columns / kept.length, contributions };
}

/** Whether no value is missing. */
function isWhole(row: Float64Array): boolean {
  for (let j = 0; j < row.length; j++) {
    if (Number.isNaN(row[j])) return false;
  }
  return true;
}

function nearest(modes: readonly Hotelling[], row: Float64Array): Measured & { mode: number } {
  if (modes.length === 0) return { t2: 0, contributions: [], mode: -1 };
  let best: Measured = { t2: Infinity, contributions: [] };
  let mode = -1;
  for (let m = 0; m < modes.length; m++) {
    const measured = measure(modes[m], row);
    if (measured.t2 < best.t2) [best, mode] = [measured, m];
  }
  return { t2: best.t2, contributions: best.contributions, mode };
}

/** The row's values of the model's sensors; undefined when it lacks more than half of them. */
export function rowOf(
  model: AssetModel,
  { sensors, values }: { sensors: readonly SensorId[]; values: ArrayLike<number> },
): Float64Array | undefined {
  const row = new Float64Array(model.sensors.length);
  let present = 0;
  for (let j = 0; j < row.length; j++) {
    // Mostly the sensors of the asset are those of the model, in the same order.
    const id = model.sensors[j], at = sensors[j] === id ? j : sensors.indexOf(id);
    row[j] = at < 0 ? NaN : Math.fround(values[at]);
    if (!Number.isNaN(row[j])) present++;
  }
  return present >= 2 && 2 * present >= row.length ? row : undefined;
}

export function tSquaredDistance({ whole, wholeScale }: AssetModel, row: Float64Array): Distance {
  const { t2, contributions } = measure(whole, row);
  return { distance: onScale(wholeScale, t2), parts: contributions };
}

/** Undefined when the asset has one mode of operation. */
export function modesDistance({ modes, modesScale }: AssetModel, row: Float64Array): Distance | undefined {
  if (modes.length === 0) return undefined;
  const { t2, contributions, mode } = nearest(modes, row);
  return { distance: onScale(modesScale, t2), parts: contributions, mode };
}

/**
 * A sensor's part is what the distance loses when the sensor is as usual. Values that are missing are taken as usual.
 */
export function forestDistance({ forest, forestScale, whole }: AssetModel, row: Float64Array): number {
  const usual = isWhole(row) ? row : row.map((value, j) => Number.isNaN(value) ? whole.mean[j] : value);
  return onScale(forestScale, scoreRow(forest, usual));
}

/** A model as plain data, and back; undefined when it is of another version: it is fitted anew then. */
export type AssetModelState = Omit<AssetModel, "forest"> & { readonly forest: ForestState };

export function encodeModel(model: AssetModel): string {
  return JSON.stringify({ ...model, forest: encodeForest(model.forest) } satisfies AssetModelState);
}

export function decodeModel(text: string): AssetModel | undefined {
  const state = JSON.parse(text) as AssetModelState;
  const forest = decodeForest(state.forest);
  return forest && { ...state, forest };
}
