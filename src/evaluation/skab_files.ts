/**
 * Reads a folder in the layout of the Skoltech Anomaly Benchmark: <group>/<file>.csv, semicolons, a column `datetime`,
 * the sensors, then `anomaly` and `changepoint`. Files without `anomaly` are left out.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

export interface SkabSeries {
  /** "<group>/<file>.csv". */
  readonly name: string;
  readonly sensors: readonly string[];
  /** Data times in ms. */
  readonly ts: Float64Array;
  /** Row after row, one value a sensor. */
  readonly values: Float64Array;
  /** 1: the row lies in the anomaly. */
  readonly anomaly: Uint8Array;
}

/** With `unlabelled`, files without labels too, as if nothing in them were anomalous. */
export async function readSkab(
  folder: string,
  { unlabelled = false }: { unlabelled?: boolean } = {},
): Promise<SkabSeries[]> {
  const groups = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const names = await Promise.all(groups.map(async ({ name: group }) => {
    const files = await readdir(join(folder, group));
    return files.filter((file) => file.endsWith(".csv")).map((file) => `${group}/${file}`);
  }));
  const series = await Promise.all(names.flat().sort().map((name) => readSeries(folder, name, unlabelled)));
  const labelled = series.filter((one) => one !== undefined);
  if (labelled.length === 0) throw new Error(`${folder}: no <group>/<file>.csv with a column "anomaly" in it`);
  return labelled;
}

async function readSeries(folder: string, name: string, unlabelled: boolean): Promise<SkabSeries | undefined> {
  const [header, ...rows] = (await readFile(join(folder, name), "utf8")).trim().split(/\r?\n/)
    .map((line) => line.split(";"));
  const labelled = header.indexOf("anomaly");
  if (labelled < 0 && !unlabelled) return undefined;
  const label = labelled < 0 ? header.length : labelled;
  const sensors = header.slice(1, label);
  const bad = rows.findIndex((row) => row.length !== header.length || row.slice(1).some((cell) => !isNumber(cell)));
  if (bad >= 0) throw new Error(`${join(folder, name)}:${bad + 2}: not a time and ${header.length - 1} numbers`);
  return {
    name,
    sensors,
    ts: Float64Array.from(rows, ([time]) => Date.parse(`${time.replace(" ", "T")}Z`)),
    values: Float64Array.from(rows.flatMap((row) => row.slice(1, label).map(Number))),
    anomaly: Uint8Array.from(rows, (row) => labelled >= 0 && Number(row[label]) > 0.5 ? 1 : 0),
  };
}

function isNumber(cell: string): boolean {
  return cell.trim() !== "" && Number.isFinite(Number(cell));
}
