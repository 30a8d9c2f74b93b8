import type { BatchId } from "../../domain/intake/batch.ts";
import { keyFault } from "../../domain/key.ts";
import type { SourceStore } from "../../ports/intake/source.ts";
import { numbers, type Sql } from "../sql.ts";
import { batchColumns, type BatchRow, toBatch } from "./batch_row.ts";

/** Tells the advisory locks of sources from others; any number will do. */
const FOLD_LOCK = 7_305_242;

export function sourceStore(sql: Sql): SourceStore {
  return {
    async tryLock(id) {
      const [{ locked }] = await sql<{ locked: boolean }[]>`
        SELECT pg_try_advisory_xact_lock(${FOLD_LOCK}::int, ${id}::int) AS locked`;
      return locked;
    },

    async queue(tenantId, id, limit) {
      const rows = await sql<(BatchRow & { awaited: boolean })[]>`
        SELECT ${batchColumns(sql)}, awaited FROM batch JOIN source ON source.id = source_id
        WHERE batch.tenant_id = ${tenantId} AND source_id = ${id} AND state NOT IN ('processed', 'failed')
        ORDER BY position LIMIT ${limit}`;
      return rows.map((row) => ({ ...toBatch(row), awaited: row.awaited }));
    },

    async ready(tenantId, id) {
      const [next] = await sql<{ id: BatchId; state: string }[]>`
        SELECT id, state FROM batch
        WHERE tenant_id = ${tenantId} AND source_id = ${id} AND state NOT IN ('processed', 'failed')
        ORDER BY position LIMIT 1`;
      return next?.state === "enriched" ? next.id : undefined;
    },

    async await(tenantId, id) {
      await sql`
        UPDATE batch SET awaited = true
        WHERE tenant_id = ${tenantId} AND id = ${id} AND NOT awaited AND state NOT IN ('processed', 'failed')`;
    },

    async keys(tenantId, ids) {
      const rows = await sql<{ id: BatchRow["source_id"]; key: string }[]>`
        SELECT id, key FROM source WHERE tenant_id = ${tenantId} AND id = ANY (${numbers(ids)}::text::int[])`;
      return new Map(rows.map(({ id, key }) => [id, key]));
    },

    async byKey(tenantId, key) {
      if (keyFault(key) !== undefined) return undefined;
      const [row] = await sql<{ id: BatchRow["source_id"] }[]>`
        SELECT id FROM source WHERE tenant_id = ${tenantId} AND key = ${key}`;
      return row?.id;
    },
  };
}
