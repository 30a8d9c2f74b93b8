import type { AlertId } from "../../domain/alerting/alert.ts";
import type { AlertGroupStore } from "../../ports/alerting/alert_group.ts";
import { numbers, type Sql } from "../sql.ts";

/** Two alerts of a tenant whose episodes share some time. */
export function overlapping(sql: Sql) {
  return sql`whole.tenant_id = member.tenant_id
    AND whole.episode_start <= coalesce(member.ended_at, 'infinity')
    AND coalesce(whole.ended_at, 'infinity') >= member.episode_start`;
}

export function alertGroupStore(sql: Sql): AlertGroupStore {
  return {
    async groupsOf(tenantId, ids) {
      const rows = await sql<{ member_id: AlertId; id: AlertId }[]>`
        SELECT member.id AS member_id, found.id FROM alert AS member
        JOIN sensor ON sensor.tenant_id = member.tenant_id AND sensor.id = member.sensor_id
        CROSS JOIN LATERAL (
          SELECT whole.id FROM alert AS whole WHERE whole.asset_id = sensor.asset_id AND ${overlapping(sql)}
          ORDER BY whole.id LIMIT 1
        ) AS found
        WHERE member.tenant_id = ${tenantId} AND member.id = ANY (${numbers(ids)}::text::bigint[])`;
      return new Map(rows.map(({ member_id, id }) => [member_id, id]));
    },

    async membersOf(tenantId, ids, { limit }) {
      const rows = await sql<{ whole_id: AlertId; id: AlertId }[]>`
        SELECT whole.id AS whole_id, found.id FROM alert AS whole
        CROSS JOIN LATERAL (
          SELECT member.id FROM sensor JOIN alert AS member ON member.sensor_id = sensor.id AND ${overlapping(sql)}
          WHERE sensor.tenant_id = ${tenantId} AND sensor.asset_id = whole.asset_id ORDER BY member.id LIMIT ${limit}
        ) AS found
        WHERE whole.tenant_id = ${tenantId} AND whole.asset_id IS NOT NULL AND whole.id = ANY (${
        numbers(ids)
      }::text::bigint[]) ORDER BY whole.id, found.id`;
      const grouped = Map.groupBy(rows, ({ whole_id }) => whole_id);
      return new Map(Array.from(grouped, ([id, rows]) => [id, rows.map((row) => row.id)]));
    },
  };
}
