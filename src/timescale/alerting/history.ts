import type { AlertChange, AlertId, AlertState } from "../../domain/alerting/alert.ts";
import type { KnownTransition } from "../../domain/alerting/history.ts";
import { formatTimestamp } from "../../domain/timestamp.ts";
import type { AlertHistoryStore } from "../../ports/alerting/history.ts";
import { numbers, optional, type Sql } from "../sql.ts";

interface Row {
  readonly alert_id: AlertId;
  readonly version: number;
  readonly change: AlertChange;
  readonly state: AlertState;
  readonly actor: string;
  readonly note: string | null;
  readonly detail: string | null;
  readonly ts: number;
  readonly known_at: number;
}

export function alertHistoryStore(sql: Sql): AlertHistoryStore {
  return {
    async add(tenantId, transitions) {
      const rows = transitions.map(({ ts, ...transition }) => ({ ...transition, ts: formatTimestamp(ts) }));
      await sql`
        INSERT INTO alert_transition (tenant_id, alert_id, version, change, state, actor, note, detail, ts)
        SELECT ${tenantId}, "alertId", version, change, state, actor, note, detail, ts
        FROM jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) AS row (
          "alertId" bigint, version integer, change text, state text, actor text, note text, detail text, ts timestamptz
        )
        ON CONFLICT DO NOTHING`;
    },

    async of(tenantId, ids, { limit, after }) {
      const before = after ?? 2 ** 31 - 1;
      const rows = await sql<Row[]>`
        SELECT row.* FROM unnest(${numbers(ids)}::text::bigint[]) AS id CROSS JOIN LATERAL (
          SELECT alert_id, version, change, state, actor, note, detail, ts, known_at FROM alert_transition
          WHERE tenant_id = ${tenantId} AND alert_id = id AND version < ${before}::int ORDER BY version DESC LIMIT ${limit}
        ) AS row`;
      return Map.groupBy(rows.map(toTransition), ({ alertId }) => alertId);
    },
  };
}

function toTransition(row: Row): KnownTransition {
  return {
    alertId: row.alert_id,
    version: row.version,
    change: row.change,
    state: row.state,
    actor: row.actor,
    note: optional(row.note),
    detail: optional(row.detail),
    ts: row.ts,
    knownAt: row.known_at,
  };
}
