import type { TenantId } from "../../domain/access/tenant.ts";
import type { AssetId } from "../../domain/plant/asset.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import type { AlertHour, LastReading, OverviewStore } from "../../ports/plant/overview.ts";
import { numbers, optional, type Sql, time } from "../sql.ts";

interface StandingRow {
  readonly top: AssetId;
  readonly critical: number;
  readonly high: number;
  readonly medium: number;
  readonly low: number;
  readonly unacknowledged: number;
  readonly returned: number;
  readonly oldest: number | null;
}

interface CountRow {
  readonly top: AssetId;
  readonly all: number;
  readonly learning: number;
  readonly silent: number;
}

export function overviewStore(sql: Sql): OverviewStore {
  return {
    async roots(tenantId) {
      const rows = await sql<{ id: AssetId }[]>`
        SELECT id FROM asset WHERE tenant_id = ${tenantId} AND parent_id IS NULL AND retired_at IS NULL
        ORDER BY name, id LIMIT 1000`;
      return rows.map(({ id }) => id);
    },

    async children(tenantId, ids) {
      const rows = await sql<{ id: AssetId; parent: AssetId }[]>`
        SELECT id, parent_id AS parent FROM asset
        WHERE tenant_id = ${tenantId} AND parent_id = ANY (${numbers(ids)}::text::int[]) AND retired_at IS NULL
        ORDER BY name, id`;
      const grouped = Map.groupBy(rows, ({ parent }) => parent);
      return new Map(Array.from(grouped, ([parent, rows]) => [parent, rows.map(({ id }) => id)]));
    },

    async standing(tenantId, ids) {
      const rows = await sql<StandingRow[]>`
        ${below(sql, tenantId, ids)}
        SELECT top, count(*) FILTER (WHERE stands AND severity = 'CRITICAL')::float8 AS critical,
          count(*) FILTER (WHERE stands AND severity = 'HIGH')::float8 AS high,
          count(*) FILTER (WHERE stands AND severity = 'MEDIUM')::float8 AS medium,
          count(*) FILTER (WHERE stands AND severity = 'LOW')::float8 AS low,
          count(*) FILTER (WHERE state = 'unacknowledged')::float8 AS unacknowledged,
          count(*) FILTER (WHERE state = 'returned_unacknowledged')::float8 AS returned,
          (extract(epoch FROM min(opened_at) FILTER (WHERE stands)) * 1000)::float8 AS oldest
        FROM (
          SELECT sensor_id, asset_id, severity, state, opened_at, state IN ('unacknowledged', 'acknowledged') AS stands FROM alert
          WHERE tenant_id = ${tenantId} AND state IN ('unacknowledged', 'acknowledged', 'returned_unacknowledged')
            AND shelved_until IS NULL AND suppressed_by = '{}'
        ) AS open LEFT JOIN sensor ON sensor.tenant_id = ${tenantId} AND sensor.id = open.sensor_id
        JOIN below ON below.id = 0 OR below.id = coalesce(open.asset_id, sensor.asset_id)
        GROUP BY top`;
      return new Map(rows.map((row) => [row.top, {
        bySeverity: { CRITICAL: row.critical, HIGH: row.high, MEDIUM: row.medium, LOW: row.low },
        unacknowledged: row.unacknowledged,
        returned: row.returned,
        oldest: optional(row.oldest),
      }]));
    },

    async counts(tenantId, ids, { warmUps, otherwise, silentAfterIntervals, nowMs }) {
      const warmUp = warmUps.reduce(
        (cases, { quantity, readings }) => sql`${cases} WHEN ${quantity} THEN ${readings}::int`,
        sql`CASE quantity`,
      );
      // How many readings a state has learnt from stands in its head: the whole of it is long.
      const rows = await sql<CountRow[]>`
        ${below(sql, tenantId, ids)}
        SELECT top, count(*)::float8 AS all,
          count(*) FILTER (WHERE coalesce(substring(left(state, 300) FROM '"readings":([0-9]+)')::bigint, 0) <
            ${warmUp} ELSE ${otherwise}::int END)::float8 AS learning,
          count(*) FILTER (WHERE watermark IS NOT NULL AND extract(epoch FROM watermark) * 1000 <
            ${nowMs}::float8 - ${silentAfterIntervals}::float8 * expected_interval_ms)::float8 AS silent
        FROM sensor JOIN below ON below.id = 0 OR below.id = sensor.asset_id
        LEFT JOIN detector_state ON detector_state.tenant_id = ${tenantId} AND detector_state.sensor_id = sensor.id
        WHERE sensor.tenant_id = ${tenantId} AND sensor.retired_at IS NULL GROUP BY top`;
      return new Map(rows.map(({ top, ...counts }) => [top, counts]));
    },

    async alertHours(tenantId, ids, { from, to }) {
      const rows = await sql<(AlertHour & { top: AssetId })[]>`
        ${below(sql, tenantId, ids)}
        SELECT top, (extract(epoch FROM hour) * 1000)::float8 AS hour, count(*)::float8 AS opened,
          (ARRAY['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'])[max(array_position(ARRAY['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'], severity))]
            AS worst
        FROM (
          SELECT sensor_id, asset_id, severity, date_trunc('hour', opened_at) AS hour FROM alert
          WHERE tenant_id = ${tenantId} AND opened_at >= ${time(from)} AND opened_at < ${time(to)}
        ) AS opened LEFT JOIN sensor ON sensor.tenant_id = ${tenantId} AND sensor.id = opened.sensor_id
        JOIN below ON below.id = 0 OR below.id = coalesce(opened.asset_id, sensor.asset_id)
        GROUP BY top, hour ORDER BY hour`;
      const grouped = Map.groupBy(rows, ({ top }) => top);
      return new Map(Array.from(grouped, ([top, rows]) => [top, rows.map(({ top: _, ...row }) => row)]));
    },

    async last(tenantId, ids) {
      return await sql<LastReading[]>`
        SELECT state.sensor_id AS "sensorId", (extract(epoch FROM last.ts) * 1000)::float8 AS ts, last.value, last.status
        FROM detector_state AS state CROSS JOIN LATERAL (
          SELECT ts, value, status FROM reading
          WHERE tenant_id = ${tenantId} AND reading.sensor_id = state.sensor_id AND reading.ts >= state.watermark
          ORDER BY reading.ts DESC LIMIT 1
        ) AS last
        WHERE state.tenant_id = ${tenantId} AND state.sensor_id = ANY (${numbers(ids)}::text::int[])`;
    },

    async unplaced(tenantId, limit) {
      const rows = await sql<{ id: SensorId }[]>`
        SELECT id FROM sensor WHERE tenant_id = ${tenantId} AND asset_id IS NULL AND retired_at IS NULL
        ORDER BY id DESC LIMIT ${limit}`;
      return rows.map(({ id }) => id);
    },
  };
}

/** Assets by the one that is asked for (`top`) above them; the plant itself has the id 0. */
function below(sql: Sql, tenantId: TenantId, ids: readonly AssetId[]) {
  return sql`
    WITH RECURSIVE below AS (
      SELECT id AS top, id FROM unnest(${numbers(ids)}::text::int[]) AS id
      UNION
      SELECT top, asset.id FROM asset JOIN below ON asset.parent_id = below.id WHERE asset.tenant_id = ${tenantId}
    )`;
}
