/** Removes what is due, a page at a time: each page is one statement, found by a key that begins with the tenant. */
import type { TenantId } from "../../domain/access/tenant.ts";
import type { Removal, RemovalPage } from "../../ports/history/retention.ts";
import { optional, type Sql, time, words } from "../sql.ts";

/** What a row takes besides its texts: its head, its numbers, its entry in the index. */
const ROW_BYTES = 100;

interface Looked {
  /** Rows that the page looked at, due or not. */
  readonly looked: number;
  readonly last: number | null;
  /** Behind the page there is nothing that is due. */
  readonly passed: boolean | null;
  readonly rows: number;
  readonly bytes: number;
  readonly oldest: number | null;
}

export async function removePage(sql: Sql, tenantId: TenantId, page: RemovalPage): Promise<Removal> {
  const [row] = await pageOf(sql, tenantId, page);
  const more = row.looked === page.limit && row.passed !== true;
  return {
    rows: row.rows,
    bytes: row.bytes,
    oldestMs: optional(row.oldest),
    after: more ? optional(row.last) : undefined,
  };
}

function pageOf(sql: Sql, tenantId: TenantId, page: RemovalPage): Promise<Looked[]> {
  switch (page.noun) {
    case "payload":
      return ofBatches(sql, tenantId, { ...page, table: "batch_payload", texts: ["payload"], states: ["processed"] });
    case "failed_payload":
      return ofBatches(sql, tenantId, { ...page, table: "batch_payload", texts: ["payload"], states: ["failed"] });
    case "ledger":
      return ofBatches(sql, tenantId, { ...page, table: "batch_stage", texts: ["result"], states: ENDED });
    case "quarantine":
      return ofBatches(sql, tenantId, {
        ...page,
        table: "quarantined_reading",
        texts: ["detail", "raw"],
        states: ENDED,
      });
    case "event":
      return ofEvents(sql, tenantId, page);
    case "notification":
      return ofNotifications(sql, tenantId, page);
    case "candidate":
      return ofCandidates(sql, tenantId, page);
    case "reprocessing":
      return ofRuns(sql, tenantId, page);
  }
}

const ENDED = ["processed", "failed"];

interface OfBatches extends RemovalPage {
  readonly table: "batch_payload" | "batch_stage" | "quarantined_reading";
  readonly texts: readonly string[];
  readonly states: readonly string[];
}

/**
 * Rows that belong to batches, by the batches' ids. These rise with the time of receipt, and a batch ends after it was
 * received: behind one that was received too late there is nothing that is due.
 */
async function ofBatches(
  sql: Sql,
  tenantId: TenantId,
  { table: name, texts, states, beforeMs, after, limit, remove }: OfBatches,
): Promise<Looked[]> {
  const table = sql(name);
  const bytes = texts.map((text) => sql`octet_length(${table}.${sql(text)})`).reduce((a, b) => sql`${a} + ${b}`);
  const dueRows = sql`${table}.tenant_id = ${tenantId} AND ${table}.batch_id = looked.id AND looked.due`;
  const found = sql`${bytes} + ${ROW_BYTES}::int AS bytes, looked.finished_at`;
  return await sql<Looked[]>`
    WITH page AS (
      SELECT batch_id FROM ${table} WHERE tenant_id = ${tenantId} AND batch_id > ${after} ORDER BY batch_id LIMIT ${limit}
    ), looked AS (
      SELECT batch.id, received_at, finished_at,
        finished_at < ${time(beforeMs)} AND state = ANY (${words(states)}::text::text[]) AS due
      FROM (SELECT DISTINCT batch_id FROM page) AS batches
      JOIN batch ON batch.tenant_id = ${tenantId} AND batch.id = batches.batch_id
    ), found AS (
      ${
    remove
      ? sql`DELETE FROM ${table} USING looked WHERE ${dueRows} RETURNING ${found}`
      : sql`SELECT ${found} FROM ${table} JOIN looked ON ${dueRows}`
  }
    )
    SELECT (SELECT count(*)::int FROM page) AS looked, (SELECT max(id) FROM looked) AS last,
      (SELECT max(received_at) >= ${time(beforeMs)} FROM looked) AS passed,
      count(*)::int AS rows, coalesce(sum(bytes), 0)::float8 AS bytes, min(finished_at) AS oldest
    FROM found`;
}

/** The oldest events go first, so that the log is whole from some number on. */
async function ofEvents(
  sql: Sql,
  tenantId: TenantId,
  { beforeMs, after, limit, remove }: RemovalPage,
): Promise<Looked[]> {
  const dueRows = sql`event.tenant_id = ${tenantId} AND event.seq = due.seq`;
  const found = sql`event.seq, event.alert_id, octet_length(event.body) + ${ROW_BYTES}::int AS bytes, event.at`;
  return await sql<Looked[]>`
    WITH page AS (
      SELECT seq, at FROM event WHERE tenant_id = ${tenantId} AND seq > ${after} ORDER BY seq LIMIT ${limit}
    ), due AS (
      SELECT seq FROM page
      WHERE seq < coalesce((SELECT min(seq) FROM page WHERE at >= ${time(beforeMs)}), 9223372036854775807)
    ), found AS (
      ${
    remove
      ? sql`DELETE FROM event USING due WHERE ${dueRows} RETURNING ${found}`
      : sql`SELECT ${found} FROM event JOIN due ON ${dueRows}`
  }
    ), noted AS (
      INSERT INTO event_gone (tenant_id, alert_seq)
      SELECT ${tenantId}::int, max(seq) FROM found WHERE alert_id IS NOT NULL AND ${remove}
      HAVING max(seq) IS NOT NULL
      ON CONFLICT (tenant_id) DO UPDATE SET alert_seq = greatest(event_gone.alert_seq, excluded.alert_seq)
    )
    SELECT (SELECT count(*)::int FROM page) AS looked, (SELECT max(seq) FROM page) AS last,
      (SELECT max(at) >= ${time(beforeMs)} FROM page) AS passed,
      count(*)::int AS rows, coalesce(sum(bytes), 0)::float8 AS bytes, min(at) AS oldest
    FROM found`;
}

/**
 * Those that are over (one that lasts may become an alert yet), by data time and by when they came: what is sent of
 * years ago is looked at now.
 */
async function ofCandidates(
  sql: Sql,
  tenantId: TenantId,
  { beforeMs, after, limit, remove }: RemovalPage,
): Promise<Looked[]> {
  const dueRows = sql`candidate.tenant_id = ${tenantId} AND candidate.id = page.id AND page.due`;
  const found = sql`candidate.ended_at,
    octet_length(candidate.reason) + octet_length(candidate.facts) + ${ROW_BYTES}::int AS bytes`;
  return await sql<Looked[]>`
    WITH page AS (
      SELECT candidate.id, candidate.ended_at < ${time(beforeMs)} AND batch.received_at < ${time(beforeMs)} AS due
      FROM candidate JOIN batch ON batch.tenant_id = ${tenantId} AND batch.id = candidate.batch_id
      WHERE candidate.tenant_id = ${tenantId} AND candidate.id > ${after} ORDER BY candidate.id LIMIT ${limit}
    ), found AS (
      ${
    remove
      ? sql`DELETE FROM candidate USING page WHERE ${dueRows} RETURNING ${found}`
      : sql`SELECT ${found} FROM candidate JOIN page ON ${dueRows}`
  }
    )
    SELECT (SELECT count(*)::int FROM page) AS looked, (SELECT max(id) FROM page) AS last, false AS passed,
      count(*)::int AS rows, coalesce(sum(bytes), 0)::float8 AS bytes, min(ended_at) AS oldest
    FROM found`;
}

/** A run goes with all that it found: a page of runs is a fraction of the limit, since each has many rows. */
async function ofRuns(
  sql: Sql,
  tenantId: TenantId,
  { beforeMs, after, limit, remove }: RemovalPage,
): Promise<Looked[]> {
  const gone = (table: string) =>
    sql`DELETE FROM ${sql(table)} USING page WHERE tenant_id = ${tenantId} AND run_id = page.id AND page.due`;
  const counted = (table: string) =>
    sql`SELECT count(*) FROM ${sql(table)} WHERE tenant_id = ${tenantId} AND run_id = page.id`;
  return await sql<Looked[]>`
    WITH page AS (
      SELECT id, finished_at, coalesce(finished_at < ${time(beforeMs)}, false) AS due FROM reprocess_run
      WHERE tenant_id = ${tenantId} AND id > ${after} ORDER BY id LIMIT ${limit}
    ), sized AS (
      SELECT finished_at, (${counted("reprocess_sensor")}) + (${counted("reprocess_alert")}) AS below,
        (SELECT coalesce(sum(octet_length(state)), 0) FROM reprocess_sensor
          WHERE tenant_id = ${tenantId} AND run_id = page.id) AS bytes
      FROM page WHERE due
    )
    ${
    remove
      ? sql`, alerts AS (${gone("reprocess_alert")}), sensors AS (${gone("reprocess_sensor")}),
        runs AS (
          DELETE FROM reprocess_run USING page
          WHERE reprocess_run.tenant_id = ${tenantId} AND reprocess_run.id = page.id AND page.due
        )`
      : sql``
  }
    SELECT (SELECT count(*)::int FROM page) AS looked, (SELECT max(id) FROM page) AS last, false AS passed,
      count(*)::int AS rows, coalesce(sum(bytes + ${ROW_BYTES}::int * (below + 1)), 0)::float8 AS bytes,
      min(finished_at) AS oldest
    FROM sized`;
}

/** Only of alerts that are over for so long: what was told of one that stands decides what is told next. */
async function ofNotifications(
  sql: Sql,
  tenantId: TenantId,
  { beforeMs, after, limit, remove }: RemovalPage,
): Promise<Looked[]> {
  const dueRows = sql`notification.tenant_id = ${tenantId} AND notification.id = due.id`;
  const found = sql`notification.created_at,
    octet_length(notification.body) + octet_length(notification.reason) + 2 * ${ROW_BYTES}::int AS bytes`;
  return await sql<Looked[]>`
    WITH page AS (
      SELECT id, alert_id, state, created_at FROM notification
      WHERE tenant_id = ${tenantId} AND id > ${after} ORDER BY id LIMIT ${limit}
    ), due AS (
      SELECT page.id FROM page JOIN alert ON alert.tenant_id = ${tenantId} AND alert.id = page.alert_id
      WHERE page.state <> 'pending' AND page.created_at < ${time(beforeMs)} AND alert.ended_at < ${time(beforeMs)}
        AND NOT EXISTS (SELECT FROM alert_timer WHERE tenant_id = ${tenantId} AND alert_id = page.alert_id)
    ), found AS (
      ${
    remove
      ? sql`DELETE FROM notification USING due WHERE ${dueRows} RETURNING ${found}`
      : sql`SELECT ${found} FROM notification JOIN due ON ${dueRows}`
  }
    )
    SELECT (SELECT count(*)::int FROM page) AS looked, (SELECT max(id) FROM page) AS last,
      (SELECT max(created_at) >= ${time(beforeMs)} FROM page) AS passed,
      count(*)::int AS rows, coalesce(sum(bytes), 0)::float8 AS bytes, min(created_at) AS oldest
    FROM found`;
}
