/**
 * Detector states as this process last stored them, with their revision: a batch that finds its sensors' revisions
 * unchanged need not read and decode the states. A state is taken out while it is being changed, so that a failed
 * transaction leaves nothing wrong behind.
 */
import { LRUCache } from "lru-cache";
import type { SensorState } from "../../domain/detection/sensor_state.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";

export interface RememberedState {
  readonly state: SensorState;
  readonly revision: number;
}

/** Keeps the states of up to `sensorsMax` sensors, the last used ones. */
export function createStateMemory(sensorsMax: number): LRUCache<SensorId, RememberedState> {
  return new LRUCache({ max: sensorsMax });
}
