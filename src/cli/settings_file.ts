/**
 * Settings of detection in a file: a document that says what it changes, or all that a tenant has (`settings export`).
 */
import { readFile } from "node:fs/promises";
import { type DetectorSet, makeSet } from "../domain/detection/detector_set.ts";
import type { AssetSettings } from "../domain/detection/asset_settings.ts";
import { knownQuantity, seedLayer } from "../domain/detection/quantity.ts";
import { type SettingsFault, settingsFaults, settingsWarnings } from "../domain/detection/settings_faults.ts";
import {
  assetSettingsOf,
  idleFaults,
  resolveSettings,
  scopeKey,
  sensorSettingsOf,
  type SettingsLayer,
  type SettingsScope,
} from "../domain/detection/settings_layers.ts";
import { quantityFault } from "../domain/plant/quantity.ts";
import { FILE_FORMAT, readSettingsFile as readForm } from "../operations/detection/exchange_settings.ts";
import { parsePatch } from "../operations/detection/settings_schema.ts";

/** A file that holds no settings; the message names the file and every fault. */
export class SettingsFileFaults extends Error {
  override readonly name = "SettingsFileFaults";
}

export interface FileSettings {
  readonly set: DetectorSet;
  readonly asset: AssetSettings;
  readonly warnings: readonly SettingsFault[];
}

/**
 * What sensors of `quantity` and assets are judged by under the settings in a file; undefined: without a file. Of what
 * a tenant has, the layers of the tenant and of the quantity count. Throws `SettingsFileFaults`.
 */
export async function readSettingsFile(path: string | undefined, quantity = "generic"): Promise<FileSettings> {
  const strange = quantityFault(quantity);
  if (strange !== undefined) throw new SettingsFileFaults(`--quantity ${strange}`);
  const seed = seedLayer(knownQuantity(quantity));
  const given = path === undefined ? [] : layersOf(path, parseJson(path, await readFile(path, "utf8")));
  const of = (scope: SettingsScope) => given.find((layer) => scopeKey(layer.scope) === scopeKey(scope));
  const layers = [of({}), seed, of(seed.scope)].filter((layer) => layer !== undefined);
  const resolved = resolveSettings(layers);
  const faults = [...idleFaults(resolved, given), ...settingsFaults(resolved.document)];
  if (faults.length > 0) throw faultsIn(path ?? "", faults);
  return {
    set: makeSet(sensorSettingsOf(resolved)),
    asset: assetSettingsOf(resolved),
    warnings: settingsWarnings(resolved.document),
  };
}

/** Throws `SettingsFileFaults`. */
function layersOf(path: string, value: unknown): SettingsLayer[] {
  if (typeof value !== "object" || value === null || (value as { format?: unknown }).format !== FILE_FORMAT) {
    return [layerOf(path, { value, scope: {}, place: "" })];
  }
  const read = readForm(value);
  if (read.faults !== undefined) throw faultsIn(path, read.faults);
  return read.file.layers.flatMap(({ quantity, asset, sensor, document }, i) => {
    // Which assets and sensors there are, only a store knows.
    if (asset !== undefined || sensor !== undefined) return [];
    const scope = quantity === undefined ? {} : { quantity: knownQuantity(quantity) };
    return [layerOf(path, { value: document, scope, place: `layers.${i}.document` })];
  });
}

function layerOf(
  path: string,
  { value, scope, place }: { value: unknown; scope: SettingsScope; place: string },
): SettingsLayer {
  const parsed = parsePatch(value, scope);
  if (parsed.faults === undefined) return { scope, version: 2, patch: parsed.patch };
  const faults = parsed.faults.map((fault) => ({ ...fault, path: [place, fault.path].filter(Boolean).join(".") }));
  throw faultsIn(path, faults);
}

function faultsIn(file: string, faults: readonly SettingsFault[]): SettingsFileFaults {
  const lines = faults.map(({ path, message }) => [file, path, message].filter(Boolean).join(": "));
  return new SettingsFileFaults(lines.join("\n"));
}

/** What a file holds. Throws `SettingsFileFaults`. */
export function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SettingsFileFaults(`${path}: is no JSON: ${(error as Error).message}`, { cause: error });
  }
}
