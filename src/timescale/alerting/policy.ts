import type { Severity } from "../../domain/detection/severity.ts";
import type { AlertPolicyStore } from "../../ports/alerting/policy.ts";
import { type Sql, words } from "../sql.ts";

export function alertPolicyStore(sql: Sql): AlertPolicyStore {
  return {
    async get(tenantId) {
      const [row] = await sql<{ shelve_max_ms: number; latching: string }[]>`
        SELECT shelve_max_ms, array_to_string(latching, ',') AS latching FROM alert_policy WHERE tenant_id = ${tenantId}`;
      if (row === undefined) return undefined;
      const latching = row.latching === "" ? [] : row.latching.split(",") as Severity[];
      return { shelveMaxMs: row.shelve_max_ms, latching };
    },

    async save(tenantId, { shelveMaxMs, latching, changedBy }) {
      await sql`
        INSERT INTO alert_policy (tenant_id, shelve_max_ms, latching, changed_by)
        VALUES (${tenantId}, ${shelveMaxMs}, ${words(latching)}::text::text[], ${changedBy})
        ON CONFLICT (tenant_id) DO UPDATE SET shelve_max_ms = excluded.shelve_max_ms, latching = excluded.latching,
          changed_by = excluded.changed_by, changed_at = now()`;
    },
  };
}
