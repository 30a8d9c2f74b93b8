import type { TenantId } from "../../domain/access/tenant.ts";
import type { Flood, FloodId } from "../../domain/alerting/flood.ts";
import type { FloodStore } from "../../ports/alerting/flood.ts";
import { optional, type Sql, time } from "../sql.ts";

interface Row {
  readonly id: FloodId;
  readonly began_at: number;
  readonly ended_at: number | null;
  readonly peak: number;
  readonly alerts: number;
}

export function floodStore(sql: Sql): FloodStore {
  const columns = () => sql`id, began_at, ended_at, peak, alerts`;
  /** Alerts that were opened behind an instant and show. */
  const shownSince = (since: number) =>
    sql`SELECT opened.tenant_id, count(*)::int AS count FROM alert_transition AS opened
      JOIN alert ON alert.tenant_id = opened.tenant_id AND alert.id = opened.alert_id
      WHERE opened.change = 'opened' AND opened.known_at > ${time(since)}
        AND alert.shelved_until IS NULL AND alert.suppressed_by = '{}'
      GROUP BY opened.tenant_id`;
  return {
    async loads({ since, above }) {
      const rows = await sql<({ tenant_id: TenantId; count: number } & { [name in keyof Row]: Row[name] | null })[]>`
        SELECT tenant.id AS tenant_id, coalesce(shown.count, 0) AS count, flood.id, began_at, ended_at, peak, alerts
        FROM tenant LEFT JOIN (${shownSince(since)}) AS shown ON shown.tenant_id = tenant.id
        LEFT JOIN alert_flood AS flood ON flood.tenant_id = tenant.id AND flood.ended_at IS NULL
        WHERE flood.id IS NOT NULL OR shown.count > ${above}::int`;
      return rows.map((row) => ({
        tenantId: row.tenant_id,
        count: row.count,
        flood: row.id === null ? undefined : toFlood(row as Row),
      }));
    },

    async begin(tenantId, { at, count }) {
      const [row] = await sql<Row[]>`
        INSERT INTO alert_flood (tenant_id, began_at, peak, alerts) VALUES (${tenantId}, ${
        time(at)
      }, ${count}, ${count})
        ON CONFLICT DO NOTHING RETURNING ${columns()}`;
      return row && toFlood(row);
    },

    async goOn(tenantId, id, { count }) {
      await sql`
        UPDATE alert_flood SET peak = greatest(peak, ${count}::int), alerts = (
          SELECT count(*) FROM alert_transition AS opened
          WHERE opened.tenant_id = ${tenantId} AND opened.change = 'opened' AND opened.known_at > began_at - interval '10 minutes'
        )
        WHERE tenant_id = ${tenantId} AND id = ${id}`;
    },

    async end(tenantId, id, { at }) {
      const [row] = await sql<Row[]>`
        UPDATE alert_flood SET ended_at = ${time(at)} WHERE tenant_id = ${tenantId} AND id = ${id} AND ended_at IS NULL
        RETURNING ${columns()}`;
      return row && toFlood(row);
    },

    async page(tenantId, { before, limit }) {
      const rows = await sql<Row[]>`
        SELECT ${columns()} FROM alert_flood
        WHERE tenant_id = ${tenantId} AND id < ${
        before ?? Number.MAX_SAFE_INTEGER
      }::bigint ORDER BY id DESC LIMIT ${limit}`;
      return rows.map(toFlood);
    },
  };
}

function toFlood(row: Row): Flood {
  return {
    id: row.id,
    beganAt: row.began_at,
    endedAt: optional(row.ended_at),
    peak: row.peak,
    alerts: row.alerts,
  };
}
