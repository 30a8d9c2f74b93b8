/**
 * Hotelling's T-squared [1]: how far a row of several sensors lies from their usual mean, measured along and across
 * the ways in which they usually move together.
 *
 * Formula: T2 = z' R^-1 z, with z the departures in units of each column's own spread and R the correlation of the
 * columns. Contribution of column j: z_j (R^-1 z)_j; contributions add up to T2 and can be negative (a column that
 * moved as the others made likely). Score = T2 / (T2 + limit), limit being the 99.9 % point of T2 for independent
 * normal rows, so that 0.5 is the edge of what chance gives. Rows close in time are not independent: thresholds belong
 * above it.
 *
 * R is shrunk towards the identity by `shrinkage` (0 to 1; columns / rows unless given): with a singular or nearly
 * singular R (a column that is the sum of others, fewer rows than columns) the plain inverse magnifies noise or does
 * not exist. Many columns say little of how they move together unless there are many more rows, and R costs their
 * square: beyond `CORRELATED_MAX` R is the identity, each column by itself. A column without spread has no scale to be
 * judged by: it is named in `unjudged` and contributes 0.
 *
 * Example: fitted on rows (a, a + small noise), the row (2, -2) has a large T2 where (2, 2) has a small one.
 *
 * [1] H. Hotelling, Multivariate quality control, 1947; R. L. Mason, J. C. Young, Multivariate Statistical Process
 * Control, SIAM 2002. Quantile: E. B. Wilson, M. M. Hilferty, PNAS 17, 1931.
 */
import { startMoments as startAlone, updateMoments as updateAlone } from "../stats/welford.ts";

export interface Hotelling {
  readonly columns: number;
  readonly mean: readonly number[];
  /** Standard deviation; 0 where the column is not judged. */
  readonly spread: readonly number[];
  /** Inverse of the shrunk correlation, row after row; empty: each column by itself. */
  readonly inverse: readonly number[];
  readonly limit: number;
  /** Columns without spread in the rows fitted. */
  readonly unjudged: readonly number[];
}

export interface HotellingVerdict {
  readonly t2: number;
  /** 0 to 1. */
  readonly score: number;
  /** One a column; they add up to `t2`. */
  readonly contributions: readonly number[];
}

/** With more columns than this their correlation is not taken. */
export const CORRELATED_MAX = 64;

const LEAST_SHRINKAGE = 1e-3;
const MOST_SHRINKAGE = 0.5;

/** Departures are cut off here, so that their squares stay finite. */
const MOST_SPREADS = 1e6;

/**
 * Fits the usual mean, spread and correlation of `rows` (row after row, `columns` finite values each). The result is
 * plain data and survives JSON. Throws a RangeError on fewer than two rows or a value that is not finite.
 */
export function fitHotelling(rows: Float64Array, options: { columns: number; shrinkage?: number }): Hotelling {
  const { columns } = options;
  const count = rows.length / columns;
  if (!Number.isInteger(count) || count < 2) {
    throw new RangeError(`T-squared needs at least two whole rows of ${columns} values, not ${rows.length} values.`);
  }
  const moments = columns <= CORRELATED_MAX ? startMoments(columns) : undefined;
  const alone = Array.from({ length: columns }, startAlone);
  for (let row = 0; row < count; row++) {
    const values = rows.subarray(row * columns, (row + 1) * columns);
    requireFinite(values);
    if (moments !== undefined) addRow(moments, values);
    else for (let j = 0; j < columns; j++) updateAlone(alone[j], values[j], Infinity);
  }
  const spread = moments ? spreadsOf(moments) : alone.map(({ variance }) => Math.sqrt(variance * count / (count - 1)));
  return {
    columns,
    mean: moments ? [...moments.mean] : alone.map(({ mean }) => mean),
    spread,
    inverse: moments ? inverseCorrelation(moments, options.shrinkage ?? columns / count) : [],
    limit: usualLimit(columns, count),
    unjudged: spread.flatMap((value, j) => value > 0 ? [] : [j]),
  };
}

/** Judges one row. Throws a RangeError on another number of values or a value that is not finite. */
export function scoreHotelling(model: Hotelling, row: Float64Array): HotellingVerdict {
  if (row.length !== model.columns) {
    throw new RangeError(`T-squared was fitted on ${model.columns} columns, the row has ${row.length}.`);
  }
  requireFinite(row);
  const departures = Array.from(row, (value, j) => departure(value - model.mean[j], model.spread[j]));
  const contributions = contributionsOf(model.inverse, departures);
  const t2 = Math.max(0, contributions.reduce((sum, part) => sum + part, 0));
  return { t2, score: t2 / (t2 + model.limit), contributions };
}

/** A difference in spreads, cut off; 0 where there is no spread to judge by. */
export function departure(difference: number, spread: number): number {
  if (!(spread > 0) || spread === Infinity) return 0;
  return Math.max(-MOST_SPREADS, Math.min(MOST_SPREADS, difference / spread));
}

/** z_j (R^-1 z)_j for each j; an empty inverse is that of the identity. */
export function contributionsOf(inverse: ArrayLike<number>, departures: ArrayLike<number>): number[] {
  const columns = departures.length;
  if (inverse.length === 0) return Array.from(departures, (z) => z * z);
  const contributions = Array<number>(columns);
  for (let i = 0; i < columns; i++) {
    let sum = 0;
    for (let j = 0; j < columns; j++) sum += inverse[i * columns + j] * departures[j];
    contributions[i] = departures[i] * sum;
  }
  return contributions;
}

/**
 * The inverse correlation of the columns `kept`, in that order, from that of all `columns`: each other one is
 * eliminated by its pivot, which is what integrating it out of a normal distribution comes to.
 */
export function marginalInverse(
  inverse: readonly number[],
  { columns, kept }: { columns: number; kept: readonly number[] },
): readonly number[] {
  if (inverse.length === 0 || kept.length === columns && kept.every((i, j) => i === j)) return inverse;
  const left = [...inverse];
  const stays = new Set(kept);
  for (let m = 0; m < columns; m++) {
    if (stays.has(m)) continue;
    for (let i = 0; i < columns; i++) {
      const factor = i === m ? 0 : left[i * columns + m] / left[m * columns + m];
      if (factor === 0) continue;
      for (let j = 0; j < columns; j++) left[i * columns + j] -= factor * left[m * columns + j];
    }
  }
  return kept.flatMap((i) => kept.map((j) => left[i * columns + j]));
}

/** Running means and products of deviations (Welford), so that a large offset costs no digits. Plain data. */
export interface Moments {
  rows: number;
  readonly mean: number[];
  /** Sums of products of deviations, row after row. */
  readonly products: number[];
}

export function startMoments(columns: number): Moments {
  return { rows: 0, mean: Array<number>(columns).fill(0), products: Array<number>(columns * columns).fill(0) };
}

export function addRow(moments: Moments, row: ArrayLike<number>): void {
  const { mean, products } = moments;
  const columns = mean.length;
  moments.rows++;
  const rest = (moments.rows - 1) / moments.rows;
  for (let i = 0; i < columns; i++) {
    const before = row[i] - mean[i];
    for (let j = 0; j <= i; j++) {
      products[i * columns + j] += before * (row[j] - mean[j]) * rest;
      products[j * columns + i] = products[i * columns + j];
    }
  }
  for (let i = 0; i < columns; i++) mean[i] += (row[i] - mean[i]) / moments.rows;
}

function spreadsOf({ rows, mean, products }: Moments): number[] {
  return mean.map((_, j) => Math.sqrt(products[j * mean.length + j] / (rows - 1)));
}

/** Inverse of the correlation, shrunk so far that it always exists; a column without spread stands alone. */
export function inverseCorrelation({ mean, products }: Moments, shrinkage: number): number[] {
  const columns = mean.length;
  const kept = 1 - Math.max(LEAST_SHRINKAGE, Math.min(MOST_SHRINKAGE, shrinkage));
  const matrix = Array<number>(columns * columns).fill(0);
  for (let i = 0; i < columns; i++) {
    matrix[i * columns + i] = 1;
    for (let j = 0; j < i; j++) {
      const r = products[i * columns + j] / Math.sqrt(products[i * columns + i]) / Math.sqrt(products[j * columns + j]);
      // Not a number where a spread is 0 or past the largest number.
      const bounded = Number.isNaN(r) ? 0 : Math.max(-1, Math.min(1, r)) * kept;
      matrix[i * columns + j] = bounded;
      matrix[j * columns + i] = bounded;
    }
  }
  return invert(matrix, columns);
}

/** Gauss-Jordan without pivoting, which is stable here: the matrix is symmetric and positive definite. */
function invert(matrix: number[], size: number): number[] {
  const left = [...matrix];
  const right = Array.from({ length: size * size }, (_, at) => at % (size + 1) === 0 ? 1 : 0);
  for (let column = 0; column < size; column++) {
    const pivot = left[column * size + column];
    for (let k = 0; k < size; k++) {
      left[column * size + k] /= pivot;
      right[column * size + k] /= pivot;
    }
    for (let row = 0; row < size; row++) {
      const factor = left[row * size + column];
      if (row === column || factor === 0) continue;
      for (let k = 0; k < size; k++) {
        left[row * size + k] -= factor * left[column * size + k];
        right[row * size + k] -= factor * right[column * size + k];
      }
    }
  }
  return right;
}

/**
 * The 99.9 % point of chi-squared with `columns` degrees of freedom, widened for a mean and spread known from few rows.
 */
function usualLimit(columns: number, rows: number): number {
  const part = 2 / (9 * columns);
  return columns * (1 - part + 3.0902 * Math.sqrt(part)) ** 3 * (rows + 1) / Math.max(1, rows - columns);
}

function requireFinite(row: ArrayLike<number>): void {
  for (let j = 0; j < row.length; j++) {
    if (!Number.isFinite(row[j])) throw new RangeError(`Column ${j} is ${row[j]}, not a finite number.`);
  }
}
