import { type Batch, type BatchId, type BatchState, type SourceId, STATE_AFTER } from "../../domain/intake/batch.ts";
import type { TenantId } from "../../domain/access/tenant.ts";
import type { BatchStore } from "../../ports/intake/batch.ts";
import { ms, numbers, optional, optionalMs, type Sql } from "../sql.ts";
import { quarantineStore } from "./quarantine.ts";

interface Row {
  readonly id: BatchId;
  readonly tenant_id: TenantId;
  readonly source_id: SourceId;
  readonly source: string;
  readonly position: number;
  readonly idempotency_key: string;
  readonly readings: number;
  readonly received_at: Date;
  readonly state: BatchState;
  readonly stored: number;
  readonly quarantined: number;
  readonly duplicates: number;
  readonly late: number;
  readonly alerts_opened: number;
  readonly failure: string | null;
  readonly finished_at: Date | null;
}

export function batchStore(sql: Sql): BatchStore {
  const columns = () =>
    sql`batch.id, batch.tenant_id, source_id, source.key AS source, position, idempotency_key, readings, received_at, state, stored,
      quarantined, duplicates, late, alerts_opened, failure, finished_at`;
  return {
    ...quarantineStore(sql),

    async accept(tenantId, landing) {
      // Most often the key is new: one statement then takes the position and writes the row.
      const [created] = await sql<(Row & { content_hash: string })[]>`
        WITH source AS (
          INSERT INTO source (tenant_id, key, last_position) VALUES (${tenantId}, ${landing.source}, 1)
          ON CONFLICT (tenant_id, key) DO UPDATE SET last_position = source.last_position + 1
          RETURNING id, key, last_position
        ), batch AS (
          INSERT INTO batch (tenant_id, source_id, position, idempotency_key, content_hash, payload, readings)
          SELECT ${tenantId}, id, last_position, ${landing.idempotencyKey}, ${landing.contentHash}, ${landing.payload}, ${landing.readings}::int
          FROM source
          ON CONFLICT (tenant_id, idempotency_key) DO NOTHING
          RETURNING *
        )
        SELECT ${columns()}, content_hash FROM batch JOIN source ON source.id = batch.source_id`;
      if (created !== undefined) return { batch: toBatch(created), contentHash: landing.contentHash, created: true };
      const [row] = await sql<(Row & { content_hash: string })[]>`
        SELECT ${columns()}, content_hash FROM batch JOIN source ON source.id = source_id
        WHERE batch.tenant_id = ${tenantId} AND idempotency_key = ${landing.idempotencyKey}`;
      return { batch: toBatch(row), contentHash: row.content_hash, created: false };
    },

    async landed(tenantId, id) {
      const [row] = await sql<(Row & { payload: string })[]>`
        SELECT ${columns()}, payload FROM batch JOIN source ON source.id = source_id WHERE batch.tenant_id = ${tenantId} AND batch.id = ${id}`;
      return row && { ...toBatch(row), payload: row.payload };
    },

    async byIds(tenantId, ids) {
      const rows = await sql<Row[]>`
        SELECT ${columns()} FROM batch JOIN source ON source.id = source_id
        WHERE batch.tenant_id = ${tenantId} AND batch.id = ANY (${numbers(ids)}::text::bigint[])`;
      return rows.map(toBatch);
    },

    async page(tenantId, { before, limit, state }) {
      const rows = await sql<Row[]>`
        SELECT ${columns()} FROM batch JOIN source ON source.id = source_id
        WHERE batch.tenant_id = ${tenantId} AND batch.id < ${before ?? Number.MAX_SAFE_INTEGER}::bigint
          AND (${state ?? null}::text IS NULL OR state = ${state ?? null}::text)
        ORDER BY batch.id DESC LIMIT ${limit}`;
      return rows.map(toBatch);
    },

    async beginStage(tenantId, { batchId, run, stage }) {
      const begun = await sql`
        INSERT INTO batch_stage (tenant_id, batch_id, run, stage, result) VALUES (${tenantId}, ${batchId}, ${run}, ${stage}, '')
        ON CONFLICT DO NOTHING`;
      return begun.count === 1 ? undefined : await storedResult(sql, { tenantId, batchId, run, stage });
    },

    async endStage(tenantId, { batchId, run, stage }, { result, counts }) {
      await sql`
        WITH ended AS (
          UPDATE batch_stage SET result = ${result}
          WHERE tenant_id = ${tenantId} AND batch_id = ${batchId} AND run = ${run} AND stage = ${stage}
        )
        UPDATE batch SET ${progress({ stage, counts })} WHERE tenant_id = ${tenantId} AND id = ${batchId}`;
    },

    async passStage(tenantId, { batchId, run, stage }, { result, counts }) {
      const passed = await sql`
        WITH ledger AS (
          INSERT INTO batch_stage (tenant_id, batch_id, run, stage, result) VALUES (${tenantId}, ${batchId}, ${run}, ${stage}, ${result})
          ON CONFLICT DO NOTHING RETURNING batch_id
        )
        UPDATE batch SET ${
        progress({ stage, counts })
      } FROM ledger WHERE tenant_id = ${tenantId} AND id = ledger.batch_id`;
      return passed.count === 1 ? undefined : await storedResult(sql, { tenantId, batchId, run, stage });
    },

    async fail(tenantId, id, reason) {
      const failed = await sql`
        UPDATE batch SET state = 'failed', failure = ${reason}, finished_at = now()
        WHERE tenant_id = ${tenantId} AND id = ${id} AND state NOT IN ('processed', 'failed')`;
      return failed.count === 1;
    },

    async unfinishedBefore(sourceId, position, limit) {
      const rows = await sql`
        SELECT 1 FROM batch WHERE source_id = ${sourceId} AND position < ${position} AND state NOT IN ('processed', 'failed') LIMIT ${limit}`;
      return rows.length;
    },

    async unfinished(tenantId) {
      const [row] = await sql<{ count: number }[]>`
        SELECT count(*)::int AS count FROM batch WHERE tenant_id = ${tenantId} AND state NOT IN ('processed', 'failed')`;
      return row.count;
    },

    async neverBegun({ olderThanMs, limit }) {
      return await sql<{ tenantKey: string; tenantId: TenantId; id: BatchId }[]>`
        SELECT tenant.key AS "tenantKey", tenant.id AS "tenantId", batch.id FROM batch JOIN tenant ON tenant.id = tenant_id
        WHERE state NOT IN ('processed', 'failed') AND state = 'accepted'
          AND received_at < now() - ${olderThanMs}::float8 * interval '1 millisecond'
        ORDER BY source_id, position LIMIT ${limit}`;
    },
  };

  function progress(
    { stage, counts }: { stage: keyof typeof STATE_AFTER; counts: Parameters<BatchStore["endStage"]>[2]["counts"] },
  ) {
    return sql`
      state = ${STATE_AFTER[stage]}, stored = stored + ${counts.stored ?? 0}::int, quarantined = quarantined + ${
      counts.quarantined ?? 0
    }::int,
      duplicates = duplicates + ${counts.duplicates ?? 0}::int, late = late + ${counts.late ?? 0}::int,
      alerts_opened = alerts_opened + ${counts.alertsOpened ?? 0}::int,
      finished_at = CASE WHEN ${stage}::text = 'detect' THEN now() END`;
  }
}

async function storedResult(
  sql: Sql,
  { tenantId, batchId, run, stage }: { tenantId: TenantId; batchId: BatchId; run: number; stage: string },
): Promise<string> {
  const [row] = await sql<{ result: string }[]>`
    SELECT result FROM batch_stage WHERE tenant_id = ${tenantId} AND batch_id = ${batchId} AND run = ${run} AND stage = ${stage}`;
  return row.result;
}

function toBatch(row: Row): Batch {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    sourceId: row.source_id,
    source: row.source,
    position: row.position,
    idempotencyKey: row.idempotency_key,
    readings: row.readings,
    receivedAt: ms(row.received_at),
    state: row.state,
    stored: row.stored,
    quarantined: row.quarantined,
    duplicates: row.duplicates,
    late: row.late,
    alertsOpened: row.alerts_opened,
    failure: optional(row.failure),
    finishedAt: optionalMs(row.finished_at),
  };
}
