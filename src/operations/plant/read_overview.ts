/** What stands on the plant or on assets, each with all that is below it. */
import { detectorSet } from "../../domain/detection/detector_set.ts";
import { SEVERITIES, type Severity } from "../../domain/detection/severity.ts";
import type { AssetId } from "../../domain/plant/asset.ts";
import { QUANTITIES } from "../../domain/plant/quantity.ts";
import type { Sensor } from "../../domain/plant/sensor.ts";
import type { SensorCounting, SensorCounts, Standing } from "../../ports/plant/overview.ts";
import { invalid } from "../errors.ts";
import type { Scope } from "../scope.ts";

/** As of a gap: one reading may be lost or late, and the batch that brings it takes a moment. */
export const SILENT_AFTER_INTERVALS = 5;

/** What a sensor does as far as can be told. */
export const SENSOR_STATES = {
  judging: "Its readings are judged.",
  learning: "It has yet to see readings before it is judged.",
  silent: `Nothing has come for ${SILENT_AFTER_INTERVALS} of its expected intervals.`,
  unheard: "No reading has come yet.",
  retired: "It is out of use.",
} as const;
export type SensorState = keyof typeof SENSOR_STATES;

export interface SensorLook {
  readonly sensor: Sensor;
  readonly watermark: number | undefined;
  readonly readingsLeft: number;
  readonly nowMs: number;
}

export function sensorState({ sensor, watermark, readingsLeft, nowMs }: SensorLook): SensorState {
  if (sensor.retiredAt !== undefined) return "retired";
  if (watermark === undefined) return "unheard";
  const { expectedIntervalMs } = sensor;
  if (expectedIntervalMs !== undefined && nowMs - watermark > SILENT_AFTER_INTERVALS * expectedIntervalMs) {
    return "silent";
  }
  return readingsLeft > 0 ? "learning" : "judging";
}

export function worstOf({ bySeverity }: Pick<Standing, "bySeverity">): Severity | undefined {
  return SEVERITIES.findLast((severity) => bySeverity[severity] > 0);
}

export const NOTHING_STANDS: Standing = {
  bySeverity: { CRITICAL: 0, HIGH: 0, MEDIUM: 0, LOW: 0 },
  unacknowledged: 0,
  returned: 0,
  oldest: undefined,
};

const NO_SENSORS: SensorCounts = { all: 0, learning: 0, silent: 0 };

type OverviewScope = Pick<Scope, "store" | "tenant" | "clock">;

export async function standingOf({ store, tenant }: OverviewScope, ids: readonly AssetId[]): Promise<Standing[]> {
  const found = await store.overview.standing(tenant.id, ids);
  return ids.map((id) => found.get(id) ?? NOTHING_STANDS);
}

export async function countSensors(scope: OverviewScope, ids: readonly AssetId[]): Promise<SensorCounts[]> {
  const { store, tenant, clock } = scope;
  const found = await store.overview.counts(tenant.id, ids, sensorCounting(clock.nowMs()));
  return ids.map((id) => found.get(id) ?? NO_SENSORS);
}

export function sensorCounting(nowMs: number): SensorCounting {
  const warmUpOf = (quantity: string) => Math.min(...detectorSet(quantity).detectors.map(({ warmUp }) => warmUp));
  return {
    warmUps: QUANTITIES.map((quantity) => ({ quantity, readings: warmUpOf(quantity) })),
    otherwise: warmUpOf("generic"),
    silentAfterIntervals: SILENT_AFTER_INTERVALS,
    nowMs,
  };
}

const HOURS_MAX = 24 * 62;

/** Hours in which alerts were opened. Throws invalid for a range that is empty or too long. */
export async function alertHoursOf(
  { store, tenant }: OverviewScope,
  ids: readonly AssetId[],
  range: { from: number; to: number },
) {
  if (!(range.from < range.to)) throw invalid("from", "The range is empty: from has to be before to.");
  if (range.to - range.from > HOURS_MAX * 3_600_000) throw invalid("from", `The range has over ${HOURS_MAX} hours.`);
  const found = await store.overview.alertHours(tenant.id, ids, range);
  return ids.map((id) => found.get(id) ?? []);
}
