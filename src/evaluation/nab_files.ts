/**
 * Reads a folder in the layout of the Numenta Anomaly Benchmark: data/<category>/<file>.csv and
 * labels/combined_windows.json.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

export interface NabSeries {
  readonly name: string;
  /** Data times in ms, in row order: they may repeat, and once in a while go backwards. */
  readonly ts: Float64Array;
  readonly value: Float64Array;
  readonly windows: readonly (readonly [number, number])[];
}

export async function readNab(folder: string): Promise<NabSeries[]> {
  const labels = JSON.parse(await readFile(join(folder, "labels", "combined_windows.json"), "utf8")) as Record<
    string,
    [string, string][]
  >;
  return await Promise.all(
    Object.keys(labels).sort().map((name) => readSeries(join(folder, "data", name), { name, windows: labels[name] })),
  );
}

async function readSeries(
  path: string,
  { name, windows }: { name: string; windows: [string, string][] },
): Promise<NabSeries> {
  const rows = (await readFile(path, "utf8")).trim().split(/\r?\n/).slice(1).map((line) => line.split(","));
  const firstRow = new Map<string, number>();
  for (const [i, [time]] of rows.entries()) if (!firstRow.has(time)) firstRow.set(time, i);
  const rowOf = (time: string) => {
    const row = firstRow.get(time.slice(0, 19));
    if (row === undefined) throw new Error(`${path}: no row has the label's time ${time}`);
    return row;
  };
  return {
    name,
    ts: Float64Array.from(rows, ([time]) => Date.parse(`${time.replace(" ", "T")}Z`)),
    value: Float64Array.from(rows, ([, value]) => Number(value)),
    windows: windows.map(([from, to]) => [rowOf(from), rowOf(to)] as const),
  };
}
