import type { TenantId } from "../../domain/access/tenant.ts";
import { type Batch, type BatchId, type Stage, transitionOf } from "../../domain/intake/batch.ts";
import { keyFault } from "../../domain/key.ts";
import type { BatchStore } from "../../ports/intake/batch.ts";
import { numbers, type Sql, words } from "../sql.ts";
import { batchColumns, type BatchRow, toBatch } from "./batch_row.ts";

export function batchStore(sql: Sql): BatchStore {
  const columns = () => batchColumns(sql);
  return {
    async accept(tenantId, landing) {
      // Most often the key is new: one statement then takes the position and writes the row.
      const [created] = await sql<(BatchRow & { content_hash: string })[]>`
        WITH source AS (
          INSERT INTO source (tenant_id, key, last_position) SELECT ${tenantId}::int, ${landing.source}, 1
          WHERE NOT EXISTS (
            SELECT FROM source JOIN batch ON source_id = source.id
            WHERE source.tenant_id = ${tenantId} AND key = ${landing.source} AND idempotency_key = ${landing.idempotencyKey}
          )
          ON CONFLICT (tenant_id, key) DO UPDATE SET last_position = source.last_position + 1
          RETURNING id, key, last_position
        ), batch AS (
          INSERT INTO batch (tenant_id, source_id, position, idempotency_key, content_hash, readings)
          SELECT ${tenantId}, id, last_position, ${landing.idempotencyKey}, ${landing.contentHash}, ${landing.readings}::int
          FROM source
          ON CONFLICT (source_id, idempotency_key) DO NOTHING
          RETURNING *
        ), payload AS (
          INSERT INTO batch_payload (batch_id, tenant_id, payload) SELECT id, tenant_id, ${landing.payload} FROM batch
        )
        SELECT ${columns()}, content_hash FROM batch JOIN source ON source.id = batch.source_id`;
      if (created !== undefined) return { batch: toBatch(created), contentHash: landing.contentHash, created: true };
      const [row] = await sql<(BatchRow & { content_hash: string })[]>`
        SELECT ${columns()}, content_hash FROM batch JOIN source ON source.id = source_id
        WHERE source.tenant_id = ${tenantId} AND source.key = ${landing.source}
          AND idempotency_key = ${landing.idempotencyKey}`;
      return { batch: toBatch(row), contentHash: row.content_hash, created: false };
    },

    async landed(tenantId, id) {
      const [row] = await sql<(BatchRow & { payload: string | null })[]>`
        SELECT ${columns()}, payload FROM batch JOIN source ON source.id = source_id
        LEFT JOIN batch_payload ON batch_payload.tenant_id = batch.tenant_id AND batch_payload.batch_id = batch.id
        WHERE batch.tenant_id = ${tenantId} AND batch.id = ${id}`;
      return row && { ...toBatch(row), payload: row.payload ?? undefined };
    },

    byIds: (tenantId, ids) => batchesByIds(sql, tenantId, ids),

    async page(tenantId, { before, limit, state, source }) {
      if (source !== undefined && keyFault(source) !== undefined) return [];
      const rows = await sql<BatchRow[]>`
        SELECT ${columns()} FROM batch JOIN source ON source.id = source_id
        WHERE batch.tenant_id = ${tenantId} AND batch.id < ${before ?? Number.MAX_SAFE_INTEGER}::bigint
          AND (${state ?? null}::text IS NULL OR state = ${state ?? null}::text)
          AND (${source ?? null}::text IS NULL OR source.key = ${source ?? null}::text)
        ORDER BY batch.id DESC LIMIT ${limit}`;
      return rows.map(toBatch);
    },

    async passStage(tenantId, id, { stage, result, counts }) {
      const { from, to } = transitionOf(stage);
      // Locked before it is looked at, so that a batch that fails meanwhile is either passed before or refused.
      const passed = await sql`
        WITH held AS (
          SELECT id FROM batch
          WHERE tenant_id = ${tenantId} AND id = ${id} AND state = ANY (${words(from)}::text::text[]) FOR UPDATE
        ), ledger AS (
          INSERT INTO batch_stage (tenant_id, batch_id, stage, result) SELECT ${tenantId}, id, ${stage}, ${result} FROM held
          ON CONFLICT DO NOTHING RETURNING batch_id
        )
        UPDATE batch SET state = ${to}, stored = coalesce(${counts.stored ?? null}::int, stored),
          quarantined = coalesce(${counts.quarantined ?? null}::int, quarantined),
          duplicates = coalesce(${counts.duplicates ?? null}::int, duplicates),
          corrected = coalesce(${counts.corrected ?? null}::int, corrected),
          late = coalesce(${counts.late ?? null}::int, late),
          alerts_opened = coalesce(${counts.alertsOpened ?? null}::int, alerts_opened),
          finished_at = CASE WHEN ${to}::text = 'processed' THEN now() END
        FROM ledger WHERE batch.tenant_id = ${tenantId} AND batch.id = ledger.batch_id`;
      if (passed.count === 1) return { kind: "passed" };
      const stored = await storedResult(sql, { tenantId, id, stage });
      if (stored !== undefined) return { kind: "repeated", result: stored };
      const [row] = await sql<Pick<BatchRow, "state">[]>`
        SELECT state FROM batch WHERE tenant_id = ${tenantId} AND id = ${id}`;
      return { kind: "refused", state: row.state };
    },

    stageResult: (tenantId, id, stage) => storedResult(sql, { tenantId, id, stage }),

    async addAlerts(tenantId, id, opened) {
      await sql`UPDATE batch SET alerts_opened = alerts_opened + ${opened}::int WHERE tenant_id = ${tenantId} AND id = ${id}`;
    },

    async fail(tenantId, id, reason) {
      const { from, to } = transitionOf("fail");
      const failed = await sql`
        UPDATE batch SET state = ${to}, failure = ${reason}, finished_at = now()
        WHERE tenant_id = ${tenantId} AND id = ${id} AND state = ANY (${words(from)}::text::text[])`;
      return failed.count === 1;
    },

    async retry(tenantId, ids) {
      const { from, to } = transitionOf("retry");
      // Each one becomes the newest of its source, in the order of the ids; what its former life left in ledger and
      // quarantine goes.
      const rows = await sql<{ id: BatchId }[]>`
        WITH failed AS (
          SELECT batch.id, source_id, row_number() OVER (PARTITION BY source_id ORDER BY batch.id) AS place
          FROM batch
          JOIN batch_payload ON batch_payload.tenant_id = batch.tenant_id AND batch_payload.batch_id = batch.id
          WHERE batch.tenant_id = ${tenantId} AND batch.id = ANY (${numbers(ids)}::text::bigint[])
            AND state = ANY (${words(from)}::text::text[])
        ), source AS (
          UPDATE source SET last_position = last_position + counted.count
          FROM (SELECT source_id, count(*) FROM failed GROUP BY source_id) AS counted
          WHERE source.tenant_id = ${tenantId} AND source.id = counted.source_id
          RETURNING source.id, last_position - counted.count AS base
        ), ledger AS (
          DELETE FROM batch_stage USING failed
          WHERE batch_stage.tenant_id = ${tenantId} AND batch_stage.batch_id = failed.id
        ), quarantine AS (
          DELETE FROM quarantined_reading USING failed
          WHERE quarantined_reading.tenant_id = ${tenantId} AND quarantined_reading.batch_id = failed.id
        )
        UPDATE batch SET state = ${to}, position = base + place, failure = NULL, faults = 0, finished_at = NULL, awaited = false,
          stored = 0, quarantined = 0, duplicates = 0, corrected = 0, late = 0, alerts_opened = 0
        FROM failed JOIN source ON source.id = failed.source_id
        WHERE batch.tenant_id = ${tenantId} AND batch.id = failed.id RETURNING batch.id`;
      return await batchesByIds(sql, tenantId, rows.map(({ id }) => id));
    },

    async addFault(tenantId, id) {
      const [row] = await sql<{ faults: number }[]>`
        UPDATE batch SET faults = faults + 1 WHERE tenant_id = ${tenantId} AND id = ${id} RETURNING faults`;
      return row.faults;
    },

    async unfinished(tenantId) {
      const [row] = await sql<{ count: number }[]>`
        SELECT count(*)::int AS count FROM batch WHERE tenant_id = ${tenantId} AND state NOT IN ('processed', 'failed')`;
      return row.count;
    },

    async backlog() {
      const [{ count }] = await sql<{ count: number }[]>`
        SELECT count(*)::int AS count FROM batch WHERE state NOT IN ('processed', 'failed')`;
      if (count === 0) return { unfinished: 0, oldest: undefined };
      const [oldest] = await sql<(Pick<BatchRow, "id" | "source"> & { now: number; received_at: number })[]>`
        SELECT batch.id, source.key AS source, received_at, now() FROM batch JOIN source ON source.id = source_id
        WHERE state NOT IN ('processed', 'failed') ORDER BY received_at LIMIT 1`;
      return {
        unfinished: count,
        oldest: oldest && { id: oldest.id, source: oldest.source, ageMs: oldest.now - oldest.received_at },
      };
    },

    async unfinishedInTurns({ olderThanMs, limit }) {
      return await sql<{ tenantKey: string; tenantId: TenantId; id: BatchId; source: string; readings: number }[]>`
        SELECT tenant.key AS "tenantKey", queued.tenant_id AS "tenantId", queued.id, source.key AS source, readings FROM (
          SELECT id, tenant_id, source_id, readings, row_number() OVER (PARTITION BY source_id ORDER BY position) AS turn
          FROM batch WHERE state NOT IN ('processed', 'failed')
            AND received_at < now() - ${olderThanMs}::float8 * interval '1 millisecond'
        ) AS queued JOIN tenant ON tenant.id = queued.tenant_id JOIN source ON source.id = queued.source_id
        ORDER BY turn, queued.id LIMIT ${limit}`;
    },
  };
}

async function batchesByIds(sql: Sql, tenantId: TenantId, ids: readonly BatchId[]): Promise<Batch[]> {
  const rows = await sql<BatchRow[]>`
    SELECT ${batchColumns(sql)} FROM batch JOIN source ON source.id = source_id
    WHERE batch.tenant_id = ${tenantId} AND batch.id = ANY (${numbers(ids)}::text::bigint[]) ORDER BY batch.id`;
  return rows.map(toBatch);
}

async function storedResult(
  sql: Sql,
  { tenantId, id, stage }: { tenantId: TenantId; id: BatchId; stage: Stage },
): Promise<string | undefined> {
  const [row] = await sql<{ result: string }[]>`
    SELECT result FROM batch_stage WHERE tenant_id = ${tenantId} AND batch_id = ${id} AND stage = ${stage}`;
  return row?.result;
}
