/**
 * How values travel to and from the store. Lists go as one text literal each (`{1,2,3}`): on a server this is the
 * fastest form that the driver has, and it needs no knowledge of array types. Times go as milliseconds.
 */
import type postgres from "postgres";
import { formatTimestamp, parseTimestamp } from "../domain/timestamp.ts";

/** A connection or a transaction; SQL does not care which. */
export type Sql = postgres.ISql<{ bigint: number }>;

/** An array literal of numbers, to be cast with `::text::int[]` or the like. */
export function numbers(values: ArrayLike<number>): string {
  return `{${Array.prototype.join.call(values, ",")}}`;
}

/** An array literal of words that need no quotes: keys of our own, such as states. */
export function words(values: readonly string[]): string {
  return `{${values.join(",")}}`;
}

/** A JSON array of texts, to be read by `jsonb_array_elements_text(...::text::jsonb)`. */
export function texts(values: readonly string[]): string {
  return JSON.stringify(values);
}

export function optional<T>(value: T | null): T | undefined {
  return value ?? undefined;
}

/** A time as the store writes it, in ms. Throws on what is no time of ours, such as infinity. */
export function readInstant(text: string): number {
  const ms = parseTimestamp(text.replace(/([+-]\d{2})$/, "$1:00"));
  if (ms === undefined) throw new RangeError(`The store answers ${text}, which is no time.`);
  return ms;
}

/** A time as the driver takes it: it knows a Date for what it is, but would end it at its milliseconds. */
class Instant extends Date {
  constructor(readonly exactMs: number) {
    super(exactMs);
  }
}

/** The text of a time parameter. */
export function writeInstant(value: Date): string {
  return value instanceof Instant ? formatTimestamp(value.exactMs) : value.toISOString();
}

/** A time parameter, to the microsecond. */
export function time(valueMs: number): Date {
  return new Instant(valueMs);
}

export function optionalTime(valueMs: number | undefined): Date | null {
  return valueMs === undefined ? null : new Instant(valueMs);
}
