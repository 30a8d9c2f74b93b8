import type { Asset, AssetId } from "../../domain/plant/asset.ts";
import { keyFault } from "../../domain/key.ts";
import type { AssetStore } from "../../ports/plant/asset.ts";
import { numbers, optional, type Sql } from "../sql.ts";

interface Row {
  readonly id: AssetId;
  readonly key: string;
  readonly name: string;
  readonly parent_id: AssetId | null;
  readonly criticality: Asset["criticality"];
  readonly level: number | null;
}

export function assetStore(sql: Sql): AssetStore {
  return {
    async save(tenantId, asset) {
      const [row] = await sql<Row[]>`
        INSERT INTO asset (tenant_id, key, name, parent_id, criticality, level)
        VALUES (${tenantId}, ${asset.key}, ${asset.name}, ${asset.parentId ?? null}, ${asset.criticality}, ${
        asset.level ?? null
      })
        ON CONFLICT (tenant_id, key) DO UPDATE
        SET name = excluded.name, parent_id = excluded.parent_id, criticality = excluded.criticality, level = excluded.level
        RETURNING id, key, name, parent_id, criticality, level`;
      return toAsset(row);
    },

    async byKey(tenantId, key) {
      if (keyFault(key) !== undefined) return undefined;
      const [row] = await sql<Row[]>`
        SELECT id, key, name, parent_id, criticality, level FROM asset WHERE tenant_id = ${tenantId} AND key = ${key}`;
      return row && toAsset(row);
    },

    async byIds(tenantId, ids) {
      const rows = await sql<Row[]>`
        SELECT id, key, name, parent_id, criticality, level FROM asset
        WHERE tenant_id = ${tenantId} AND id = ANY (${numbers(ids)}::text::int[])`;
      return rows.map(toAsset);
    },

    async page(tenantId, { before, limit }) {
      const rows = await sql<Row[]>`
        SELECT id, key, name, parent_id, criticality, level FROM asset
        WHERE tenant_id = ${tenantId} AND id < ${
        before ?? Number.MAX_SAFE_INTEGER
      }::bigint ORDER BY id DESC LIMIT ${limit}`;
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
  };
}
