/** Whom settings are said for, by the keys that people use. */
import type { SettingsScope } from "../../domain/detection/settings_layers.ts";
import { keyFault } from "../../domain/key.ts";
import type { AssetId } from "../../domain/plant/asset.ts";
import { type Quantity, quantityFault } from "../../domain/plant/quantity.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import type { Store } from "../../ports/store.ts";
import { invalid, notFound } from "../errors.ts";
import type { Scope } from "../scope.ts";

/** At most one of the three; none: the whole tenant. */
export interface ScopeInput {
  readonly quantity?: string;
  readonly assetKey?: string;
  readonly sensorKey?: string;
}

type KeyedStore = { readonly store: Pick<Store, "assets" | "sensors">; readonly tenant: Scope["tenant"] };

/** Throws invalid, and not found. */
export async function findScope({ store, tenant }: KeyedStore, input: ScopeInput): Promise<SettingsScope> {
  const { quantity, assetKey, sensorKey } = input;
  if ([quantity, assetKey, sensorKey].filter((said) => said !== undefined).length > 1) {
    throw invalid("scope", "Settings are for one quantity, one asset or one sensor; name none for the whole tenant.");
  }
  if (quantity !== undefined) {
    const fault = quantityFault(quantity);
    if (fault !== undefined) throw invalid("scope.quantity", `The quantity ${fault}.`);
    return { quantity: quantity as Quantity };
  }
  if (assetKey !== undefined) {
    const asset = keyFault(assetKey) === undefined ? await store.assets.byKey(tenant.id, assetKey) : undefined;
    if (asset === undefined) {
      throw notFound("scope.asset", `There is no asset with the key ${JSON.stringify(assetKey)}.`);
    }
    return { assetId: asset.id };
  }
  if (sensorKey !== undefined) {
    const [sensor] = keyFault(sensorKey) === undefined ? await store.sensors.byKeys(tenant.id, [sensorKey]) : [];
    if (sensor === undefined) {
      throw notFound("scope.sensor", `There is no sensor with the key ${JSON.stringify(sensorKey)}.`);
    }
    return { sensorId: sensor.id };
  }
  return {};
}

/** The keys of many scopes, in statements of their own. */
export async function keysOf(
  { store, tenant }: KeyedStore,
  scopes: readonly SettingsScope[],
): Promise<(scope: SettingsScope) => ScopeInput> {
  const assetIds = scopes.flatMap(({ assetId }) => assetId ?? []);
  const sensorIds = scopes.flatMap(({ sensorId }) => sensorId ?? []);
  const assets = assetIds.length === 0 ? [] : await store.assets.byIds(tenant.id, assetIds);
  const sensors = sensorIds.length === 0 ? [] : await store.sensors.byIds(tenant.id, sensorIds);
  const assetKeys = new Map<AssetId, string>(assets.map(({ id, key }) => [id, key]));
  const sensorKeys = new Map<SensorId, string>(sensors.map(({ id, key }) => [id, key]));
  return ({ quantity, assetId, sensorId }) => {
    if (sensorId !== undefined) return { sensorKey: sensorKeys.get(sensorId) };
    if (assetId !== undefined) return { assetKey: assetKeys.get(assetId) };
    return quantity === undefined ? {} : { quantity };
  };
}

/** For people: `the sensor "x"`. */
export function scopeText({ quantity, assetKey, sensorKey }: ScopeInput): string {
  if (sensorKey !== undefined) return `the sensor ${JSON.stringify(sensorKey)}`;
  if (assetKey !== undefined) return `the asset ${JSON.stringify(assetKey)}`;
  return quantity === undefined ? "the tenant" : `the quantity ${quantity}`;
}
