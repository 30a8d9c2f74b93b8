/** Numbers and times as people read them. Times are in the zone in sight; what one hovers is ISO 8601 in UTC. */

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone} ${JSON.stringify(options)}`;
  const made = formats.get(key) ?? new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", ...options });
  formats.set(key, made);
  return made;
}

const DAY = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
const CLOCK = { hour: "2-digit", minute: "2-digit" } as const;

/** 2026-11-24, in the zone. */
export function day(ms: number, zone: string): string {
  const parts = Object.fromEntries(format(zone, DAY).formatToParts(ms).map(({ type, value }) => [type, value]));
  return `${parts.year}-${parts.month}-${parts.day}`;
}

/** 14:01, or 14:01:07 with seconds. */
export function clock(ms: number, zone: string, seconds = false): string {
  return format(zone, seconds ? { ...CLOCK, second: "2-digit" } : CLOCK).format(ms);
}

/** 14:01 today, else with its day: 11-24 14:01, or 2025-11-24 14:01 of another year. */
export function moment(ms: number, zone: string, nowMs: number): string {
  const [date, today] = [day(ms, zone), day(nowMs, zone)];
  if (date === today) return clock(ms, zone);
  return `${date.slice(0, 4) === today.slice(0, 4) ? date.slice(5) : date} ${clock(ms, zone)}`;
}

/** CET, UTC, GMT+5:30: what stands beside a time. */
export function zoneName(zone: string, ms: number): string {
  const parts = format(zone, { timeZoneName: "short", hour: "2-digit" }).formatToParts(ms);
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? zone;
}

/** 45 s, 12 min, 3 h 20, 4 d 6 h. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return hours % 24 === 0 ? `${hours / 24} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Four digits that count, without the zeros that do not. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return "-";
  const size = Math.abs(value);
  if (size >= 1e7 || size > 0 && size < 1e-4) return value.toExponential(3);
  const digits = size >= 1_000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3;
  return Number(value.toFixed(digits)).toLocaleString("en", { maximumFractionDigits: 3, useGrouping: size >= 10_000 });
}

export function count(value: number): string {
  return value.toLocaleString("en");
}

/** 1 gap, 2 gaps. */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** UCUM codes as people write units: Cel is °C, [degF] is °F. */
const UNITS: Readonly<Record<string, string>> = { Cel: "°C", "[degF]": "°F", "m3/h": "m³/h", "/min": "1/min", "1": "" };

export function unit(code: string | null): string {
  return code === null ? "" : UNITS[code] ?? code;
}

/** LEVEL_SHIFT, level_shift, levelShift: level shift. */
export function words(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase().replaceAll("_", " ");
}

/** Milliseconds in PT90S, as the gateway writes a Duration. */
export function durationMs(text: string): number {
  const match = /^PT([\d.]+)S$/.exec(text);
  return match === null ? NaN : Number(match[1]) * 1_000;
}
