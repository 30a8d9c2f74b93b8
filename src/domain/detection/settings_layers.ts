/**
 * Settings are said for a whole tenant, a quantity, an asset with all below it, or one sensor: layers, of which the
 * more specific wins, field by field. Which layer gave a field is part of the answer.
 */
import type { AssetId } from "../plant/asset.ts";
import type { Quantity } from "../plant/quantity.ts";
import type { SensorId } from "../plant/sensor.ts";
import { ASSET_DEFAULTS, type AssetSettings } from "./asset_settings.ts";
import { fingerprint } from "./fingerprint.ts";
import { DEFAULT_SETTINGS, type DetectionSettings } from "./settings.ts";
import type { SettingsFault } from "./settings_faults.ts";
import {
  assetSettings,
  complete,
  defaultDocument,
  isTree,
  leavesOf,
  sensorSettings,
  type SettingsPatch,
  type Tree,
} from "./settings_document.ts";

/** Whom settings are said for; none of the fields: the whole tenant. */
export interface SettingsScope {
  readonly quantity?: Quantity;
  /** The asset and all below it. */
  readonly assetId?: AssetId;
  readonly sensorId?: SensorId;
}

export type SettingsDraftId = number & { readonly noun: "settings draft" };
export type AppliedSettingsId = number & { readonly noun: "applied settings" };

/** The version of what the code brings along: the seeds of quantities. In other scopes it says nothing. */
export const FIRST_VERSION = 1;

/** What one version says for one scope. */
export interface SettingsLayer {
  readonly scope: SettingsScope;
  /** Of the tenant's settings: each promotion is one more. */
  readonly version: number;
  readonly patch: SettingsPatch;
}

export interface ResolvedSettings {
  /** Number of the newest version that concerns these settings. */
  readonly version: number;
  /** The same with the name of the code's settings under it, for example `generic-1.7`. */
  readonly name: string;
  /** The same for assets, for example `asset-1.7`. */
  readonly assetName: string;
  /** Complete. */
  readonly document: Tree;
  /** Per path of a leaf, the layer that gave it; what is not in it is from the code. */
  readonly origins: ReadonlyMap<string, SettingsLayer>;
  /** What it was made from, the widest first. */
  readonly layers: readonly SettingsLayer[];
  /** Watches that a layer has something to say of and that are not there: wider layers have none, or took it out. */
  readonly idle: readonly { readonly path: string; readonly layer: SettingsLayer }[];
}

/** Lays `layers` over the settings of the code, the widest first. `name` is for layers that are not live. */
export function resolveSettings(layers: readonly SettingsLayer[], name?: string): ResolvedSettings {
  const document = defaultDocument();
  const origins = new Map<string, SettingsLayer>();
  const idle: { path: string; layer: SettingsLayer }[] = [];
  for (const layer of layers) {
    lay(document, layer.patch, { layer, origins, idle, path: "" });
    const before = new Set(leavesOf(document).map(([path]) => path));
    complete(document);
    // What it brought in without saying all of it is its doing too.
    for (const [path] of leavesOf(document)) if (!before.has(path)) origins.set(path, layer);
  }
  const version = Math.max(FIRST_VERSION, ...layers.map(({ version }) => version));
  const [ofSensors, ofAssets] = [DEFAULT_SETTINGS, ASSET_DEFAULTS].map(({ version: code }) =>
    `${code}.${name ?? version}`
  );
  return { version, name: ofSensors, assetName: ofAssets, document, origins, layers, idle };
}

/**
 * The settings for sensors that are kept as `document`, perhaps by another release: what it does not know of is as in
 * the code. Only detectors and watches that stand in it are in them.
 */
export function restoreSettings(document: SettingsPatch): Tree {
  const { document: restored } = resolveSettings([{ scope: {}, version: FIRST_VERSION, patch: document }]);
  for (const group of ["detectors", "watches"]) {
    const [kept, known] = [innerOf(document, group), innerOf(restored, group)];
    for (const name of Object.keys(known)) if (!Object.hasOwn(kept, name)) delete known[name];
  }
  return restored;
}

/** The same for assets. */
export function restoreAssetSettings(document: SettingsPatch): Tree {
  return resolveSettings([{ scope: {}, version: FIRST_VERSION, patch: { asset: document.asset } }]).document;
}

function innerOf({ sensor }: SettingsPatch, group: string): Tree {
  const inner = isTree(sensor) ? sensor[group] : undefined;
  return isTree(inner) ? inner : {};
}

interface Laying {
  readonly layer: SettingsLayer;
  readonly origins: Map<string, SettingsLayer>;
  readonly idle: { path: string; layer: SettingsLayer }[];
  readonly path: string;
}

function lay(into: Tree, patch: SettingsPatch, { layer, origins, idle, path }: Laying): void {
  for (const [name, entry] of Object.entries(patch)) {
    const here = path === "" ? name : `${path}.${name}`;
    if (!isTree(entry)) {
      forget(origins, here);
      if (entry === null) delete into[name];
      else {
        into[name] = entry;
        origins.set(here, layer);
      }
      continue;
    }
    let inner = into[name];
    if (path === "sensor.watches" && !isTree(inner) && typeof entry.detector !== "string") {
      idle.push({ path: here, layer });
      continue;
    }
    // Another detector has other parameters: such a watch takes the place of the wider one.
    if (!isTree(inner) || (typeof entry.detector === "string" && inner.detector !== entry.detector)) {
      forget(origins, here);
      inner = {};
      into[name] = inner;
    }
    lay(inner, entry, { layer, origins, idle, path: here });
  }
}

/** What `layers` say for nothing, as faults. */
export function idleFaults({ idle }: ResolvedSettings, layers: readonly SettingsLayer[]): SettingsFault[] {
  return idle.filter(({ layer }) => layers.includes(layer)).map(({ path }) => (
    { path: `${path}.detector`, message: "no detector is named, and wider settings have no such watch" }
  ));
}

function forget(origins: Map<string, SettingsLayer>, path: string): void {
  for (const known of origins.keys()) if (known === path || known.startsWith(`${path}.`)) origins.delete(known);
}

/** What a sensor is judged by. */
export function sensorSettingsOf({ document, name }: ResolvedSettings): DetectionSettings {
  return sensorSettings(document, name);
}

/** What an asset is judged by. Its version names all that is in it, as a detector set's does. */
export function assetSettingsOf(
  { document, assetName }: Pick<ResolvedSettings, "document" | "assetName">,
): AssetSettings {
  return assetSettings(document, `${assetName} ${fingerprint(document.asset)}`);
}

/** Whether both are for the same. */
export function isSameScope(a: SettingsScope, b: SettingsScope): boolean {
  return scopeKey(a) === scopeKey(b);
}

/** One text per scope. */
export function scopeKey({ quantity, assetId, sensorId }: SettingsScope): string {
  if (sensorId !== undefined) return `sensor ${sensorId}`;
  if (assetId !== undefined) return `asset ${assetId}`;
  return quantity === undefined ? "tenant" : `quantity ${quantity}`;
}
