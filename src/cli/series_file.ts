/** Reads a CSV of one or more series: a header, then a timestamp and finite numbers per row. */
import { readFile } from "node:fs/promises";
import { CsvFault, lineOf, parseCsv } from "../csv.ts";

export interface SeriesFile {
  /** As they stand in the file, without quotes. */
  readonly timestamps: readonly string[];
  /**
   * The same in ms; a text without a zone is taken as UTC, a number as seconds, or as ms when it is too large for that.
   */
  readonly ts: Float64Array;
  readonly columns: readonly Float64Array[];
}

/** Rows that cannot be read; the message names the file and up to `FAULTS_SHOWN` lines. */
export class SeriesFileFaults extends Error {
  override readonly name = "SeriesFileFaults";
}

const FAULTS_SHOWN = 20;
/** 5138 AD in seconds, March 1973 in ms. */
const SECONDS_MAX = 1e11;

/** Throws `SeriesFileFaults`. */
export async function readSeriesFile(path: string): Promise<SeriesFile> {
  const lines = parse(path, await readFile(path, "utf8"));
  const [header = [], ...rows] = lines;
  const headerWrong = headerFault(header);
  if (headerWrong !== undefined) throw new SeriesFileFaults(`${path}:1: ${headerWrong}`);
  const width = header.length;
  const ts = new Float64Array(rows.length);
  const columns = Array.from({ length: width - 1 }, () => new Float64Array(rows.length));
  const faults: { row: number; fault: string }[] = [];
  for (const [i, cells] of rows.entries()) {
    ts[i] = instant(cells[0]);
    for (let c = 1; c < width; c++) columns[c - 1][i] = number(cells[c]);
    const fault = rowFault(cells, { width, ts: ts[i], values: columns.map((column) => column[i]) });
    if (fault !== undefined) faults.push({ row: i + 1, fault });
  }
  if (faults.length > 0) {
    const shown = faults.slice(0, FAULTS_SHOWN).map(({ row, fault }) => `${path}:${lineOf(lines, row)}: ${fault}`);
    const more = faults.length > FAULTS_SHOWN ? [`${path}: and ${faults.length - FAULTS_SHOWN} bad rows more`] : [];
    throw new SeriesFileFaults([...shown, ...more].join("\n"));
  }
  return { timestamps: rows.map(([time]) => time), ts, columns };
}

function parse(path: string, text: string): string[][] {
  try {
    return parseCsv(text);
  } catch (error) {
    if (!(error instanceof CsvFault)) throw error;
    throw new SeriesFileFaults(`${path}:${error.line}: ${error.message}`, { cause: error });
  }
}

/** A first row of numbers would get lost as a header. */
function headerFault(header: string[]): string | undefined {
  if (header.length < 2) return "the header has to be timestamp,value or timestamp,col1,col2,...";
  const [first, ...others] = header;
  // Of what begins with a word much passes for a time: then numbers have to stand beside it.
  const isRow = !Number.isNaN(instant(first)) &&
    (/^\s*[-+.\d]/.test(first) || others.every((cell) => Number.isFinite(number(cell))));
  return isRow
    ? `${JSON.stringify(first)} is a row and no header: put a first line such as timestamp,value above it`
    : undefined;
}

function rowFault(
  cells: string[],
  { width, ts, values }: { width: number; ts: number; values: number[] },
): string | undefined {
  if (cells.length !== width) return `${cells.length} cells instead of ${width}`;
  if (Number.isNaN(ts)) return `${JSON.stringify(cells[0])} is not a time`;
  const bad = values.findIndex((value) => !Number.isFinite(value));
  return bad < 0 ? undefined : `${JSON.stringify(cells[bad + 1])} is not a finite number`;
}

function number(cell: string | undefined): number {
  return cell === undefined || cell.trim() === "" ? NaN : Number(cell);
}

const NO_ZONE = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?$/;

function instant(cell: string): number {
  const numeric = number(cell);
  if (Number.isFinite(numeric)) return Math.abs(numeric) < SECONDS_MAX ? numeric * 1_000 : numeric;
  const match = NO_ZONE.exec(cell.trim());
  return Date.parse(match === null ? cell : `${match[1]}T${match[2] ?? "00:00"}Z`);
}
