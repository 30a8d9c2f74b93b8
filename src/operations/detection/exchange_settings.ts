/** Settings as a file: all that is live for a tenant goes out, and comes in as drafts. */
import { z } from "zod";
import { fingerprint } from "../../domain/detection/fingerprint.ts";
import { DEFAULT_SETTINGS } from "../../domain/detection/settings.ts";
import type { SettingsPatch } from "../../domain/detection/settings_document.ts";
import type { SettingsFault } from "../../domain/detection/settings_faults.ts";
import { scopeKey, type SettingsLayer, type SettingsScope } from "../../domain/detection/settings_layers.ts";
import type { SettingsDraft } from "../../ports/detection/settings.ts";
import { conflict, invalid, OperationError } from "../errors.ts";
import type { Scope } from "../scope.ts";
import { faultsWith, liveLayer } from "./check_settings.ts";
import { liveLayers, type SettingsReader } from "./resolve_settings.ts";
import { checkedNote, DRAFTS_MAX } from "./save_settings.ts";
import { faultText, parsePatch } from "./settings_schema.ts";
import { findScope, keysOf, type ScopeInput } from "./settings_scope.ts";

export const FILE_FORMAT = "millwright-settings-1";
const LAYERS_MAX = 1_000;

/** What one scope says; at most one of quantity, asset and sensor is named. */
export interface FileLayer {
  readonly quantity?: string;
  readonly asset?: string;
  readonly sensor?: string;
  readonly version: number;
  readonly note: string;
  readonly document: SettingsPatch;
}

export interface SettingsFile {
  readonly format: typeof FILE_FORMAT;
  readonly tenant: string;
  /** Name of the code's settings that these are laid over. */
  readonly over: string;
  readonly layers: readonly FileLayer[];
}

const LAYER = z.strictObject({
  quantity: z.string().optional(),
  asset: z.string().optional(),
  sensor: z.string().optional(),
  version: z.int().min(1).optional(),
  note: z.string().optional(),
  document: z.unknown(),
});

const FILE = z.strictObject({
  format: z.literal(FILE_FORMAT),
  tenant: z.string(),
  over: z.string(),
  layers: z.array(LAYER).max(LAYERS_MAX),
});

/** The layers as they stand in a file, their documents unread. */
export type ReadFile = z.infer<typeof FILE>;

/** The file that `value` is, or what is wrong with its form. */
export function readSettingsFile(value: unknown): { file: ReadFile; faults?: undefined } | { faults: SettingsFault[] } {
  const { success, data, error } = FILE.safeParse(value);
  if (success) return { file: data };
  return { faults: error.issues.map(({ path, message }) => ({ path: path.join("."), message })) };
}

/** All that people have promoted and is live. */
export async function exportSettings(scope: SettingsReader & Pick<Scope, "store">): Promise<SettingsFile> {
  const { store, tenant } = scope;
  const versions = await store.settings.live(tenant.id);
  const keys = await keysOf(scope, versions.map(({ scope }) => scope));
  const layers = versions.sort((a, b) => a.version - b.version).map(({ scope, version, note, patch }) => {
    const { quantity, assetKey: asset, sensorKey: sensor } = keys(scope);
    return { quantity, asset, sensor, version, note, document: patch };
  });
  return { format: FILE_FORMAT, tenant: tenant.key, over: DEFAULT_SETTINGS.version, layers };
}

export interface ImportInput {
  readonly file: unknown;
  /** Whether a file of another tenant is meant. */
  readonly fromOtherTenant: boolean;
}

export interface Imported {
  readonly drafts: readonly SettingsDraft[];
  /** Scopes for which the same is live already. */
  readonly unchanged: number;
}

/** All of the file or nothing becomes drafts. Throws invalid with every fault, and conflict. */
export async function importSettings(scope: Scope, { file: given, fromOtherTenant }: ImportInput): Promise<Imported> {
  const { tenant } = scope;
  const read = readSettingsFile(given);
  if (read.faults !== undefined) throw invalid("file", `This is no file of settings. ${faultText(read.faults)}.`);
  const { file } = read;
  if (file.tenant !== tenant.key && !fromOtherTenant) {
    throw conflict(
      "file",
      `The file is of the tenant ${JSON.stringify(file.tenant)}, and this is ${JSON.stringify(tenant.key)}: ` +
        "say `fromOtherTenant` if that is meant. Assets and sensors are found by their keys.",
    );
  }
  return await scope.store.transaction(async (store) => {
    const live = await liveLayers(scope, store);
    const { layers, notes } = await layersOf({ ...scope, store }, file);
    const faults = await faultsWith({ store, tenant }, live, layers);
    if (faults.length > 0) throw invalid("file", `The settings do not go together. ${faultText(faults)}.`);
    const other = layers.filter((layer) =>
      fingerprint(layer.patch) !== fingerprint(liveLayer(live, layer.scope).patch)
    );
    if (await store.settings.countDrafts(tenant.id) + other.length > DRAFTS_MAX) {
      throw conflict("file", `There would be more than ${DRAFTS_MAX} drafts: promote or delete some.`);
    }
    const drafts: SettingsDraft[] = [];
    for (const layer of other) {
      const { scope: settingsScope, patch } = layer;
      const { version: base } = liveLayer(live, settingsScope);
      const note = notes.get(layer)!;
      const draft = { scope: settingsScope, patch, note, base, savedBy: scope.actor.name };
      drafts.push((await store.settings.saveDraft(tenant.id, draft))!);
    }
    return { drafts, unchanged: layers.length - other.length };
  });
}

async function layersOf(
  scope: Pick<Scope, "store" | "tenant">,
  { layers: given }: ReadFile,
): Promise<{ layers: SettingsLayer[]; notes: Map<SettingsLayer, string> }> {
  const layers: SettingsLayer[] = [];
  const notes = new Map<SettingsLayer, string>();
  const faults: SettingsFault[] = [];
  const places = new Map<string, number>();
  for (const [i, { quantity, asset, sensor, document, note }] of given.entries()) {
    const found = await scopeOr(
      faults,
      `layers.${i}`,
      () => findScope(scope, { quantity, assetKey: asset, sensorKey: sensor }),
    );
    if (found === undefined) continue;
    const key = scopeKey(found);
    const other = places.get(key);
    if (other !== undefined) faults.push({ path: `layers.${i}`, message: `is for the same as layers.${other}` });
    places.set(key, i);
    const parsed = parsePatch(document, found);
    for (const { path, message } of parsed.faults ?? []) {
      faults.push({ path: `layers.${i}.document${path === "" ? "" : `.${path}`}`, message });
    }
    if (parsed.faults !== undefined) continue;
    const layer = { scope: found, version: i + 2, patch: parsed.patch };
    layers.push(layer);
    notes.set(layer, checkedNote(note));
  }
  if (faults.length > 0) throw invalid("file", `The file has faults. ${faultText(faults)}.`);
  return { layers, notes };
}

async function scopeOr(
  faults: SettingsFault[],
  path: string,
  find: () => Promise<SettingsScope>,
): Promise<SettingsScope | undefined> {
  try {
    return await find();
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    const field = error.options.field?.replace(/^scope\.?/, "");
    faults.push({ path: field ? `${path}.${field}` : path, message: error.message.replace(/\.$/, "") });
    return undefined;
  }
}

/** The scope that a layer of a file names, as people name it. */
export function scopeOfLayer({ quantity, asset, sensor }: ReadFile["layers"][number]): ScopeInput {
  return { quantity, assetKey: asset, sensorKey: sensor };
}
