/**
 * How values travel to and from the store. Lists go as one text literal each (`{1,2,3}`): on a server this is the fastest form that the driver has, and it needs no
 * knowledge of array types. Times go as milliseconds.
 */
import type postgres from "postgres";

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

export function ms(value: Date): number {
  return value.getTime();
}

export function optionalMs(value: Date | null): number | undefined {
  return value === null ? undefined : value.getTime();
}

/** A time parameter: the driver wants a Date. */
export function time(valueMs: number): Date {
  return new Date(valueMs);
}

export function optionalTime(valueMs: number | undefined): Date | null {
  return valueMs === undefined ? null : new Date(valueMs);
}
