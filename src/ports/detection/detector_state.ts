import type { TenantId } from "../../domain/access/tenant.ts";
import type { AssetId, Criticality } from "../../domain/plant/asset.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";

export interface LockedState {
  readonly sensorId: SensorId;
  readonly revision: number;
  readonly watermark: number | undefined;
  /** Undefined when the caller's known revision is the stored one. */
  readonly state: string | undefined;
}

/** What is known of a sensor that its judgement goes by. */
export interface JudgedSensor {
  readonly sensorId: SensorId;
  readonly quantity: string;
  readonly assetId: AssetId | undefined;
  readonly criticality: Criticality;
  readonly reorderWindowMs: number | undefined;
}

export interface SavedState {
  readonly sensorId: SensorId;
  readonly state: string;
  readonly watermark: number | undefined;
  readonly late: number;
  readonly lateFrom: number | undefined;
  readonly lateTo: number | undefined;
}

export interface DetectorStateStore {
  /**
   * Locks the states of `sensors` in ascending order; `revision` is the one whose state the caller still has, or -1.
   */
  lock(tenantId: TenantId, sensors: readonly { id: SensorId; revision: number }[]): Promise<LockedState[]>;
  /** What the sensors are judged by now; under their locks nobody judges them by anything older. */
  sensors(tenantId: TenantId, ids: readonly SensorId[]): Promise<JudgedSensor[]>;
  /** Stores locked states, each with the next revision. `late...` are added to what is stored. */
  save(tenantId: TenantId, states: readonly SavedState[]): Promise<void>;
}
