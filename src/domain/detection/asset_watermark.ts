/**
 * When an asset's rows are closed. A row is closed once every sensor of the asset has passed it; so it is the same
 * whatever source a reading came from and in whatever order. A sensor that is behind is waited for until another one of
 * the asset is `wait` ahead of it in data time: then rows are closed without it, and what it brings for closed rows
 * later is late, stored and counted, and judged when the asset is reprocessed.
 *
 * How long to wait is learnt from how far behind the newest reading others were when they came, unless somebody said
 * it. It decides when rows are closed, never what is in them, as long as nothing is late.
 */
import type { WaitRules } from "./asset_settings.ts";

export interface ArrivalHistory {
  /** The farthest that readings were behind the newest one of the asset when they came (ms). */
  readonly lagMs: number;
  /** How often readings of the asset came. */
  readonly arrivals: number;
}

export interface SensorTimes {
  /** Data time (ms) up to which it has been judged; undefined before its first reading. */
  readonly watermark: number | undefined;
  readonly reorderWindowMs: number | undefined;
}

/** What has been seen says little about what will come before this many arrivals. */
const ARRIVALS_KNOWN = 20;
/** Times the farthest lag seen. */
const MARGIN = 2;

/** How long to wait for a sensor that has reported before, in ms. */
export function waitFor({ ms, leastMs, mostMs }: WaitRules, { lagMs, arrivals }: ArrivalHistory): number {
  if (ms !== undefined) return ms;
  return arrivals < ARRIVALS_KNOWN ? mostMs : Math.min(mostMs, Math.max(leastMs, MARGIN * lagMs));
}

/** The data time (ms) before which all rows may be closed; undefined when no sensor has reported. */
export function closableTo(
  sensors: readonly SensorTimes[],
  { wait, history }: { wait: WaitRules; history: ArrivalHistory },
): number | undefined {
  const newest = sensors.reduce((most, { watermark }) => Math.max(most, watermark ?? -Infinity), -Infinity);
  if (newest === -Infinity) return undefined;
  const known = waitFor(wait, history);
  return sensors.reduce((least, { watermark, reorderWindowMs = 0 }) => {
    // One that never reported may be about to: it is waited for as long as there is.
    const waitMs = watermark === undefined ? wait.ms ?? wait.mostMs : known;
    return Math.min(least, Math.max(watermark ?? -Infinity, newest - waitMs - reorderWindowMs));
  }, newest);
}

/** Of `sensors`, those that rows are being kept open for: the others are ahead of them. */
export function waitedFor<Sensor extends SensorTimes>(sensors: readonly Sensor[], binMs: number): Sensor[] {
  const newest = sensors.reduce((most, { watermark }) => Math.max(most, watermark ?? -Infinity), -Infinity);
  return sensors.filter(({ watermark }) => newest - (watermark ?? -Infinity) > 2 * binMs);
}
