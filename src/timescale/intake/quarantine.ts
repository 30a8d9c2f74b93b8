import type { BatchId } from "../../domain/intake/batch.ts";
import type { KeptReading } from "../../domain/intake/quarantine.ts";
import { CONFLICT_REASONS, rawPrefix } from "../../domain/intake/replay.ts";
import type {
  QuarantineFilter,
  QuarantineStore,
  QuarantineTally,
  ReplayableReading,
} from "../../ports/intake/quarantine.ts";
import { numbers, optional, type Sql, time, words } from "../sql.ts";

interface Row extends Pick<KeptReading, "index" | "reason" | "detail" | "raw"> {
  readonly batchId: BatchId;
  readonly replayedBy: BatchId | null;
  readonly replayedAt: number | null;
}

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
      const rows = await sql<Row[]>`
        SELECT batch AS "batchId", index, reason, detail, raw, replayed_by AS "replayedBy", replayed_at AS "replayedAt"
        FROM unnest(${numbers(ids)}::text::bigint[]) AS batch
        CROSS JOIN LATERAL (
          SELECT index, reason, detail, raw, replayed_by, replayed_at FROM quarantined_reading
          WHERE tenant_id = ${tenantId} AND batch_id = batch AND index > ${after}::int ORDER BY index LIMIT ${limit}
        ) AS row`;
      const grouped = Map.groupBy(rows, ({ batchId }) => batchId);
      return new Map(Array.from(grouped, ([id, rows]) => [id, rows.map(toKept)]));
    },

    async indexes(tenantId, id) {
      const rows = await sql<{ index: number }[]>`
        SELECT index FROM quarantined_reading WHERE tenant_id = ${tenantId} AND batch_id = ${id}`;
      return rows.map(({ index }) => index);
    },

    async lockReplayable(tenantId, filter, { conflicts, readingsMax, bytesMax }) {
      const ofReasons = conflicts
        ? sql`kept.reason = ANY (${words(CONFLICT_REASONS)}::text::text[])`
        : sql`kept.reason <> ALL (${words(CONFLICT_REASONS)}::text::text[])`;
      // What is chosen without locks is asked again with them, in its order, row by row along the key: it may have been
      // sent again or have gone meanwhile.
      return await sql<ReplayableReading[]>`
        WITH chosen AS (
          SELECT kept.batch_id, kept.index, source.key AS source,
            sum(octet_length(kept.raw)) OVER (ORDER BY kept.batch_id, kept.index) - octet_length(kept.raw) AS before
          FROM quarantined_reading AS kept
          JOIN batch ON batch.tenant_id = kept.tenant_id AND batch.id = kept.batch_id AND batch.state = 'processed'
          JOIN source ON source.id = batch.source_id
          WHERE kept.tenant_id = ${tenantId} AND kept.replayed_by IS NULL AND ${ofReasons} AND ${matching(sql, filter)}
            ${receivedBefore(sql, filter)}
          ORDER BY kept.batch_id, kept.index LIMIT ${readingsMax}
        )
        SELECT chosen.batch_id AS "batchId", chosen.index, source, raw FROM chosen CROSS JOIN LATERAL (
          SELECT raw FROM quarantined_reading
          WHERE tenant_id = ${tenantId} AND batch_id = chosen.batch_id AND index = chosen.index AND replayed_by IS NULL
          FOR UPDATE
        ) AS locked WHERE before < ${bytesMax}::bigint`;
    },

    async markReplayed(tenantId, places, by) {
      await sql`
        UPDATE quarantined_reading AS kept SET replayed_by = ${by}, replayed_at = now()
        FROM unnest(${numbers(places.map(({ batchId }) => batchId))}::text::bigint[],
          ${numbers(places.map(({ index }) => index))}::text::int[]) AS place (batch_id, index)
        WHERE kept.tenant_id = ${tenantId} AND kept.batch_id = place.batch_id AND kept.index = place.index`;
    },

    async tally(tenantId, filter) {
      const conflict = sql`kept.reason = ANY (${words(CONFLICT_REASONS)}::text::text[])`;
      // Batch by batch: there are far fewer of them than of readings.
      const [row] = await sql<[QuarantineTally]>`
        SELECT coalesce(sum(open), 0)::float8 AS open, coalesce(sum(conflicts), 0)::float8 AS conflicts,
          coalesce(sum(replayed), 0)::float8 AS replayed
        FROM (
          SELECT batch_id, count(*) FILTER (WHERE replayed_by IS NULL AND NOT ${conflict}) AS open,
            count(*) FILTER (WHERE replayed_by IS NULL AND ${conflict}) AS conflicts,
            count(*) FILTER (WHERE replayed_by IS NOT NULL) AS replayed
          FROM quarantined_reading AS kept
          WHERE kept.tenant_id = ${tenantId} AND ${matching(sql, filter)}
            ${filter.places === undefined ? sql`AND kept.replayed_by IS NULL` : sql``}
          GROUP BY batch_id
        ) AS counted
        JOIN batch ON batch.tenant_id = ${tenantId} AND batch.id = counted.batch_id
        WHERE batch.state = 'processed' ${receivedBefore(sql, filter)}`;
      return row;
    },

    async replayedFrom(tenantId, ids, limit) {
      const rows = await sql<{ by: BatchId; batchId: BatchId }[]>`
        SELECT by, batch_id AS "batchId" FROM unnest(${numbers(ids)}::text::bigint[]) AS by CROSS JOIN LATERAL (
          SELECT DISTINCT batch_id FROM quarantined_reading WHERE tenant_id = ${tenantId} AND replayed_by = by
          ORDER BY batch_id LIMIT ${limit}
        ) AS row`;
      const grouped = Map.groupBy(rows, ({ by }) => by);
      return new Map(Array.from(grouped, ([by, rows]) => [by, rows.map(({ batchId }) => batchId)]));
    },
  };
}

/** What of `kept` a filter finds. */
function matching(sql: Sql, { batchId, reason, sensorKey, places }: QuarantineFilter) {
  return sql`true
    ${batchId === undefined ? sql`` : sql`AND kept.batch_id = ${batchId}`}
    ${reason === undefined ? sql`` : sql`AND kept.reason = ${reason}`}
    ${sensorKey === undefined ? sql`` : ofSensor(sql, sensorKey)}
    ${
    places === undefined ? sql`` : sql`AND (kept.batch_id, kept.index) IN (
      SELECT * FROM unnest(${numbers(places.map(({ batchId }) => batchId))}::text::bigint[],
        ${numbers(places.map(({ index }) => index))}::text::int[])
    )`
  }`;
}

function receivedBefore(sql: Sql, { receivedBefore }: QuarantineFilter) {
  return receivedBefore === undefined ? sql`` : sql`AND batch.received_at < ${time(receivedBefore)}`;
}

/** By how its text begins: what was sent may be text that no JSON function of the store takes. */
export function ofSensor(sql: Sql, sensorKey: string) {
  return sql`AND starts_with(raw, ${rawPrefix(sensorKey)})`;
}

function toKept({ index, reason, detail, raw, replayedBy, replayedAt }: Row): KeptReading {
  return { index, reason, detail, raw, replayedBy: optional(replayedBy), replayedAt: optional(replayedAt) };
}
