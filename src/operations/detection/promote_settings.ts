/**
 * Makes a draft live, or an earlier version live again. Each is a version of its own, and sensors go over to it with
 * their next readings. One promotion of a tenant at a time; who promotes says which version they take the place of.
 */
import { fingerprint } from "../../domain/detection/fingerprint.ts";
import {
  FIRST_VERSION,
  isSameScope,
  scopeKey,
  type SettingsDraftId,
  type SettingsLayer,
  type SettingsScope,
} from "../../domain/detection/settings_layers.ts";
import type { SettingsVersion } from "../../ports/detection/settings.ts";
import type { Store } from "../../ports/store.ts";
import { conflict, invalid, notFound } from "../errors.ts";
import { eventsTopic, type Scope } from "../scope.ts";
import { faultsWith, liveLayer } from "./check_settings.ts";
import { checkedNote } from "./save_settings.ts";
import { faultText } from "./settings_schema.ts";
import { findScope, keysOf, type ScopeInput, scopeText } from "./settings_scope.ts";

export interface PromoteInput {
  readonly id: SettingsDraftId;
  /** The version of the scope that was live when the draft was compared. */
  readonly expectedVersion: number;
}

/** Throws not found, and conflict when the draft is outdated or was promoted before. */
export async function promoteSettings(scope: Scope, { id, expectedVersion }: PromoteInput): Promise<SettingsVersion> {
  return await promoting(scope, async (store, live) => {
    const [draft] = await store.settings.draftsByIds(scope.tenant.id, [id]);
    if (draft === undefined) throw notFound("id", "There is no such draft.");
    if (draft.promotedAs !== undefined) {
      throw conflict("id", `The draft has been promoted as version ${draft.promotedAs}.`);
    }
    const now = liveLayer(live, draft.scope);
    await refuseOther(scope, store, { now, expectedVersion });
    if (draft.base !== now.version) {
      throw conflict(
        "id",
        `The draft was saved when version ${draft.base} was live, and now it is version ${now.version}: ` +
          "compare it, and save it again.",
      );
    }
    const version = await promote(scope, store, { live, now, patch: draft.patch, note: draft.note });
    await store.settings.notePromoted(scope.tenant.id, id, version.version);
    return version;
  });
}

export interface RollbackInput {
  readonly scope: ScopeInput;
  /** The version whose settings are to hold again; 1: what the code brings along. */
  readonly toVersion: number;
  readonly expectedVersion: number;
  readonly note?: string;
}

/** Throws invalid, not found and conflict. */
export async function rollBackSettings(scope: Scope, input: RollbackInput): Promise<SettingsVersion> {
  const { toVersion, expectedVersion } = input;
  const note = checkedNote(input.note) || `back to version ${toVersion}`;
  return await promoting(scope, async (store, live) => {
    const settingsScope = await findScope({ store, tenant: scope.tenant }, input.scope);
    const now = liveLayer(live, settingsScope);
    await refuseOther(scope, store, { now, expectedVersion });
    const before = toVersion === FIRST_VERSION
      ? liveLayer({ ...live, byScope: new Map() }, settingsScope)
      : await store.settings.byVersion(scope.tenant.id, toVersion);
    if (before === undefined || !isSameScope(before.scope, settingsScope)) {
      const text = scopeText(input.scope);
      throw notFound(
        "toVersion",
        `No version ${toVersion} was ever live for ${text}: \`settingsVersions\` lists them.`,
      );
    }
    return await promote(scope, store, { live, now, patch: before.patch, note });
  });
}

type Live = Parameters<typeof liveLayer>[0];

async function promoting(
  scope: Scope,
  work: (store: Store, live: Live) => Promise<SettingsVersion>,
): Promise<SettingsVersion> {
  const { tenant, actor, observe, wakeUps } = scope;
  const version = await scope.store.transaction(async (store) => {
    await store.settings.lock(tenant.id);
    const versions = await store.settings.live(tenant.id);
    const newest = versions.length === 0 ? undefined : Math.max(...versions.map(({ version }) => version));
    const byScope = new Map(versions.map((version) => [scopeKey(version.scope), version]));
    return await work(store, { newest, byScope, ofAssets: versions.some(({ scope }) => scope.assetId !== undefined) });
  });
  wakeUps.wake(eventsTopic(tenant.id));
  const { version: number } = version;
  observe({
    kind: "settings.changed",
    tenant: tenant.key,
    scope: scopeKey(version.scope),
    version: number,
    actor: actor.name,
  });
  return version;
}

async function refuseOther(
  { tenant }: Scope,
  store: Store,
  { now, expectedVersion }: { now: SettingsLayer; expectedVersion: number },
): Promise<void> {
  if (now.version === expectedVersion) return;
  const promoted = await store.settings.byVersion(tenant.id, now.version);
  const who = promoted === undefined ? "" : `, promoted by ${promoted.promotedBy}`;
  throw conflict(
    "expectedVersion",
    `Live is version ${now.version}${who}, and not version ${expectedVersion}: compare with what is live now.`,
  );
}

interface Promoting {
  readonly live: Live;
  readonly now: SettingsLayer;
  readonly patch: SettingsLayer["patch"];
  readonly note: string;
}

async function promote(
  { tenant, actor }: Scope,
  store: Store,
  { live, now, patch, note }: Promoting,
): Promise<SettingsVersion> {
  const scope: SettingsScope = now.scope;
  if (fingerprint(patch) === fingerprint(now.patch)) {
    throw conflict("id", `Version ${now.version}, which is live, says the same already.`);
  }
  const version = (live.newest ?? FIRST_VERSION) + 1;
  const faults = await faultsWith({ store, tenant }, live, [{ scope, version, patch }]);
  if (faults.length > 0) {
    throw invalid("id", `With the settings that are live it would not go together. ${faultText(faults)}.`);
  }
  const promoted = await store.settings.promote(tenant.id, {
    scope,
    version,
    patch,
    note,
    base: now.version,
    promotedBy: actor.name,
  });
  const keys = (await keysOf({ store, tenant }, [scope]))(scope);
  const body = JSON.stringify({ version, scope: keys, base: now.version, note, promotedBy: actor.name });
  await store.events.append(tenant.id, [{ type: "settings.promoted", batchId: undefined, alertId: undefined, body }]);
  return promoted;
}
