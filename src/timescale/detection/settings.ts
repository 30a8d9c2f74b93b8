import type { AppliedSettingsId, SettingsDraftId, SettingsScope } from "../../domain/detection/settings_layers.ts";
import type { Quantity } from "../../domain/plant/quantity.ts";
import type { AssetId } from "../../domain/plant/asset.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import type { SettingsDraft, SettingsStore, SettingsVersion } from "../../ports/detection/settings.ts";
import { numbers, optional, optionalTime, type Sql } from "../sql.ts";

/** Tells the advisory locks of settings from others; any number will do. */
const SETTINGS_LOCK = 7_305_243;

interface ScopeRow {
  readonly quantity: Quantity | null;
  readonly asset_id: AssetId | null;
  readonly sensor_id: SensorId | null;
}

interface VersionRow extends ScopeRow {
  readonly version: number;
  readonly patch: string;
  readonly note: string;
  readonly base: number;
  readonly promoted_by: string;
  readonly promoted_at: number;
}

interface DraftRow extends ScopeRow {
  readonly id: SettingsDraftId;
  readonly patch: string;
  readonly note: string;
  readonly base: number;
  readonly saved_by: string;
  readonly saved_at: number;
  readonly promoted_as: number | null;
}

interface SwitchRow {
  readonly sensor_id: SensorId;
  readonly behind: number | null;
  readonly settings_id: AppliedSettingsId;
  readonly stored_max: number;
  readonly accepted_by: string | null;
  readonly accepted_because: string | null;
}

export function settingsStore(sql: Sql): SettingsStore {
  const versionColumns = () => sql`version, quantity, asset_id, sensor_id, patch, note, base, promoted_by, promoted_at`;
  const draftColumns = () => sql`id, quantity, asset_id, sensor_id, patch, note, base, saved_by, saved_at, promoted_as`;
  const values = ({ quantity, assetId, sensorId }: SettingsScope) =>
    sql`${quantity ?? null}, ${assetId ?? null}, ${sensorId ?? null}`;
  const ofScope = ({ quantity, assetId, sensorId }: SettingsScope) =>
    sql`quantity IS NOT DISTINCT FROM ${quantity ?? null} AND asset_id IS NOT DISTINCT FROM ${assetId ?? null}
      AND sensor_id IS NOT DISTINCT FROM ${sensorId ?? null}`;
  return {
    async lock(tenantId) {
      await sql`SELECT pg_advisory_xact_lock(${SETTINGS_LOCK}::int, ${tenantId}::int)`;
    },

    async newest(tenantId) {
      const [row] = await sql<{ version: number | null }[]>`
        SELECT max(version) AS version FROM settings_version WHERE tenant_id = ${tenantId}`;
      return optional(row.version);
    },

    async live(tenantId) {
      const rows = await sql<VersionRow[]>`
        SELECT DISTINCT ON (quantity, asset_id, sensor_id) ${versionColumns()} FROM settings_version
        WHERE tenant_id = ${tenantId} ORDER BY quantity, asset_id, sensor_id, version DESC`;
      return rows.map(toVersion);
    },

    async page(tenantId, { before, limit, scope }) {
      const rows = await sql<VersionRow[]>`
        SELECT ${versionColumns()} FROM settings_version
        WHERE tenant_id = ${tenantId} AND version < ${before ?? Number.MAX_SAFE_INTEGER}::bigint
          AND ${scope === undefined ? sql`true` : ofScope(scope)}
        ORDER BY version DESC LIMIT ${limit}`;
      return rows.map(toVersion);
    },

    async byVersion(tenantId, version) {
      const [row] = await sql<VersionRow[]>`
        SELECT ${versionColumns()} FROM settings_version WHERE tenant_id = ${tenantId} AND version = ${version}`;
      return row && toVersion(row);
    },

    async promote(tenantId, { scope, version, patch, note, base, promotedBy }) {
      const [row] = await sql<VersionRow[]>`
        INSERT INTO settings_version (tenant_id, version, quantity, asset_id, sensor_id, patch, note, base, promoted_by)
        VALUES (${tenantId}, ${version}, ${values(scope)}, ${JSON.stringify(patch)}, ${note}, ${base}, ${promotedBy})
        RETURNING ${versionColumns()}`;
      return toVersion(row);
    },

    async saveDraft(tenantId, { id, scope, patch, note, base, savedBy }) {
      const text = JSON.stringify(patch);
      const [row] = id === undefined
        ? await sql<DraftRow[]>`
          INSERT INTO settings_draft (tenant_id, quantity, asset_id, sensor_id, patch, note, base, saved_by)
          VALUES (${tenantId}, ${values(scope)}, ${text}, ${note}, ${base}, ${savedBy}) RETURNING ${draftColumns()}`
        : await sql<DraftRow[]>`
          UPDATE settings_draft SET patch = ${text}, note = ${note}, base = ${base}, saved_by = ${savedBy}, saved_at = now()
          WHERE tenant_id = ${tenantId} AND id = ${id} AND promoted_as IS NULL AND ${ofScope(scope)}
          RETURNING ${draftColumns()}`;
      return row && toDraft(row);
    },

    async draftsByIds(tenantId, ids) {
      const rows = await sql<DraftRow[]>`
        SELECT ${draftColumns()} FROM settings_draft
        WHERE tenant_id = ${tenantId} AND id = ANY (${numbers(ids)}::text::bigint[])`;
      return rows.map(toDraft);
    },

    async drafts(tenantId, { before, limit }) {
      const rows = await sql<DraftRow[]>`
        SELECT ${draftColumns()} FROM settings_draft
        WHERE tenant_id = ${tenantId} AND id < ${before ?? Number.MAX_SAFE_INTEGER}::bigint AND promoted_as IS NULL
        ORDER BY id DESC LIMIT ${limit}`;
      return rows.map(toDraft);
    },

    async countDrafts(tenantId) {
      const [row] = await sql<{ count: number }[]>`
        SELECT count(*)::int AS count FROM settings_draft WHERE tenant_id = ${tenantId} AND promoted_as IS NULL`;
      return row.count;
    },

    async notePromoted(tenantId, id, version) {
      const noted = await sql`
        UPDATE settings_draft SET promoted_as = ${version}
        WHERE tenant_id = ${tenantId} AND id = ${id} AND promoted_as IS NULL`;
      return noted.count === 1;
    },

    async deleteDraft(tenantId, id) {
      const gone = await sql`
        DELETE FROM settings_draft WHERE tenant_id = ${tenantId} AND id = ${id} AND promoted_as IS NULL`;
      return gone.count === 1;
    },

    async applied(tenantId, { name, version, document }) {
      const known = () =>
        sql<{ id: AppliedSettingsId }[]>`
          SELECT id FROM settings_applied WHERE tenant_id = ${tenantId} AND name = ${name}`;
      // Mostly it is there: what is only read is locked for nobody.
      const [there] = await known();
      if (there !== undefined) return there.id;
      const [made] = await sql<{ id: AppliedSettingsId }[]>`
        INSERT INTO settings_applied (tenant_id, name, version, document)
        VALUES (${tenantId}, ${name}, ${version}, ${JSON.stringify(document)})
        ON CONFLICT (tenant_id, name) DO NOTHING RETURNING id`;
      return (made ?? (await known())[0]).id;
    },

    async appliedByIds(tenantId, ids) {
      const rows = await sql<{ id: AppliedSettingsId; name: string; version: number; document: string }[]>`
        SELECT id, name, version, document FROM settings_applied
        WHERE tenant_id = ${tenantId} AND id = ANY (${numbers(ids)}::text::int[])`;
      return rows.map((row) => ({ ...row, document: JSON.parse(row.document) }));
    },

    async noteSwitches(tenantId, switches) {
      if (switches.length === 0) return;
      const rows = switches.map(({ sensorId, behind, settingsId, storedMax, accepted }) => ({
        sensor_id: sensorId,
        ms: behind,
        settings_id: settingsId,
        stored_max: storedMax,
        accepted_by: accepted?.by,
        accepted_because: accepted?.reason,
      }));
      await sql`
        INSERT INTO sensor_settings (tenant_id, sensor_id, behind, settings_id, stored_max, accepted_by, accepted_because)
        SELECT ${tenantId}::int, sensor_id, to_timestamp(ms / 1000), settings_id, stored_max, accepted_by, accepted_because
        FROM jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) AS row (
          sensor_id integer, ms float8, settings_id integer, stored_max integer, accepted_by text, accepted_because text
        )`;
    },

    async switchesOf(tenantId, sensorId) {
      const rows = await sql<SwitchRow[]>`
        SELECT sensor_id, behind, settings_id, stored_max, accepted_by, accepted_because FROM sensor_settings
        WHERE tenant_id = ${tenantId} AND sensor_id = ${sensorId} ORDER BY id`;
      return rows.map((row) => ({
        sensorId: row.sensor_id,
        behind: optional(row.behind),
        settingsId: row.settings_id,
        storedMax: row.stored_max,
        ...row.accepted_by !== null && { accepted: { by: row.accepted_by, reason: row.accepted_because! } },
      }));
    },

    async noteAssetSwitches(tenantId, switches) {
      for (const { assetId, behind, settingsId, storedMax, accepted } of switches) {
        await sql`
          INSERT INTO asset_settings (tenant_id, asset_id, behind, settings_id, stored_max, accepted_by, accepted_because)
          VALUES (${tenantId}, ${assetId}, ${optionalTime(behind)}, ${settingsId}, ${storedMax},
            ${accepted?.by ?? null}, ${accepted?.reason ?? null})`;
      }
    },

    async assetSwitchesOf(tenantId, assetId) {
      const rows = await sql<Omit<SwitchRow, "sensor_id">[]>`
        SELECT behind, settings_id, stored_max, accepted_by, accepted_because FROM asset_settings
        WHERE tenant_id = ${tenantId} AND asset_id = ${assetId} ORDER BY id`;
      return rows.map((row) => ({
        assetId,
        behind: optional(row.behind),
        settingsId: row.settings_id,
        storedMax: row.stored_max,
        ...row.accepted_by !== null && { accepted: { by: row.accepted_by, reason: row.accepted_because! } },
      }));
    },
  };
}

function toScope({ quantity, asset_id, sensor_id }: ScopeRow): SettingsScope {
  if (sensor_id !== null) return { sensorId: sensor_id };
  if (asset_id !== null) return { assetId: asset_id };
  return quantity === null ? {} : { quantity };
}

function toVersion(row: VersionRow): SettingsVersion {
  return {
    scope: toScope(row),
    version: row.version,
    patch: JSON.parse(row.patch),
    note: row.note,
    base: row.base,
    promotedBy: row.promoted_by,
    promotedAt: row.promoted_at,
  };
}

function toDraft(row: DraftRow): SettingsDraft {
  return {
    id: row.id,
    scope: toScope(row),
    patch: JSON.parse(row.patch),
    note: row.note,
    base: row.base,
    savedBy: row.saved_by,
    savedAt: row.saved_at,
    promotedAs: optional(row.promoted_as),
  };
}
