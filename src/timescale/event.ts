import type { AuditEntry } from "../domain/access/audit.ts";
import type { AlertId } from "../domain/alerting/alert.ts";
import type { BatchId } from "../domain/intake/batch.ts";
import type { EventRecord, EventStore } from "../ports/event.ts";
import { optional, type Sql } from "./sql.ts";

interface Row {
  readonly seq: number;
  readonly type: string;
  readonly batch_id: BatchId | null;
  readonly alert_id: AlertId | null;
  readonly body: string;
}

export function eventStore(sql: Sql): EventStore {
  return {
    async append(tenantId, events) {
      // The tenant's row stays locked until the commit: whoever reads a number has all numbers below it.
      const json = JSON.stringify(events);
      await sql`
        WITH numbered AS (
          UPDATE tenant SET last_event_seq = last_event_seq + ${events.length}::int WHERE id = ${tenantId} RETURNING last_event_seq
        )
        INSERT INTO event (tenant_id, seq, type, batch_id, alert_id, body)
        SELECT ${tenantId}, last_event_seq - ${events.length}::int + place, type, "batchId", "alertId", body
        FROM numbered, ROWS FROM (
          json_to_recordset(${json}::text::json) AS (type text, "batchId" bigint, "alertId" bigint, body text)
        ) WITH ORDINALITY AS row (type, "batchId", "alertId", body, place)`;
    },

    async after(tenantId, seq, { prefix, limit }) {
      const rows = await sql<Row[]>`
        SELECT seq, type, batch_id, alert_id, body FROM event
        WHERE tenant_id = ${tenantId} AND seq > ${seq} AND starts_with(type, ${prefix}) ORDER BY seq LIMIT ${limit}`;
      return rows.map(toEvent);
    },

    async alertsAfter(tenantId, seq, limit) {
      const rows = await sql<Row[]>`
        SELECT seq, type, batch_id, alert_id, body FROM event
        WHERE tenant_id = ${tenantId} AND seq > ${seq} AND alert_id IS NOT NULL ORDER BY seq LIMIT ${limit}`;
      return rows.map(toEvent);
    },

    async alertsGoneTo(tenantId) {
      const [row] = await sql<{ seq: number }[]>`
        SELECT alert_seq AS seq FROM event_gone WHERE tenant_id = ${tenantId}`;
      return row?.seq ?? 0;
    },

    async audits(tenantId, { before = Number.MAX_SAFE_INTEGER, limit }) {
      const rows = await sql<{ seq: number; at: number; body: string }[]>`
        SELECT seq, at, body FROM event
        WHERE tenant_id = ${tenantId} AND seq < ${before} AND type = 'audit.mutation' ORDER BY seq DESC LIMIT ${limit}`;
      return rows.map(({ seq, at, body }) => ({ ...JSON.parse(body) as AuditEntry, seq, atMs: at }));
    },

    async goneTo(tenantId) {
      // Events go from the oldest on, so the oldest that is kept says what has gone.
      const [row] = await sql<{ seq: number }[]>`
        SELECT coalesce(
          (SELECT min(seq) - 1 FROM event WHERE tenant_id = ${tenantId}),
          (SELECT last_event_seq FROM tenant WHERE id = ${tenantId})
        ) AS seq`;
      return row.seq;
    },

    async lastSeq(tenantId) {
      const [row] = await sql<{ seq: number }[]>`SELECT last_event_seq AS seq FROM tenant WHERE id = ${tenantId}`;
      return row.seq;
    },
  };
}

function toEvent(row: Row): EventRecord & { readonly seq: number } {
  return {
    seq: row.seq,
    type: row.type,
    batchId: optional(row.batch_id),
    alertId: optional(row.alert_id),
    body: row.body,
  };
}
