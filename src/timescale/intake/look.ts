import type { AlertId } from "../../domain/alerting/alert.ts";
import type { BatchId } from "../../domain/intake/batch.ts";
import type { QuarantineReason } from "../../domain/intake/quarantine.ts";
import type { AssetId } from "../../domain/plant/asset.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import type { LookStore, QuarantinedOfBatch, StageLook } from "../../ports/intake/look.ts";
import { numbers, optional, type Sql } from "../sql.ts";
import { ofSensor } from "./quarantine.ts";

interface SourceRow {
  readonly key: string;
  readonly batches: number;
  readonly last: number | null;
  readonly unfinished: number;
  readonly oldest: number | null;
  readonly failed: number;
}

/** Ids that fit into a column of type integer; longer digits are no id. */
const NUMBER = /^\d{1,9}$/;

export function lookStore(sql: Sql): LookStore {
  return {
    async sources(tenantId, limit) {
      const rows = await sql<SourceRow[]>`
        SELECT key, last_position::float8 AS batches, unfinished.count AS unfinished,
          (extract(epoch FROM unfinished.oldest) * 1000)::float8 AS oldest, failed.count AS failed,
          (extract(epoch FROM newest.received_at) * 1000)::float8 AS last
        FROM source CROSS JOIN LATERAL (
          SELECT count(*)::float8 AS count, min(received_at) AS oldest FROM batch
          WHERE tenant_id = ${tenantId} AND source_id = source.id AND state NOT IN ('processed', 'failed')
        ) AS unfinished CROSS JOIN LATERAL (
          SELECT count(*)::float8 AS count FROM batch
          WHERE tenant_id = ${tenantId} AND source_id = source.id AND state = 'failed'
        ) AS failed LEFT JOIN LATERAL (
          SELECT received_at FROM batch WHERE tenant_id = ${tenantId} AND source_id = source.id
          ORDER BY position DESC LIMIT 1
        ) AS newest ON true
        WHERE source.tenant_id = ${tenantId} ORDER BY newest.received_at DESC NULLS LAST LIMIT ${limit}`;
      return rows.map(({ last, oldest, ...row }) => ({
        ...row,
        lastReceivedAt: optional(last),
        oldestUnfinishedAt: optional(oldest),
      }));
    },

    async stages(tenantId, ids) {
      const rows = await sql<(StageLook & { batchId: BatchId })[]>`
        SELECT batch_id AS "batchId", stage, (extract(epoch FROM finished_at) * 1000)::float8 AS "finishedAt"
        FROM batch_stage WHERE tenant_id = ${tenantId} AND batch_id = ANY (${numbers(ids)}::text::bigint[])
        ORDER BY batch_id, batch_stage.finished_at`;
      return Map.groupBy(rows, ({ batchId }) => batchId);
    },

    async quarantine(tenantId, { reason, sensorKey, replayed, after, limit }) {
      const [batchId, index] = after === undefined ? [Number.MAX_SAFE_INTEGER, -1] : [after.batchId, after.index];
      const rows = await sql<(QuarantinedOfBatch & { replayedBy: BatchId | null; replayedAt: number | null })[]>`
        SELECT batch_id AS "batchId", index, reason, detail, raw, replayed_by AS "replayedBy", replayed_at AS "replayedAt"
        FROM quarantined_reading
        WHERE tenant_id = ${tenantId} AND batch_id <= ${batchId}::bigint
          AND (batch_id < ${batchId}::bigint OR index > ${index}::int)
          AND replayed_by IS ${replayed ? sql`NOT NULL` : sql`NULL`}
          ${reason === undefined ? sql`` : sql`AND reason = ${reason}`} ${
        sensorKey === undefined ? sql`` : ofSensor(sql, sensorKey)
      }
        ORDER BY batch_id DESC, index LIMIT ${limit}`;
      return rows.map(({ replayedBy, replayedAt, ...row }) => (
        { ...row, replayedBy: optional(replayedBy), replayedAt: optional(replayedAt) }
      ));
    },

    async quarantineCounts(tenantId, { sensorKey }) {
      return await sql<{ reason: QuarantineReason; count: number }[]>`
        SELECT reason, count(*)::float8 AS count FROM quarantined_reading
        WHERE tenant_id = ${tenantId} AND replayed_by IS NULL ${
        sensorKey === undefined ? sql`` : ofSensor(sql, sensorKey)
      }
        GROUP BY reason ORDER BY 2 DESC`;
    },

    async find(tenantId, text, limit) {
      const like = `%${text.replace(/[\\%_]/g, "\\$&")}%`;
      const number = NUMBER.test(text) ? Number(text) : -1;
      const rows = await sql<{ noun: string; id: number }[]>`
        (SELECT 'asset' AS noun, id::float8 AS id FROM asset
          WHERE tenant_id = ${tenantId} AND (key ILIKE ${like} OR name ILIKE ${like}) ORDER BY length(key), id LIMIT ${limit})
        UNION ALL
        (SELECT 'sensor', id::float8 FROM sensor
          WHERE tenant_id = ${tenantId} AND (key ILIKE ${like} OR name ILIKE ${like}) ORDER BY length(key), id LIMIT ${limit})
        UNION ALL
        (SELECT 'batch', id::float8 FROM batch WHERE tenant_id = ${tenantId} AND id = ${number}::bigint)
        UNION ALL
        (SELECT 'alert', id::float8 FROM alert WHERE tenant_id = ${tenantId} AND id = ${number}::bigint)`;
      const of = <Id extends number>(noun: string) => rows.filter((row) => row.noun === noun).map(({ id }) => id as Id);
      return {
        assets: of<AssetId>("asset"),
        sensors: of<SensorId>("sensor"),
        batches: of<BatchId>("batch"),
        alerts: of<AlertId>("alert"),
      };
    },
  };
}
