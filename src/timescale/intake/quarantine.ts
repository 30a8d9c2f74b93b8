import type { BatchId } from "../../domain/intake/batch.ts";
import type { Quarantined } from "../../domain/intake/quarantine.ts";
import type { QuarantineStore } from "../../ports/intake/quarantine.ts";
import { numbers, type Sql } from "../sql.ts";

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

    async ofBatches(tenantId, ids, { after = -1, limit }) {
      const rows = await sql<(Quarantined & { batchId: BatchId })[]>`
        SELECT batch AS "batchId", index, reason, detail, raw FROM unnest(${numbers(ids)}::text::bigint[]) AS batch
        CROSS JOIN LATERAL (
          SELECT index, reason, detail, raw FROM quarantined_reading
          WHERE tenant_id = ${tenantId} AND batch_id = batch AND index > ${after}::int ORDER BY index LIMIT ${limit}
        ) AS row`;
      const grouped = Map.groupBy(rows, ({ batchId }) => batchId);
      return new Map(Array.from(grouped, ([id, rows]) => [id, rows.map(({ batchId: _, ...row }) => row)]));
    },

    async indexes(tenantId, id) {
      const rows = await sql<{ index: number }[]>`
        SELECT index FROM quarantined_reading WHERE tenant_id = ${tenantId} AND batch_id = ${id}`;
      return rows.map(({ index }) => index);
    },
  };
}
