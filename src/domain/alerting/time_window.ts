/**
 * Hours of the week in a plant's own time, such as a shift or quiet hours. Wall time is handed in; what the clocks on
 * the wall show is looked up in the time zone data of the runtime.
 */

export const WEEKDAYS = {
  MON: "Monday.",
  TUE: "Tuesday.",
  WED: "Wednesday.",
  THU: "Thursday.",
  FRI: "Friday.",
  SAT: "Saturday.",
  SUN: "Sunday.",
} as const;
export type Weekday = keyof typeof WEEKDAYS;

const DAYS = Object.keys(WEEKDAYS) as Weekday[];
const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;
/** More windows in a row than a week has days end nowhere. */
const JOINED_MAX = 32;

/**
 * From `from` to `to` (minutes of the day, `to` exclusive) on days; when `to` is not later, until the next day's `to`.
 */
export interface TimeWindow {
  /** The days on which it begins. */
  readonly days: readonly Weekday[];
  readonly from: number;
  readonly to: number;
}

/** Minutes of "HH:MM", to "24:00"; undefined for anything else. */
export function parseMinutes(text: string): number | undefined {
  const match = /^(\d\d):(\d\d)$/.exec(text);
  if (match === null) return undefined;
  const [hours, minutes] = [Number(match[1]), Number(match[2])];
  const all = hours * 60 + minutes;
  return minutes < 60 && all <= DAY_MINUTES ? all : undefined;
}

/** "HH:MM" of minutes. */
export function formatMinutes(minutes: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** An offset such as +02:00 has no summer, and older browsers know none. */
const OFFSET = /^[+-]/;

/** Whether this runtime knows the zone by its IANA name. */
export function isTimeZone(zone: string): boolean {
  if (OFFSET.test(zone)) return false;
  try {
    formatOf(zone);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Whether one of the windows holds at `atMs` in `zone`. */
export function isWithin(windows: readonly TimeWindow[], zone: string, atMs: number): boolean {
  if (windows.length === 0) return false;
  const { day, minute } = localTime(zone, atMs);
  const before = DAYS[(DAYS.indexOf(day) + 6) % 7];
  return windows.some(({ days, from, to }) =>
    to > from
      ? days.includes(day) && minute >= from && minute < to
      : days.includes(day) && minute >= from || days.includes(before) && minute < to
  );
}

/**
 * The first minute at or behind `atMs` in which none of the windows holds, to the minute; undefined when they join to
 * more than a week.
 */
export function endOfWindows(windows: readonly TimeWindow[], zone: string, atMs: number): number | undefined {
  let ms = atMs;
  for (let joined = 0; joined < JOINED_MAX; joined++) {
    const { minute } = localTime(zone, ms);
    const ends = windows.filter((window) => isWithin([window], zone, ms))
      .map(({ to }) => (to - minute + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES);
    if (ends.length === 0) return ms;
    const from = ms;
    ms = Math.floor(ms / MINUTE_MS) * MINUTE_MS + Math.max(...ends) * MINUTE_MS;
    // Clocks that were put forward meanwhile show the end earlier than so many minutes later.
    while (ms - MINUTE_MS > from && !isWithin(windows, zone, ms - MINUTE_MS)) ms -= MINUTE_MS;
  }
  return undefined;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Throws RangeError for a zone that is none. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
    });
    formats.set(timeZone, format);
  }
  return format;
}

function localTime(zone: string, atMs: number): { day: Weekday; minute: number } {
  const parts = Object.fromEntries(formatOf(zone).formatToParts(atMs).map(({ type, value }) => [type, value]));
  return { day: parts.weekday.toUpperCase() as Weekday, minute: Number(parts.hour) * 60 + Number(parts.minute) };
}
