import { RETENTION_NOUNS, type RetentionNoun } from "../../domain/history/retention.ts";
import type { RetentionStore } from "../../ports/history/retention.ts";
import { optional, type Sql } from "../sql.ts";
import { removePage } from "./removal.ts";

interface Row {
  readonly noun: string;
  readonly keep_ms: number | null;
  readonly changed_by: string;
  readonly changed_at: number;
}

export function retentionStore(sql: Sql): RetentionStore {
  return {
    async settings(tenantId) {
      const rows = await sql<Row[]>`
        SELECT noun, keep_ms, changed_by, changed_at FROM retention_policy WHERE tenant_id = ${tenantId} ORDER BY noun`;
      // Another version may know nouns that this one does not.
      return rows.filter(isKnown).map((row) => ({
        noun: row.noun,
        keepMs: optional(row.keep_ms),
        changedBy: row.changed_by,
        changedAt: row.changed_at,
      }));
    },

    async set(tenantId, { noun, keepMs, by }) {
      await sql`
        INSERT INTO retention_policy (tenant_id, noun, keep_ms, changed_by)
        VALUES (${tenantId}, ${noun}, ${keepMs ?? null}, ${by})
        ON CONFLICT (tenant_id, noun) DO UPDATE
        SET keep_ms = excluded.keep_ms, changed_by = excluded.changed_by, changed_at = now()`;
    },

    async unset(tenantId, noun) {
      await sql`DELETE FROM retention_policy WHERE tenant_id = ${tenantId} AND noun = ${noun}`;
    },

    page: (tenantId, page) => removePage(sql, tenantId, page),
  };
}

function isKnown(row: Row): row is Row & { readonly noun: RetentionNoun } {
  return RETENTION_NOUNS.includes(row.noun as RetentionNoun);
}
