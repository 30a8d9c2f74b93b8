/**
 * What a document would come to where it is meant for: what is wrong with it, what is strange, what it would change.
 */
import { QUANTITIES } from "../../domain/plant/quantity.ts";
import { knownQuantity, seedLayer } from "../../domain/detection/quantity.ts";
import { changesBetween, type SettingsChange } from "../../domain/detection/settings_changes.ts";
import type { SettingsPatch } from "../../domain/detection/settings_document.ts";
import { type SettingsFault, settingsFaults, settingsWarnings } from "../../domain/detection/settings_faults.ts";
import {
  FIRST_VERSION,
  idleFaults,
  type ResolvedSettings,
  resolveSettings,
  scopeKey,
  type SettingsLayer,
  type SettingsScope,
} from "../../domain/detection/settings_layers.ts";
import type { AssetId } from "../../domain/plant/asset.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import type { Store } from "../../ports/store.ts";
import type { Scope } from "../scope.ts";
import { layersFor, liveLayers, type Placed, type SettingsReader } from "./resolve_settings.ts";
import type { LiveLayers } from "./settings_memory.ts";

type StoreReader = SettingsReader & { readonly store: Store };

/** Faults of narrower settings are told up to so many. */
const FAULTS_MAX = 20;
/** Of no sensor: what is judged by a quantity and assets alone. */
const NO_SENSOR = 0 as SensorId;

/** The live layer of the scope: a first version that says nothing where nobody has promoted any. */
export function liveLayer({ byScope }: LiveLayers, scope: SettingsScope): SettingsLayer {
  return byScope.get(scopeKey(scope)) ?? { scope, version: FIRST_VERSION, patch: {} };
}

/** The same layers with others in their scopes' places. */
export function withLayers(live: LiveLayers, layers: readonly SettingsLayer[]): LiveLayers {
  const byScope = new Map(live.byScope);
  for (const layer of layers) byScope.set(scopeKey(layer.scope), layer);
  return { ...live, byScope, ofAssets: live.ofAssets || layers.some(({ scope }) => scope.assetId !== undefined) };
}

/** The layers down to the scope itself, the widest first. */
export async function layersAt(
  { store, tenant }: { store: Store; tenant: Scope["tenant"] },
  live: LiveLayers,
  scope: SettingsScope,
): Promise<SettingsLayer[]> {
  if (scope.sensorId !== undefined) {
    const [sensor] = await store.sensors.byIds(tenant.id, [scope.sensorId]);
    return layersFor(live, sensor, await pathOf({ store, tenant }, sensor.assetId));
  }
  const tenantLayer = live.byScope.get(scopeKey({})) ?? [];
  if (scope.assetId !== undefined) {
    const path = await pathOf({ store, tenant }, scope.assetId);
    return [tenantLayer, ...path.map((assetId) => live.byScope.get(scopeKey({ assetId })) ?? [])].flat();
  }
  if (scope.quantity === undefined) return [tenantLayer].flat();
  return [tenantLayer, seedLayer(scope.quantity), live.byScope.get(scopeKey(scope)) ?? []].flat();
}

async function pathOf(
  { store, tenant }: { store: Store; tenant: Scope["tenant"] },
  assetId: AssetId | undefined,
): Promise<AssetId[]> {
  return assetId === undefined ? [] : (await store.assets.paths(tenant.id, [assetId])).get(assetId) ?? [];
}

/** What is wrong where `layers` would be live: in every chain of layers that one of them is part of. */
export async function faultsWith(
  { store, tenant }: { store: Store; tenant: Scope["tenant"] },
  live: LiveLayers,
  layers: readonly SettingsLayer[],
): Promise<SettingsFault[]> {
  const then = withLayers(live, layers);
  const faults = new Map<string, SettingsFault>();
  for (const { placed, path } of await placesOf({ store, tenant }, then)) {
    const chain = layersFor(then, placed, path);
    if (!chain.some((layer) => layers.includes(layer))) continue;
    const resolved = resolveSettings(chain);
    for (const fault of [...idleFaults(resolved, layers), ...settingsFaults(resolved.document)]) {
      faults.set(`${fault.path}: ${fault.message}`, fault);
    }
    if (faults.size >= FAULTS_MAX) break;
  }
  return [...faults.values()];
}

interface Place {
  readonly placed: Placed;
  readonly path: readonly AssetId[];
}

/**
 * Every place that differs from others in its layers: quantities, under assets that have layers, and sensors that do.
 */
async function placesOf(
  { store, tenant }: { store: Store; tenant: Scope["tenant"] },
  { byScope }: LiveLayers,
): Promise<Place[]> {
  const scopes = [...byScope.values()].map(({ scope }) => scope);
  const sensorIds = scopes.flatMap(({ sensorId }) => sensorId ?? []);
  const sensors = sensorIds.length === 0 ? [] : await store.sensors.byIds(tenant.id, sensorIds);
  const layered = scopes.flatMap(({ assetId }) => assetId ?? []);
  const assetIds = [...new Set([...layered, ...sensors.flatMap(({ assetId }) => assetId ?? [])])];
  const paths = assetIds.length === 0 ? new Map<AssetId, AssetId[]>() : await store.assets.paths(tenant.id, assetIds);
  const under = [[], ...layered.map((assetId) => paths.get(assetId) ?? [])];
  return [
    ...under.flatMap((path) =>
      QUANTITIES.map((quantity) => ({ placed: { id: NO_SENSOR, quantity, assetId: undefined }, path }))
    ),
    ...sensors.map((sensor) => ({
      placed: { ...sensor, quantity: knownQuantity(sensor.quantity) },
      path: sensor.assetId === undefined ? [] : paths.get(sensor.assetId) ?? [],
    })),
  ];
}

export interface SettingsOutlook {
  readonly before: ResolvedSettings;
  readonly after: ResolvedSettings;
  readonly changes: readonly SettingsChange[];
  readonly warnings: readonly SettingsFault[];
  /** Why it cannot be live. */
  readonly faults: readonly SettingsFault[];
}

/** What `patch` would change in its scope, against what is live now. */
export async function outlookOf(
  reader: StoreReader,
  { scope, patch }: { scope: SettingsScope; patch: SettingsPatch },
): Promise<SettingsOutlook> {
  const live = await liveLayers(reader, reader.store);
  const layer = { scope, version: (live.newest ?? FIRST_VERSION) + 1, patch };
  const before = resolveSettings(await layersAt(reader, live, scope));
  const after = resolveSettings(await layersAt(reader, withLayers(live, [layer]), scope));
  return {
    before,
    after,
    faults: await faultsWith(reader, live, [layer]),
    changes: changesBetween(before.document, after.document),
    warnings: settingsWarnings(after.document),
  };
}
