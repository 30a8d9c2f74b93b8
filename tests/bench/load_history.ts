/**
 * Fills a store with what months of running leave behind, in minutes: readings, and all that belongs to them in
 * proportion.
 */
import type postgres from "postgres";

type Sql = postgres.Sql<{ bigint: number }>;

export const SENSORS = 20;
/** Time between two readings of a sensor. */
export const INTERVAL_MS = 10_000;
const ROUNDS_PER_BATCH = 50;
const READINGS_PER_BATCH = SENSORS * ROUNDS_PER_BATCH;
/** As they are sent: a place, a time in ms and a value with three digits. */
const PAYLOAD_BYTES_PER_READING = 24;
const ROUNDS_PER_WEEK = 7 * 86_400_000 / INTERVAL_MS;
/** Bounds a statement: nothing else runs beside it in the embedded store. */
const SENSORS_AT_ONCE = 5;

export interface Stretch {
  /** Data time of the first reading of all. */
  readonly startMs: number;
  /** Readings that are loaded already, and that there are to be; whole batches. */
  readonly from: number;
  readonly to: number;
  readonly report: (line: string) => void;
}

/** Key of a loaded sensor. */
export function sensorKey(i: number): string {
  return `loaded-${i}`;
}

/** The end of what is loaded, in data time. */
export function endOf({ startMs, to }: Pick<Stretch, "startMs" | "to">): number {
  return startMs + to / SENSORS * INTERVAL_MS;
}

export async function loadHistory(sql: Sql, stretch: Stretch): Promise<void> {
  const base = await loadFrame(sql, stretch);
  await loadReadings(sql, base, stretch);
  await loadBatches(sql, base, stretch);
  await sql`SELECT setval(pg_get_serial_sequence('batch', 'id'), (SELECT max(id) FROM batch))`;
  // What loading has left to be done is no part of what is measured.
  await sql`VACUUM ANALYZE`;
  await sql`CHECKPOINT`;
}

interface Base {
  readonly sensorId: number;
  readonly sourceId: number;
  /** Id of the batch with the number 0, behind all that were sent until now. */
  readonly batchId: number;
}

async function loadFrame(sql: Sql, { from }: Stretch): Promise<Base> {
  await sql`INSERT INTO source (tenant_id, key) VALUES (1, 'loaded') ON CONFLICT DO NOTHING`;
  await sql`
    WITH added AS (
      INSERT INTO sensor (tenant_id, key, name, registered)
      SELECT 1, 'loaded-' || i, 'loaded', false FROM generate_series(0, ${SENSORS}::int - 1) AS i
      ON CONFLICT DO NOTHING RETURNING id
    )
    INSERT INTO detector_state (tenant_id, sensor_id) SELECT 1, id FROM added`;
  const [base] = await sql<Base[]>`
    SELECT (SELECT min(id) FROM sensor WHERE key LIKE 'loaded-%') AS "sensorId",
      (SELECT id FROM source WHERE key = 'loaded') AS "sourceId",
      (SELECT coalesce(max(id), 0) FROM batch) + 1 - ${from / READINGS_PER_BATCH}::int AS "batchId"`;
  return base;
}

async function loadReadings(
  sql: Sql,
  { sensorId, batchId }: Base,
  { startMs, from, to, report }: Stretch,
): Promise<void> {
  const [first, last] = [from / SENSORS, to / SENSORS];
  for (let round = first; round < last; round += ROUNDS_PER_WEEK) {
    const end = Math.min(round + ROUNDS_PER_WEEK, last);
    for (let sensor = 0; sensor < SENSORS; sensor += SENSORS_AT_ONCE) {
      await sql`
        INSERT INTO reading (tenant_id, sensor_id, ts, value, status, batch_id)
        SELECT 1, ${sensorId}::int + s, to_timestamp((${startMs}::float8 + r * ${INTERVAL_MS}::float8) / 1000),
          floor(1000 * (20 + 5 * sin((r + s) / 100.0) + random())) / 1000, 0,
          ${batchId}::bigint + r / ${ROUNDS_PER_BATCH}::int
        FROM generate_series(${sensor}::int, ${sensor + SENSORS_AT_ONCE - 1}::int) AS s,
          generate_series(${round}::int, ${end - 1}::int) AS r`;
    }
    report(`${(end * SENSORS / 1e6).toFixed(1)} million readings`);
  }
}

async function loadBatches(
  sql: Sql,
  { sensorId, sourceId, batchId }: Base,
  { startMs, from, to }: Stretch,
): Promise<void> {
  const [first, last] = [from / READINGS_PER_BATCH, to / READINGS_PER_BATCH];
  const batches = sql`generate_series(${first}::int, ${last - 1}::int) AS n`;
  const at = sql`to_timestamp((${startMs}::float8 + n * ${ROUNDS_PER_BATCH * INTERVAL_MS}::float8) / 1000)`;
  await sql`
    INSERT INTO batch (id, tenant_id, source_id, position, idempotency_key, content_hash, readings, received_at, state, stored,
      finished_at)
    SELECT ${batchId}::bigint + n, 1, ${sourceId}, n, 'loaded-' || n, md5(n::text) || md5(n::text), ${READINGS_PER_BATCH}::int,
      ${at}, 'processed', ${READINGS_PER_BATCH}::int, ${at} FROM ${batches}`;
  for (let n = first; n < last; n += 500) {
    await sql`
      INSERT INTO batch_payload (batch_id, tenant_id, payload)
      SELECT ${batchId}::bigint + n, 1, repeat('x', ${READINGS_PER_BATCH * PAYLOAD_BYTES_PER_READING}::int)
      FROM generate_series(${n}::int, ${Math.min(n + 500, last) - 1}::int) AS n`;
  }
  await sql`
    INSERT INTO batch_stage (tenant_id, batch_id, stage, result, finished_at)
    SELECT 1, ${batchId}::bigint + n, stage, repeat('x', 60), ${at}
    FROM ${batches}, unnest('{ingest,validate,enrich,detect}'::text[]) AS stage`;
  await sql`
    INSERT INTO quarantined_reading (tenant_id, batch_id, index, reason, detail, raw)
    SELECT 1, ${batchId}::bigint + n, 0, 'not_a_number', repeat('x', 60), repeat('x', 80) FROM ${batches} WHERE n % 10 = 0`;
  await sql`
    INSERT INTO alert (tenant_id, sensor_id, kind, episode_start, opened_at, ended_at, severity, state, score, reason, batch_id)
    SELECT 1, ${sensorId}::int + n % ${SENSORS}::int, 'anomaly', ${at}, ${at}, ${at}, 'LOW', 'returned_unacknowledged', 0.4,
      repeat('x', 100), ${batchId}::bigint + n FROM ${batches} WHERE n % 10 = 0`;
  await sql`
    INSERT INTO alert_evidence (tenant_id, alert_id, ts, change, batch_id, evidence)
    SELECT 1, id, opened_at, 'opened', batch_id, repeat('x', 600) FROM alert
    WHERE batch_id >= ${batchId + first}::bigint ON CONFLICT DO NOTHING`;
  // Each batch has an event, and each alert two.
  await sql`
    WITH added AS (
      SELECT at, alert_id, row_number() OVER (ORDER BY at, alert_id NULLS FIRST) AS place FROM (
        SELECT ${at} AS at, NULL::bigint AS alert_id FROM ${batches}
        UNION ALL
        SELECT opened_at, id FROM alert, generate_series(1, 2) WHERE batch_id >= ${batchId + first}::bigint
      ) AS happened
    ), counted AS (
      UPDATE tenant SET last_event_seq = last_event_seq + (SELECT count(*) FROM added) WHERE id = 1 RETURNING last_event_seq
    )
    INSERT INTO event (tenant_id, seq, type, alert_id, at, body)
    SELECT 1, last_event_seq - (SELECT count(*) FROM added) + place,
      CASE WHEN alert_id IS NULL THEN 'batch.processed' ELSE 'alert.opened' END, alert_id, at,
      repeat('x', CASE WHEN alert_id IS NULL THEN 80 ELSE 400 END) FROM added, counted`;
}
