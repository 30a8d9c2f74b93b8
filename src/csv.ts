/** CSV text as rows of cells (RFC 4180: cells may be quoted, and hold commas and line breaks then). */
import { CsvError, parse } from "csv-parse/sync";

/** Quotes that do not match. */
export class CsvFault extends Error {
  override readonly name = "CsvFault";

  constructor(message: string, readonly line: number) {
    super(message);
  }
}

/**
 * Rows as they stand there, whatever their number of cells; an empty line is a row of one empty cell. Throws
 * `CsvFault`.
 */
export function parseCsv(text: string): string[][] {
  try {
    return parse(text, { bom: true, relaxColumnCount: true, recordDelimiter: ["\r\n", "\n"] });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new CsvFault(error.message, Number(error.lines));
  }
}

/** The line, from 1, that the row at `index` begins on. */
export function lineOf(rows: readonly (readonly string[])[], index: number): number {
  let line = 1;
  for (let i = 0; i < index; i++) {
    line++;
    for (const cell of rows[i]) line += cell.split("\n").length - 1;
  }
  return line;
}

/** `cell` as it can stand in a row. */
export function csvCell(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
