import type { Asset, AssetId } from "../../domain/plant/asset.ts";
import { keyFault } from "../../domain/key.ts";
import type { AssetStore } from "../../ports/plant/asset.ts";
import { numbers, optional, optionalTime, type Sql } from "../sql.ts";

interface Row {
  readonly id: AssetId;
  readonly key: string;
  readonly name: string;
  readonly parent_id: AssetId | null;
  readonly criticality: Asset["criticality"];
  readonly level: number | null;
  readonly reorder_window_ms: number | null;
  readonly retired_at: number | null;
}

/** Trees of a plant are not deeper: no circle is followed for ever. */
const HEIGHT_MAX = 100;

export function assetStore(sql: Sql): AssetStore {
  const columns = () => sql`id, key, name, parent_id, criticality, level, reorder_window_ms, retired_at`;
  return {
    async save(tenantId, asset) {
      const [row] = await sql<Row[]>`
        INSERT INTO asset (tenant_id, key, name, parent_id, criticality, level, reorder_window_ms, retired_at)
        VALUES (${tenantId}, ${asset.key}, ${asset.name}, ${asset.parentId ?? null}, ${asset.criticality}, ${
        asset.level ?? null
      }, ${asset.reorderWindowMs ?? null}, ${optionalTime(asset.retiredAt)})
        ON CONFLICT (tenant_id, key) DO UPDATE
        SET name = excluded.name, parent_id = excluded.parent_id, criticality = excluded.criticality, level = excluded.level,
          reorder_window_ms = excluded.reorder_window_ms,
          retired_at = excluded.retired_at
        RETURNING ${columns()}`;
      return toAsset(row);
    },

    async lock(tenantId, key) {
      const [row] = await sql<Row[]>`
        SELECT ${columns()} FROM asset WHERE tenant_id = ${tenantId} AND key = ${key} FOR UPDATE`;
      return row && toAsset(row);
    },

    async rename(tenantId, id, key) {
      const renamed = await sql`
        UPDATE asset SET key = ${key} WHERE tenant_id = ${tenantId} AND id = ${id}
          AND NOT EXISTS (SELECT FROM asset WHERE tenant_id = ${tenantId} AND key = ${key})`;
      return renamed.count === 1;
    },

    async byKey(tenantId, key) {
      if (keyFault(key) !== undefined) return undefined;
      const [row] = await sql<Row[]>`
        SELECT ${columns()} FROM asset WHERE tenant_id = ${tenantId} AND key = ${key}`;
      return row && toAsset(row);
    },

    async byIds(tenantId, ids) {
      const rows = await sql<Row[]>`
        SELECT ${columns()} FROM asset
        WHERE tenant_id = ${tenantId} AND id = ANY (${numbers(ids)}::text::int[])`;
      return rows.map(toAsset);
    },

    async below(tenantId, id) {
      const rows = await sql<{ id: AssetId }[]>`
        WITH RECURSIVE below AS (
          SELECT id FROM asset WHERE tenant_id = ${tenantId} AND id = ${id}
          UNION
          SELECT asset.id FROM asset JOIN below ON asset.parent_id = below.id WHERE asset.tenant_id = ${tenantId}
        )
        SELECT id FROM below ORDER BY id`;
      return rows.map((row) => row.id);
    },

    async paths(tenantId, ids) {
      const rows = await sql<{ bottom: AssetId; id: AssetId }[]>`
        WITH RECURSIVE above AS (
          SELECT id AS bottom, id, parent_id, 0 AS height FROM asset
          WHERE tenant_id = ${tenantId} AND id = ANY (${numbers(ids)}::text::int[])
          UNION ALL
          SELECT bottom, asset.id, asset.parent_id, height + 1 FROM asset JOIN above ON asset.id = above.parent_id
          WHERE asset.tenant_id = ${tenantId} AND height < ${HEIGHT_MAX}::int
        )
        SELECT bottom, id FROM above ORDER BY bottom, height DESC`;
      const grouped = Map.groupBy(rows, ({ bottom }) => bottom);
      return new Map(Array.from(grouped, ([bottom, rows]) => [bottom, rows.map(({ id }) => id)]));
    },

    async page(tenantId, { before, limit, withRetired = false }) {
      const rows = await sql<Row[]>`
        SELECT ${columns()} FROM asset
        WHERE tenant_id = ${tenantId} AND id < ${
        before ?? Number.MAX_SAFE_INTEGER
      }::bigint AND (${withRetired} OR retired_at IS NULL) ORDER BY id DESC LIMIT ${limit}`;
      return rows.map(toAsset);
    },
  };
}

function toAsset(row: Row): Asset {
  return {
    id: row.id,
    key: row.key,
    name: row.name,
    parentId: optional(row.parent_id),
    criticality: row.criticality,
    level: optional(row.level),
    reorderWindowMs: optional(row.reorder_window_ms),
    retiredAt: optional(row.retired_at),
  };
}
