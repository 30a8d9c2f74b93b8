import type { Quarantined } from "../../domain/intake/quarantine.ts";
import type { QuarantineStore } from "../../ports/intake/quarantine.ts";
import type { Sql } from "../sql.ts";

export function quarantineStore(sql: Sql): QuarantineStore {
  return {
    async add(tenantId, id, rows) {
      // JSON text inside JSON text: what was sent may hold characters that jsonb refuses, and stays escaped this way.
      const json = JSON.stringify(rows);
      await sql`
        INSERT INTO quarantined_reading (tenant_id, batch_id, index, reason, detail, raw)
        SELECT ${tenantId}, ${id}, index, reason, detail, raw
        FROM json_to_recordset(${json}::text::json) AS row (index int, reason text, detail text, raw text)
        ON CONFLICT DO NOTHING`;
    },

    async ofBatch(tenantId, id, { after, limit }) {
      return await sql<Quarantined[]>`
        SELECT index, reason, detail, raw FROM quarantined_reading
        WHERE tenant_id = ${tenantId} AND batch_id = ${id} AND index > ${
        after ?? -1
      }::int ORDER BY index LIMIT ${limit}`;
    },

    async indexes(tenantId, id) {
      const rows = await sql<{ index: number }[]>`
        SELECT index FROM quarantined_reading WHERE tenant_id = ${tenantId} AND batch_id = ${id}`;
      return rows.map(({ index }) => index);
    },
  };
}
