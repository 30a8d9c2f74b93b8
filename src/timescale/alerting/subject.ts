import type { AlertId } from "../../domain/alerting/alert.ts";
import type { NamedSubject, SubjectStore } from "../../ports/alerting/subject.ts";
import { numbers, type Sql } from "../sql.ts";

interface Row {
  readonly alert_id: AlertId;
  readonly sensor: NamedSubject["sensor"] | null;
  readonly source: NamedSubject["source"] | null;
  readonly assets: NamedSubject["assets"];
}

/** More levels than a tree of assets may have. */
const LEVELS_MAX = 32;

export function subjectStore(sql: Sql): SubjectStore {
  return {
    async of(tenantId, ids) {
      const rows = await sql<Row[]>`
        WITH RECURSIVE subject AS (
          SELECT alert.id AS alert_id, sensor.key, sensor.name, coalesce(alert.asset_id, sensor.asset_id) AS asset_id,
            source.key AS source_key
          FROM alert LEFT JOIN source ON source.tenant_id = alert.tenant_id AND source.id = alert.source_id
          LEFT JOIN sensor ON sensor.tenant_id = alert.tenant_id AND sensor.id = alert.sensor_id
          WHERE alert.tenant_id = ${tenantId} AND alert.id = ANY (${numbers(ids)}::text::bigint[])
        ), above AS (
          SELECT alert_id, asset_id, 0 AS height FROM subject WHERE asset_id IS NOT NULL
          UNION ALL
          SELECT alert_id, asset.parent_id, height + 1 FROM above
          JOIN asset ON asset.tenant_id = ${tenantId} AND asset.id = above.asset_id
          WHERE asset.parent_id IS NOT NULL AND height < ${LEVELS_MAX}::int
        )
        SELECT alert_id, CASE WHEN subject.key IS NOT NULL THEN json_build_object('key', subject.key, 'name', subject.name) END AS sensor,
          CASE WHEN source_key IS NOT NULL THEN json_build_object('key', source_key) END AS source,
          coalesce((
            SELECT json_agg(json_build_object('id', asset.id, 'key', asset.key, 'name', asset.name) ORDER BY height)
            FROM above JOIN asset ON asset.tenant_id = ${tenantId} AND asset.id = above.asset_id
            WHERE above.alert_id = subject.alert_id
          ), '[]') AS assets
        FROM subject`;
      return rows.map(({ alert_id, sensor, source, assets }) => (
        { alertId: alert_id, sensor: sensor ?? undefined, source: source ?? undefined, assets }
      ));
    },
  };
}
