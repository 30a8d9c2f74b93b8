/**
 * Detector states as this process last stored them, with their revision: a batch that finds its sensors' revisions unchanged need not read and decode the states.
 * A state is taken out while it is being changed, so that a failed transaction leaves nothing wrong behind.
 */
import type { SensorState } from "../../domain/detection/sensor_state.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";

export interface StateMemory {
  take(id: SensorId): { state: SensorState; revision: number } | undefined;
  put(id: SensorId, state: SensorState, revision: number): void;
}

/** Keeps the states of up to `sensorsMax` sensors, the last used ones. */
export function createStateMemory(sensorsMax: number): StateMemory {
  const entries = new Map<SensorId, { state: SensorState; revision: number }>();
  return {
    take(id) {
      const entry = entries.get(id);
      entries.delete(id);
      return entry;
    },
    put(id, state, revision) {
      entries.set(id, { state, revision });
      if (entries.size > sensorsMax) entries.delete(entries.keys().next().value!);
    },
  };
}
