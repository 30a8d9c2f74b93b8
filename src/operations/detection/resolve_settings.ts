/** Which settings hold for sensors and assets: all layers that concern them, taken together. */
import { makeSet } from "../../domain/detection/detector_set.ts";
import { knownQuantity, seedLayer } from "../../domain/detection/quantity.ts";
import { settingsFaults } from "../../domain/detection/settings_faults.ts";
import {
  type AppliedSettingsId,
  assetSettingsOf,
  resolveSettings,
  scopeKey,
  sensorSettingsOf,
  type SettingsLayer,
} from "../../domain/detection/settings_layers.ts";
import type { AssetId } from "../../domain/plant/asset.ts";
import type { Sensor, SensorId } from "../../domain/plant/sensor.ts";
import type { AppliedSettings } from "../../ports/detection/settings.ts";
import type { Store } from "../../ports/store.ts";
import type { Scope } from "../scope.ts";
import type { Judging, LiveLayers } from "./settings_memory.ts";

export type SettingsReader = Pick<Scope, "tenant" | "settingsMemory" | "observe">;

/** The layers of the tenant that are live, as `store` sees them now. */
export async function liveLayers({ tenant, settingsMemory }: SettingsReader, store: Store): Promise<LiveLayers> {
  const newest = await store.settings.newest(tenant.id);
  const known = settingsMemory.layers.get(tenant.id);
  if (known !== undefined && known.newest === newest) return known;
  const versions = newest === undefined ? [] : await store.settings.live(tenant.id);
  const live: LiveLayers = {
    // One that was promoted in between is in the list already.
    newest: versions.length === 0 ? newest : Math.max(...versions.map(({ version }) => version)),
    byScope: new Map(versions.map((version) => [scopeKey(version.scope), version])),
    ofAssets: versions.some(({ scope }) => scope.assetId !== undefined),
  };
  settingsMemory.layers.set(tenant.id, live);
  return live;
}

/** Of a sensor, what decides by which settings it is judged. */
export type Placed = Pick<Sensor, "quantity" | "assetId"> & { readonly id: SensorId };

/** The live layers that concern a sensor, the widest first. `path`: its asset with those above it, from the top. */
export function layersFor(
  { byScope }: LiveLayers,
  { id, quantity: named }: Placed,
  path: readonly AssetId[],
): SettingsLayer[] {
  const quantity = knownQuantity(named);
  const ofAssets = path.map((assetId) => byScope.get(scopeKey({ assetId })));
  return [
    byScope.get(scopeKey({})),
    seedLayer(quantity),
    byScope.get(scopeKey({ quantity })),
    ...ofAssets,
    byScope.get(scopeKey({ sensorId: id })),
  ].filter((layer) => layer !== undefined);
}

/** What each of `sensors` is judged by now. */
export async function judgingsOf(
  reader: SettingsReader,
  store: Store,
  sensors: readonly Placed[],
): Promise<Map<SensorId, Judging>> {
  const live = await liveLayers(reader, store);
  const assetIds = live.ofAssets ? [...new Set(sensors.flatMap(({ assetId }) => assetId ?? []))] : [];
  const paths = assetIds.length === 0 ? undefined : await store.assets.paths(reader.tenant.id, assetIds);
  return new Map(sensors.map((sensor) => {
    const path = sensor.assetId === undefined ? [] : paths?.get(sensor.assetId) ?? [];
    return [sensor.id, judgingOf(reader, layersFor(live, sensor, path))];
  }));
}

/** The live layers that say how an asset is judged. `path`: the asset with those above it, from the top. */
export function assetLayersFor({ byScope }: LiveLayers, path: readonly AssetId[]): SettingsLayer[] {
  return [{}, ...path.map((assetId) => ({ assetId }))].flatMap((scope) => byScope.get(scopeKey(scope)) ?? []);
}

/** What each of these assets is judged by now. */
export async function assetJudgingsOf(
  reader: SettingsReader,
  store: Store,
  ids: readonly AssetId[],
): Promise<Map<AssetId, Judging>> {
  const live = await liveLayers(reader, store);
  const paths = live.ofAssets && ids.length > 0 ? await store.assets.paths(reader.tenant.id, ids) : undefined;
  return new Map(ids.map((id) => [id, judgingOf(reader, assetLayersFor(live, paths?.get(id) ?? []))]));
}

/**
 * What `layers` come to. Promotion sees to it that they go together; where they do not, since a sensor has moved under
 * other ones, the most specific are left out until they do: nothing keeps a sensor from being judged.
 */
export function judgingOf(reader: SettingsReader, layers: readonly SettingsLayer[]): Judging {
  const { tenant, settingsMemory } = reader;
  const key = [tenant.id, ...layers.map(({ scope, version }) => `${scopeKey(scope)} ${version}`)].join(", ");
  const known = settingsMemory.judgings.get(key);
  if (known !== undefined) return known;
  const judging = usableJudging(reader, layers);
  settingsMemory.judgings.set(key, judging);
  return judging;
}

/** The same for layers that need not be live: nothing of it is remembered. */
export function usableJudging(
  { tenant, observe }: Pick<SettingsReader, "tenant" | "observe">,
  layers: readonly SettingsLayer[],
  name?: string,
): Judging {
  let settings = resolveSettings(layers, name);
  for (let left = layers.length - 1; left >= 0; left--) {
    const faults = settingsFaults(settings.document);
    if (faults.length === 0) break;
    const reason = faults.map(({ path, message }) => `${path}: ${message}`).join("; ");
    observe({ kind: "settings.unusable", tenant: tenant.key, scope: scopeKey(layers[left].scope), reason });
    settings = resolveSettings(layers.slice(0, left), name);
  }
  return { settings, set: makeSet(sensorSettingsOf(settings)), asset: assetSettingsOf(settings) };
}

/** How what came of all layers is kept. */
export function appliedFrom({ settings, set }: Judging): AppliedSettings {
  return { name: set.version, version: settings.version, document: settings.document };
}

/** The same of an asset: only its part, so that the row is right for each asset that is judged alike. */
export function appliedToAsset({ settings, asset }: Judging): AppliedSettings {
  return { name: asset.version, version: settings.version, document: { asset: settings.document.asset } };
}

/** Looks the rows of applied settings up once for all who ask in a transaction, and only if somebody asks. */
export function appliedIds(
  store: Store,
  tenantId: Scope["tenant"]["id"],
  rowOf = appliedFrom,
): (of: Judging) => Promise<AppliedSettingsId> {
  const ids = new Map<string, Promise<AppliedSettingsId>>();
  return (judging) => {
    const row = rowOf(judging);
    const id = ids.get(row.name) ?? store.settings.applied(tenantId, row);
    ids.set(row.name, id);
    return id;
  };
}
