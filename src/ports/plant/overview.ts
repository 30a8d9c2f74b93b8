/** What stands on assets, each counted with all that is below it. */
import type { TenantId } from "../../domain/access/tenant.ts";
import type { Severity } from "../../domain/detection/severity.ts";
import type { AssetId } from "../../domain/plant/asset.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";

/** The whole plant, also sensors that nobody has said the asset of; no asset has this id. */
export const PLANT = 0 as AssetId;

export interface Standing {
  /** Alerts whose condition stands, by severity. */
  readonly bySeverity: Readonly<Record<Severity, number>>;
  /** Of these, those that nobody has seen. */
  readonly unacknowledged: number;
  /** Data time (ms) at which the oldest of them was opened. */
  readonly oldest: number | undefined;
  /** Alerts whose condition is over, and that nobody has seen. */
  readonly returned: number;
}

export interface SensorCounts {
  readonly all: number;
  readonly learning: number;
  readonly silent: number;
}

export interface LastReading {
  readonly sensorId: SensorId;
  readonly ts: number;
  readonly value: number;
  readonly status: number;
}

export interface AlertHour {
  /** Data time in ms at which the hour begins. */
  readonly hour: number;
  readonly opened: number;
  readonly worst: Severity;
}

export interface SensorCounting {
  /** By quantity, the readings that a sensor learns from before it is judged; `otherwise` for those not named. */
  readonly warmUps: readonly { readonly quantity: string; readonly readings: number }[];
  readonly otherwise: number;
  /** A sensor is silent when so many of its expected intervals have passed since the last reading. */
  readonly silentAfterIntervals: number;
  readonly nowMs: number;
}

export interface OverviewStore {
  /** Assets at the top that are in use, by name. */
  roots(tenantId: TenantId): Promise<AssetId[]>;
  /** Per asset, those that are parts of it and in use, by name. */
  children(tenantId: TenantId, ids: readonly AssetId[]): Promise<Map<AssetId, AssetId[]>>;
  standing(tenantId: TenantId, ids: readonly AssetId[]): Promise<Map<AssetId, Standing>>;
  counts(tenantId: TenantId, ids: readonly AssetId[], how: SensorCounting): Promise<Map<AssetId, SensorCounts>>;
  /** Hours between two data times (ms) in which an alert was opened. */
  alertHours(
    tenantId: TenantId,
    ids: readonly AssetId[],
    range: { readonly from: number; readonly to: number },
  ): Promise<Map<AssetId, AlertHour[]>>;
  /** The last reading of each sensor that has any. */
  last(tenantId: TenantId, ids: readonly SensorId[]): Promise<LastReading[]>;
  /** Sensors that nobody has said the asset of, the last known first. */
  unplaced(tenantId: TenantId, limit: number): Promise<SensorId[]>;
}
