import type { TenantId } from "../../domain/access/tenant.ts";
import type { AlertId } from "../../domain/alerting/alert.ts";
import type { Taken } from "../../domain/alerting/timer.ts";
import type { AlertTimer, AlertTimerStore } from "../../ports/alerting/timer.ts";
import { formatTimestamp } from "../../domain/timestamp.ts";
import { numbers, optional, type Sql } from "../sql.ts";

interface Row {
  readonly alert_id: AlertId;
  readonly taken: string;
  readonly ended_known_at: number | null;
  readonly next_at: number;
  readonly what: string;
}

export function alertTimerStore(sql: Sql): AlertTimerStore {
  const found = (tenantId: TenantId, ids: readonly AlertId[]) =>
    sql`SELECT alert_id, taken, ended_known_at, next_at, what FROM alert_timer
      WHERE tenant_id = ${tenantId} AND alert_id = ANY (${numbers(ids)}::text::bigint[]) ORDER BY alert_id`;
  return {
    async lock(tenantId, ids) {
      return (await sql<Row[]>`${found(tenantId, ids)} FOR UPDATE`).map(toTimer);
    },

    async byAlerts(tenantId, ids) {
      return (await sql<Row[]>`${found(tenantId, ids)}`).map(toTimer);
    },

    async save(tenantId, timers, { nudged }) {
      const rows = timers.map(({ alertId, taken, endedKnownAt, nextAt, what }) => ({
        alertId,
        taken: JSON.stringify(taken),
        endedKnownAt: endedKnownAt === undefined ? null : formatTimestamp(endedKnownAt),
        nextAt: formatTimestamp(nextAt),
        what,
      }));
      await sql`
        INSERT INTO alert_timer (tenant_id, alert_id, taken, ended_known_at, next_at, what, nudged_at)
        SELECT ${tenantId}, "alertId", taken, "endedKnownAt", "nextAt", what, CASE WHEN ${nudged} THEN now() END
        FROM jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) AS row (
          "alertId" bigint, taken text, "endedKnownAt" timestamptz, "nextAt" timestamptz, what text
        )
        ON CONFLICT (tenant_id, alert_id) DO UPDATE
        SET taken = excluded.taken, ended_known_at = excluded.ended_known_at, next_at = excluded.next_at,
          what = excluded.what, nudged_at = excluded.nudged_at`;
    },

    async remove(tenantId, ids) {
      await sql`
        DELETE FROM alert_timer WHERE tenant_id = ${tenantId} AND alert_id = ANY (${numbers(ids)}::text::bigint[])`;
    },

    async ending(tenantId, ids) {
      const rows = await sql<{ alert_id: AlertId; goes_on_as: AlertId }[]>`
        SELECT alert_timer.alert_id, begun.id AS goes_on_as FROM alert_timer
        JOIN alert AS ended ON ended.tenant_id = ${tenantId} AND ended.id = alert_timer.alert_id
        JOIN alert AS begun ON begun.tenant_id = ${tenantId} AND begun.id = ANY (${numbers(ids)}::text::bigint[])
          AND begun.kind = ended.kind AND (begun.sensor_id = ended.sensor_id OR begun.asset_id = ended.asset_id OR begun.source_id = ended.source_id)
        WHERE alert_timer.tenant_id = ${tenantId} AND alert_timer.ended_known_at IS NOT NULL
        ORDER BY alert_timer.alert_id FOR UPDATE OF alert_timer`;
      return rows.map(({ alert_id, goes_on_as }) => ({ alertId: alert_id, goesOnAs: goes_on_as }));
    },

    async neglected({ nudgedMs, overdueMs, againMs, limit }) {
      const before = (ms: number) => sql`now() - ${ms}::float8 * interval '1 ms'`;
      const rows = await sql<{ tenant_id: TenantId; key: string; alert_id: AlertId }[]>`
        UPDATE alert_timer SET nudged_at = now() + ${againMs - nudgedMs}::float8 * interval '1 ms'
        FROM (
          (SELECT tenant_id, alert_id FROM alert_timer
            WHERE nudged_at < ${before(nudgedMs)} ORDER BY nudged_at LIMIT ${limit}::int)
          UNION
          (SELECT tenant_id, alert_id FROM alert_timer
            WHERE next_at < ${before(overdueMs)} AND nudged_at IS NULL ORDER BY next_at LIMIT ${limit}::int)
        ) AS late JOIN tenant ON tenant.id = late.tenant_id
        WHERE alert_timer.tenant_id = late.tenant_id AND alert_timer.alert_id = late.alert_id
        RETURNING alert_timer.tenant_id, tenant.key, alert_timer.alert_id`;
      return rows.map(({ tenant_id, key, alert_id }) => ({ tenantId: tenant_id, tenantKey: key, alertId: alert_id }));
    },
  };
}

function toTimer(row: Row): AlertTimer {
  return {
    alertId: row.alert_id,
    taken: JSON.parse(row.taken) as Taken[],
    endedKnownAt: optional(row.ended_known_at),
    nextAt: row.next_at,
    what: row.what,
  };
}
