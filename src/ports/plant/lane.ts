/** What happened to a sensor over a time besides its values: what is shown in lanes below a trend. */
import type { TenantId } from "../../domain/access/tenant.ts";
import type { AlertId } from "../../domain/alerting/alert.ts";
import type { BatchId } from "../../domain/intake/batch.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";

/** Stretches of data time (ms), both ends inclusive, as columns of equal length in the order of their beginnings. */
export interface Lane {
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** Readings or episodes in it. */
  readonly count: readonly number[];
  /** The last batch that brought any of it; undefined where that is not kept. */
  readonly batch: readonly (BatchId | undefined)[];
}

/** What begins in one slot of the range is one stretch. */
export interface LaneRange {
  readonly from: number;
  readonly to: number;
  readonly slotMs: number;
}

export interface LateReadings {
  readonly sensorId: SensorId;
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** A time that an alert was put aside for; by the clock, as all that people do. */
export interface ShelvedTime {
  readonly alertId: AlertId;
  readonly from: number;
  /** Undefined: it is shelved still. */
  readonly to: number | undefined;
  readonly actor: string;
  readonly reason: string | undefined;
}

export interface LaneStore {
  /** Per sensor, the data time (ms) of its first reading, or of what stands for it. */
  begins(tenantId: TenantId, ids: readonly SensorId[]): Promise<Map<SensorId, number>>;
  /** Keeps which readings of a batch came behind their sensors' watermarks. */
  addLate(tenantId: TenantId, id: BatchId, late: readonly LateReadings[]): Promise<void>;
  /** Readings that came too late to be judged, as their fold found them. */
  late(tenantId: TenantId, id: SensorId, range: LaneRange): Promise<Lane>;
  /** Readings whose value a correction replaced. */
  corrected(tenantId: TenantId, id: SensorId, range: LaneRange): Promise<Lane>;
  /** Stored readings of uncertain quality. */
  uncertain(tenantId: TenantId, id: SensorId, range: LaneRange): Promise<Lane>;
  /** Episodes of its alerts; one that lasts ends with the range. */
  episodes(tenantId: TenantId, id: SensorId, range: LaneRange): Promise<Lane>;
  /** When alerts about it were shelved, the last to begin first. */
  shelved(
    tenantId: TenantId,
    id: SensorId,
    range: { readonly from: number; readonly to: number; readonly limit: number },
  ): Promise<ShelvedTime[]>;
}
