/**
 * The readings of an asset's sensors as rows on aligned bins of time: the row of a bin holds each sensor's mean in it.
 * Bins are whole multiples of `binMs` since 1970, so any way of cutting the same readings gives the same rows.
 *
 * A sensor without a reading in a bin is NaN there, neither carried forward nor filled in; a bin without any reading
 * gives no row. So a gap is neither healthy nor faulty, whatever its length.
 */

export interface AssetRow {
  /** Start of the bin, ms. */
  readonly ts: number;
  /** One mean a sensor; NaN where it had no reading. */
  readonly values: Float64Array;
}

/** Readings of one column, in time order. */
export interface ColumnReadings {
  readonly ts: ArrayLike<number>;
  readonly value: ArrayLike<number>;
}

/** The start of the bin that `ts` lies in. */
export function binOf(ts: number, binMs: number): number {
  return Math.floor(ts / binMs) * binMs;
}

/** The rows of the bins from `from` up to `to` (ms, whole bins), oldest first. Readings outside are left out. */
export function toRows(
  columns: readonly ColumnReadings[],
  { binMs, from, to }: { binMs: number; from: number; to: number },
): AssetRow[] {
  const rows = new Map<number, Float64Array>();
  for (const [j, { ts, value }] of columns.entries()) {
    let bin = NaN;
    let [count, mean] = [0, 0];
    for (let i = 0; i < ts.length; i++) {
      if (ts[i] < from || ts[i] >= to) continue;
      const start = binOf(ts[i], binMs);
      if (start !== bin) [bin, count, mean] = [start, 0, 0];
      count++;
      // Each part divided first, since the difference of two large numbers can be infinite.
      mean += value[i] / count - mean / count;
      let values = rows.get(start);
      if (values === undefined) rows.set(start, values = new Float64Array(columns.length).fill(NaN));
      values[j] = mean;
    }
  }
  return Array.from(rows, ([ts, values]) => ({ ts, values })).sort((a, b) => a.ts - b.ts);
}
