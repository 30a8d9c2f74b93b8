/** Reads a CSV of rows of features into one typed array. */
import { readFile } from "node:fs/promises";
import { CsvFault, lineOf, parseCsv } from "../csv.ts";

export interface FeatureRows {
  readonly features: readonly string[];
  /** Row after row, `features.length` finite values each. */
  readonly values: Float64Array;
  /** The last column when it is named "label": 1 is an outlier. */
  readonly labels: Uint8Array | undefined;
}

/** A file that cannot be read as rows of features: the message names file, line and what is wrong. */
export class FeatureFileError extends Error {
  override readonly name = "FeatureFileError";
}

/** Bad rows named in one message. */
const MOST_NAMED = 20;

/** Throws a FeatureFileError when there is no header or any bad row; it names the file and the line of each. */
export async function readFeatureRows(path: string): Promise<FeatureRows> {
  const rows = parse(path, await readText(path));
  while (rows.length > 1 && rows[rows.length - 1].every((cell) => cell.trim() === "")) rows.pop();
  const header = readHeader(path, rows[0] ?? []);
  const labelled = header.at(-1)?.toLowerCase() === "label";
  const features = labelled ? header.slice(0, -1) : header;
  if (features.length === 0) throw new FeatureFileError(`${path}:1: no column but "label"`);
  const values = new Float64Array((rows.length - 1) * features.length);
  const labels = labelled ? new Uint8Array(rows.length - 1) : undefined;
  const bad: { row: number; fault: string }[] = [];
  for (let row = 0; row < rows.length - 1; row++) {
    const cells = rows[row + 1];
    const fault = faultOf(cells, { header, features });
    if (fault !== undefined) {
      bad.push({ row: row + 1, fault });
      continue;
    }
    for (let f = 0; f < features.length; f++) values[row * features.length + f] = Number(cells[f]);
    if (labels !== undefined) labels[row] = Number(cells[features.length]) > 0.5 ? 1 : 0;
  }
  if (bad.length > 0) {
    const named = bad.slice(0, MOST_NAMED).map(({ row, fault }) => `${path}:${lineOf(rows, row)}: ${fault}`);
    const more = bad.length > MOST_NAMED ? [`${path}: ${bad.length - MOST_NAMED} more bad rows`] : [];
    throw new FeatureFileError([...named, ...more].join("\n"));
  }
  return { features, values, labels };
}

function parse(path: string, text: string): string[][] {
  try {
    return parseCsv(text);
  } catch (error) {
    if (!(error instanceof CsvFault)) throw error;
    throw new FeatureFileError(`${path}:${error.line}: ${error.message}`, { cause: error });
  }
}

function readHeader(path: string, cells: string[]): string[] {
  const header = cells.map((name) => name.trim());
  if (header.length === 0 || header.some((name) => name === "")) {
    throw new FeatureFileError(`${path}:1: no header of column names, such as "f1,f2,f3"`);
  }
  if (header.every((name) => Number.isFinite(Number(name)))) {
    throw new FeatureFileError(
      `${path}:1: numbers where the column names belong; put a header such as "f1,f2" above them`,
    );
  }
  return header;
}

function faultOf(
  cells: readonly string[],
  { header, features }: { header: readonly string[]; features: readonly string[] },
): string | undefined {
  if (cells.length !== header.length) return `${cells.length} columns, the header has ${header.length}`;
  const f = features.findIndex((_, at) => cells[at].trim() === "" || !Number.isFinite(Number(cells[at])));
  return f < 0 ? undefined : `${features[f]} is ${JSON.stringify(cells[f].trim())}, not a finite number`;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new FeatureFileError(`${path}: cannot be read (${(error as Error).message})`, { cause: error });
  }
}
