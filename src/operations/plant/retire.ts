/** Sensors and assets are taken out of use, or get another key. Nothing of what they have is lost. */
import { keyFault } from "../../domain/key.ts";
import type { Asset } from "../../domain/plant/asset.ts";
import type { Sensor } from "../../domain/plant/sensor.ts";
import { conflict, invalid } from "../errors.ts";
import type { Scope } from "../scope.ts";
import { findSensor } from "./find_sensor.ts";
import { findAsset } from "./register_asset.ts";

type PlantScope = Pick<Scope, "store" | "tenant" | "clock">;

/** The sensor takes no readings from now on, until it is registered again. Throws not found. */
export async function retireSensor(scope: PlantScope, key: string): Promise<Sensor> {
  const sensor = await findSensor(scope, { key, field: "key" });
  if (sensor.retiredAt !== undefined) return sensor;
  return await scope.store.sensors.save(scope.tenant.id, { ...sensor, retiredAt: scope.clock.nowMs() });
}

/** The asset alone: what is below it stays in use. Throws not found. */
export async function retireAsset(scope: PlantScope, key: string): Promise<Asset> {
  const asset = await findAsset(scope, { key, field: "key" });
  if (asset.retiredAt !== undefined) return asset;
  return await scope.store.assets.save(scope.tenant.id, { ...asset, retiredAt: scope.clock.nowMs() });
}

export interface Renaming {
  readonly key: string;
  readonly newKey: string;
}

/** Throws invalid, not found, and conflict when the key is taken. */
export async function renameSensor(scope: PlantScope, { key, newKey }: Renaming): Promise<Sensor> {
  const sensor = await findSensor(scope, { key, field: "key" });
  checkNewKey(newKey);
  if (!await scope.store.sensors.rename(scope.tenant.id, sensor.id, newKey)) throw taken("sensor", newKey);
  return { ...sensor, key: newKey };
}

/** Throws invalid, not found, and conflict when the key is taken. */
export async function renameAsset(scope: PlantScope, { key, newKey }: Renaming): Promise<Asset> {
  const asset = await findAsset(scope, { key, field: "key" });
  checkNewKey(newKey);
  if (!await scope.store.assets.rename(scope.tenant.id, asset.id, newKey)) throw taken("asset", newKey);
  return { ...asset, key: newKey };
}

function checkNewKey(newKey: string): void {
  const fault = keyFault(newKey);
  if (fault !== undefined) throw invalid("newKey", `The new key ${fault}.`);
}

function taken(noun: "sensor" | "asset", key: string) {
  return conflict(
    "newKey",
    `There is ${noun === "asset" ? "an" : "a"} ${noun} with the key ${JSON.stringify(key)} already.`,
  );
}
