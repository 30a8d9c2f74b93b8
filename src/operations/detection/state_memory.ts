/**
 * Detector states as this process last stored them, with their revision: a batch that finds its sensors' revisions
 * unchanged need not read and decode the states. A state is taken out while it is being changed, so that a failed
 * transaction leaves nothing wrong behind.
 */
import { LRUCache } from "lru-cache";
import type { SensorState } from "../../domain/detection/sensor_state.ts";
import type { AssetMemory } from "../../domain/detection/asset_state.ts";
import type { AssetId } from "../../domain/plant/asset.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";

export interface RememberedState {
  readonly state: SensorState;
  readonly revision: number;
}

export interface RememberedAsset {
  readonly memory: AssetMemory;
  readonly revision: number;
}

/** The same for assets. */
export function createAssetMemory(assetsMax: number): LRUCache<AssetId, RememberedAsset> {
  return new LRUCache({ max: assetsMax });
}

/** Keeps the states of up to `sensorsMax` sensors, the last used ones. */
export function createStateMemory(sensorsMax: number): LRUCache<SensorId, RememberedState> {
  return new LRUCache({ max: sensorsMax });
}
