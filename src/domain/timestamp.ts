/** Data time: milliseconds since 1970-01-01T00:00:00Z. */

/** Sensors' clocks that were never set begin in 1970 or 1980; no plant history begins before this. */
export const EARLIEST_MS = Date.UTC(1990, 0, 1);

const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;

/** Times differ by this at least, in ms: what is sent with more digits is cut off there. */
export const MICROSECOND_MS = 0.001;

/**
 * The instant that `value` stands for in ms, to the microsecond, or undefined: RFC 3339 text (a zone is needed, since
 * the zone of a text without one is a guess), or a number of milliseconds. Digits past the microsecond are cut off.
 */
export function parseTimestamp(value: unknown): number | undefined {
  if (typeof value === "number") {
    return Number.isFinite(value) && Math.abs(value) <= 8.64e15 ? wholeMicroseconds(value) : undefined;
  }
  if (typeof value !== "string") return undefined;
  const match = RFC_3339.exec(value);
  if (match === null) return undefined;
  // Date.parse takes 30 February for 1 March, and 24:00 for the next day.
  const day = Number(match[3]);
  if (day > 28 && day > new Date(Date.UTC(Number(match[1]), Number(match[2]), 0)).getUTCDate()) return undefined;
  if (match[4] === "24") return undefined;
  const ms = Date.parse(value.length === 20 ? value : value.replace(" ", "T").toUpperCase());
  const fraction = match[7];
  if (Number.isNaN(ms)) return undefined;
  return fraction === undefined || fraction.length <= 4 ? ms : ms + Number(fraction.slice(4, 7).padEnd(3, "0")) / 1_000;
}

function wholeMicroseconds(ms: number): number {
  return Number.isInteger(ms) ? ms : Math.floor(ms * 1_000 + 1e-3) / 1_000;
}

/** RFC 3339 text in UTC: with milliseconds, or with microseconds where there are any. */
export function formatTimestamp(ms: number): string {
  // A number of this size is exact to a quarter of a microsecond.
  const micros = Math.round((ms - Math.floor(ms)) * 1_000);
  if (micros === 0 || micros === 1_000) return new Date(Math.round(ms)).toISOString();
  return `${new Date(Math.floor(ms)).toISOString().slice(0, -1)}${String(micros).padStart(3, "0")}Z`;
}
