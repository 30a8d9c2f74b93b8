/**
 * Rows of an asset's baseline, kept in bounded memory: every `stride`-th one; when there are too many, every other one
 * goes and the stride doubles. So which rows are kept follows from the rows alone, and they are spread evenly over the
 * whole baseline.
 */
import { countFloats, decodeFloats, encodeFloats } from "./stats/floats.ts";

/** Plain data. */
export interface AssetSample {
  readonly columns: number;
  /** Rows that came. */
  seen: number;
  stride: number;
  /** The kept rows, one behind the other, as `encodeFloats` writes them: NaN for none. */
  rows: string;
}

const FIRST_STRIDE = 4;

export function startSample(columns: number): AssetSample {
  return { columns, seen: 0, stride: FIRST_STRIDE, rows: "" };
}

/** Takes a row; at most `max` are kept. */
export function addToSample(sample: AssetSample, row: Float64Array, max: number): void {
  if (sample.seen++ % sample.stride !== 0) return;
  sample.rows += encodeFloats(row);
  if (countFloats(sample.rows) / sample.columns <= max) return;
  sample.stride *= 2;
  sample.rows = sampleRows(sample).filter((_, i) => i % 2 === 0).map(encodeFloats).join("");
}

/** The kept rows, oldest first. */
export function sampleRows({ rows, columns }: AssetSample): Float64Array[] {
  const values = decodeFloats(rows);
  return Array.from(
    { length: values.length / columns },
    (_, i) => values.slice(i * columns, (i + 1) * columns),
  );
}
