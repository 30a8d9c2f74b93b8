import type { SourceId } from "../../domain/intake/batch.ts";
import { SLOT_MS, STALE_MS } from "../../domain/alerting/performance.ts";
import type { Severity } from "../../domain/detection/severity.ts";
import type { AssetId } from "../../domain/plant/asset.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import { subjectOf } from "../../domain/plant/subject.ts";
import type { AlarmReport, PerformanceStore, Range } from "../../ports/alerting/performance.ts";
import { type Sql, time } from "../sql.ts";

interface ActorRow {
  readonly sensor_id: SensorId | null;
  readonly asset_id: AssetId | null;
  readonly source_id: SourceId | null;
  readonly kind: string;
  readonly count: number;
}

export function performanceStore(sql: Sql): PerformanceStore {
  const opened = (tenantId: number, { from, to }: Range) =>
    sql`tenant_id = ${tenantId} AND opened_at >= ${time(from)} AND opened_at < ${time(to)}`;
  const shown = sql`suppressed_by = '{}'`;
  return {
    async tally(tenantId, range) {
      const { from, to } = range;
      const slots = await sql<{ slot: number; count: number }[]>`
        SELECT floor(extract(epoch FROM opened_at - ${time(from)}::timestamptz) * 1000 / ${SLOT_MS}::int)::int AS slot,
          count(*)::int AS count
        FROM alert WHERE ${opened(tenantId, range)} AND ${shown} GROUP BY 1`;
      const severities = await sql<{ severity: Severity; count: number }[]>`
        SELECT severity, count(*)::int AS count FROM alert WHERE ${opened(tenantId, range)} AND ${shown} GROUP BY 1`;
      const [counts] = await sql<{ suppressed: number; chattering: number }[]>`
        SELECT count(*) FILTER (WHERE NOT ${shown})::int AS suppressed,
          count(*) FILTER (WHERE 'chattering' = ANY (suppressed_by))::int AS chattering
        FROM alert WHERE ${opened(tenantId, range)}`;
      const [{ stale }] = await sql<{ stale: number }[]>`
        SELECT count(*)::int AS stale FROM alert
        WHERE tenant_id = ${tenantId} AND ${shown} AND opened_at < ${time(to - STALE_MS)}
          AND (ended_at IS NULL OR ended_at >= ${time(from)} AND ended_at - opened_at > interval '24 hours')`;
      return { from, to, slots, severities, ...counts, stale };
    },

    async worst(tenantId, range, limit) {
      const rows = await sql<ActorRow[]>`
        SELECT sensor_id, asset_id, source_id, kind, count(*)::int AS count FROM alert
        WHERE ${opened(tenantId, range)} AND ${shown}
        GROUP BY sensor_id, asset_id, source_id, kind ORDER BY count DESC, min(id) LIMIT ${limit}`;
      return rows.map(({ sensor_id, asset_id, source_id, kind, count }) => ({
        ...(source_id === null ? subjectOf({ sensorId: sensor_id, assetId: asset_id }) : { sourceId: source_id }),
        kind,
        count,
      }));
    },

    async saveReport(tenantId, { from, to, body }) {
      const saved = await sql`
        INSERT INTO alarm_report (tenant_id, from_at, to_at, body) VALUES (${tenantId}, ${time(from)}, ${
        time(to)
      }, ${body})
        ON CONFLICT DO NOTHING`;
      return saved.count === 1;
    },

    async reports(tenantId, { before, limit }) {
      return await sql<AlarmReport[]>`
        SELECT id, from_at AS "from", to_at AS "to", made_at AS "madeAt", body FROM alarm_report
        WHERE tenant_id = ${tenantId} AND id < ${
        before ?? Number.MAX_SAFE_INTEGER
      }::bigint ORDER BY id DESC LIMIT ${limit}`;
    },
  };
}
