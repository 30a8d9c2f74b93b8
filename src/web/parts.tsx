/** Small parts that all screens are made of. */
import type { ComponentChildren } from "preact";
import { addressOf } from "./address.ts";
import type { Asked } from "./asked.ts";
import { duration, moment } from "./format.ts";
import { zone } from "./preferences.ts";
import type { AlertRow, AlertState, Named, Severity } from "./queries_alerting.ts";
import type { Standing } from "./queries_plant.ts";
import { serviceNowMs } from "./standing.ts";

export const SEVERITIES = ["CRITICAL", "HIGH", "MEDIUM", "LOW"] as const;

/** Shape and word go with each colour: nobody has to tell colours apart. */
const SHAPES: Readonly<Record<Severity, string>> = { CRITICAL: "◆", HIGH: "▲", MEDIUM: "■", LOW: "●", OTHER: "?" };
const SHORT: Readonly<Record<Severity, string>> = {
  CRITICAL: "CRIT",
  HIGH: "HIGH",
  MEDIUM: "MED",
  LOW: "LOW",
  OTHER: "OTHER",
};

export const STATE_WORDS: Readonly<Record<AlertState, string>> = {
  UNACKNOWLEDGED: "new",
  ACKNOWLEDGED: "seen",
  RETURNED_UNACKNOWLEDGED: "returned",
  NORMAL: "closed",
  LATCHED: "latched",
  OTHER: "other",
};

/** The state in a word, and why nobody has to look where something hides it. */
export function stateOf({ state, shelf, hidden }: Pick<AlertRow, "state" | "shelf" | "hidden">): string {
  return shelf !== null ? "shelved" : hidden ? "held" : STATE_WORDS[state];
}

/** Filled while it stands and nobody has seen it; outlined otherwise. */
export function Chip({ severity, state, hidden = false }: { severity: Severity; state: AlertState; hidden?: boolean }) {
  // What is shelved or suppressed asks for nobody.
  const filled = state === "UNACKNOWLEDGED" && !hidden;
  return (
    <span class={`chip ${filled ? severity.toLowerCase() : "outline"}`}>
      <span aria-hidden="true">{SHAPES[severity]}</span> {SHORT[severity]}
    </span>
  );
}

/** ◆1 ▲2 ■0 ●4: what stands; only what nobody has seen is filled. */
export function Counts({ standing }: { standing: Standing }) {
  const counts = { CRITICAL: standing.critical, HIGH: standing.high, MEDIUM: standing.medium, LOW: standing.low };
  return (
    <span class="counts">
      {SEVERITIES.map((severity) => {
        const filled = counts[severity] > 0 && standing.unacknowledged > 0;
        return (
          <span
            key={severity}
            class={`count ${filled ? severity.toLowerCase() : counts[severity] > 0 ? "outline" : ""}`}
          >
            <span aria-hidden="true">{SHAPES[severity]}</span>
            <span class="hidden">{severity.toLowerCase()}</span> {counts[severity]}
          </span>
        );
      })}
    </span>
  );
}

/** An instant in the zone in sight; hovering tells it in UTC. */
export function Time({ at, ago = false }: { at: string | number | null; ago?: boolean }) {
  if (at === null) return <span class="muted">-</span>;
  const ms = typeof at === "number" ? at : Date.parse(at);
  const iso = new Date(ms).toISOString();
  return (
    <time dateTime={iso} title={iso}>
      {moment(ms, zone.value, serviceNowMs())}
      {ago && <span class="muted">&nbsp;({duration(serviceNowMs() - ms)})</span>}
    </time>
  );
}

export function AssetLink({ asset }: { asset: Named }) {
  return <a href={addressOf(["plant", asset.key])} dir="auto">{asset.name}</a>;
}

export function SensorLink({ sensor }: { sensor: Named }) {
  return <a href={addressOf(["sensors", sensor.key])} dir="auto">{sensor.name}</a>;
}

/** What an alert is about, in words. */
export function subjectOf({ asset, sensor, source }: Pick<AlertRow, "asset" | "sensor" | "source">): string {
  if (source !== null) return `source ${source}`;
  return [asset?.name, sensor?.name].filter((name) => name !== undefined).join(" / ");
}

/** Where one is: the assets above, each a link. */
export function Path({ path, children }: { path: readonly Named[]; children?: ComponentChildren }) {
  return (
    <nav class="path" aria-label="Path">
      <a href="/">Plant</a>
      {path.map((asset) => (
        <span key={asset.key}>
          <span class="muted">&nbsp;/&nbsp;</span>
          <AssetLink asset={asset} />
        </span>
      ))}
      {children !== undefined && <span class="muted">&nbsp;/&nbsp;</span>}
      {children}
    </nav>
  );
}

/** What is under way, or went wrong, about something asked; what was answered before stays in view beside it. */
export function Asking({ asked, what }: { asked: Asked<unknown>; what: string }) {
  if (asked.fault !== undefined) {
    return (
      <p class="fault" role="alert">
        {asked.fault.message} <button type="button" onClick={asked.again}>Try again</button>
      </p>
    );
  }
  return asked.waiting && asked.answer === undefined ? <p class="waiting" role="status">Reading {what} …</p> : null;
}

/** Hours as bars, one per hour: how many alerts were opened. */
export function Hours(
  { hours, from, to }: { hours: readonly { hour: string; opened: number }[]; from: number; to: number },
) {
  const HOUR = 3_600_000;
  const first = Math.floor(from / HOUR) * HOUR;
  const all = Math.ceil((to - first) / HOUR);
  const counts = Array.from({ length: all }, () => 0);
  for (const { hour, opened } of hours) counts[Math.floor((Date.parse(hour) - first) / HOUR)] = opened;
  const most = Math.max(...counts, 4);
  const sum = counts.reduce((total, count) => total + count, 0);
  const step = 5;
  return (
    <svg class="hours" width={all * step} height="18" role="img" aria-label={`${sum} alerts opened in ${all} hours`}>
      {counts.map((count, i) => {
        const height = count === 0 ? 1 : Math.max(4, Math.round(17 * count / most));
        return (
          <rect key={i} x={i * step} y={18 - height} width={step - 1} height={height} class={count > 0 ? "some" : ""} />
        );
      })}
    </svg>
  );
}

export interface SparkProps {
  readonly min: readonly number[];
  readonly max: readonly number[];
  readonly mean: readonly number[];
  /** As wide as what it stands in, and higher. */
  readonly wide?: boolean;
}

/** A line without axes: mean, its peaks as a shade. */
export function Spark({ min, max, mean, wide = false }: SparkProps) {
  const [width, height] = wide ? [600, 80] : [140, 22];
  const [low, high] = [Math.min(...min), Math.max(...max)];
  if (mean.length < 2) return <span class="muted">-</span>;
  const x = (i: number) => (i * (width - 2) / (mean.length - 1) + 1).toFixed(1);
  const y = (value: number) =>
    (height - 2 - (high === low ? 0.5 : (value - low) / (high - low)) * (height - 4)).toFixed(1);
  const band = [
    ...max.map((value, i) => `${x(i)},${y(value)}`),
    ...min.map((value, i) => `${x(i)},${y(value)}`).reverse(),
  ];
  return (
    <svg
      class="spark"
      width={wide ? "100%" : width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <polygon points={band.join(" ")} />
      <polyline points={mean.map((value, i) => `${x(i)},${y(value)}`).join(" ")} />
    </svg>
  );
}

/** The last value on its usual range. */
export function RangeBar({ value, low, high }: { value: number; low: number | null; high: number | null }) {
  if (low === null || high === null) return null;
  const [width, margin] = [90, (high - low || Math.abs(high) || 1) * 0.6];
  const x = (at: number) => Math.min(Math.max((at - low + margin) / (high - low + 2 * margin), 0), 1) * (width - 4) + 2;
  return (
    <svg class="range" width={width} height="14" aria-hidden="true">
      <rect x="0" y="6" width={width} height="2" />
      <rect class="usual" x={x(low)} y="3" width={Math.max(2, x(high) - x(low))} height="8" />
      <rect class="mark" x={x(value) - 1.5} y="0" width="3" height="14" />
    </svg>
  );
}
