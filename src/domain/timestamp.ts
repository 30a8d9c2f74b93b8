/** Data time: milliseconds since 1970-01-01T00:00:00Z. */

/** Sensors' clocks that were never set begin in 1970 or 1980; no plant history begins before this. */
export const EARLIEST_MS = Date.UTC(1990, 0, 1);

const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;

/**
 * The instant that `value` stands for in ms, or undefined: RFC 3339 text (a zone is needed, since the zone of a text without one is a guess), or a number of
 * milliseconds. Digits past the millisecond are cut off.
 */
export function parseTimestamp(value: unknown): number | undefined {
  if (typeof value === "number") {
    return Number.isFinite(value) && Math.abs(value) <= 8.64e15 ? Math.floor(value) : undefined;
  }
  if (typeof value !== "string") return undefined;
  const match = RFC_3339.exec(value);
  if (match === null) return undefined;
  // Date.parse takes 24:00 for the next day, and 30 February for 1 March.
  if (match[4] === "24") return undefined;
  const day = Number(match[3]);
  if (day > 28 && day > new Date(Date.UTC(Number(match[1]), Number(match[2]), 0)).getUTCDate()) return undefined;
  const ms = Date.parse(value.length === 20 ? value : value.replace(" ", "T").toUpperCase());
  return Number.isNaN(ms) ? undefined : ms;
}

/** RFC 3339 text in UTC with milliseconds. */
export function formatTimestamp(ms: number): string {
  return new Date(ms).toISOString();
}
