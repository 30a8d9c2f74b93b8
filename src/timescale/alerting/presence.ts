import type { TenantId } from "../../domain/access/tenant.ts";
import type { Presence, PresenceFault } from "../../domain/alerting/presence.ts";
import type { BatchId, SourceId } from "../../domain/intake/batch.ts";
import type { Criticality } from "../../domain/plant/asset.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import type { PresenceStore } from "../../ports/alerting/presence.ts";
import { numbers, optional, type Sql, time } from "../sql.ts";

interface Row {
  readonly sensor_id: SensorId;
  readonly source_id: SourceId;
  readonly batch_id: BatchId;
  readonly last_ts: number;
  readonly last_value: number;
  readonly last_status: number;
  readonly heard_at: number;
  readonly good_at: number;
  readonly good_ts: number;
  readonly spacing_ms: number;
  readonly delivery_ms: number;
  readonly spacings: number;
  readonly due_at: number | null;
  readonly fault: PresenceFault | null;
}

type OverdueRow = Row & {
  readonly tenant_id: TenantId;
  readonly tenant_key: string;
  readonly criticality: Criticality;
  readonly source_key: string;
  readonly source_heard_at: number;
  readonly source_good_ts: number;
  readonly watched: number;
};

export function presenceStore(sql: Sql): PresenceStore {
  const columns = () =>
    sql`sensor_id, source_id, batch_id, last_ts, last_value, last_status, heard_at, good_at, good_ts, spacing_ms, delivery_ms,
      spacings, due_at, fault`;
  return {
    async lock(tenantId, ids, { skipHeld = false } = {}) {
      const rows = await sql<Row[]>`
        SELECT ${columns()} FROM sensor_presence
        WHERE tenant_id = ${tenantId} AND sensor_id = ANY (${numbers(ids)}::text::int[])
        ORDER BY sensor_id FOR UPDATE ${skipHeld ? sql`SKIP LOCKED` : sql``}`;
      return rows.map(toPresence);
    },

    async save(tenantId, presences) {
      if (presences.length === 0) return;
      const column = (of: (presence: Presence) => number | string | undefined) =>
        `{${presences.map((presence) => of(presence) ?? "NULL").join(",")}}`;
      const instants = (of: (presence: Presence) => number | undefined) => sql`${column(of)}::text::float8[]`;
      await sql`
        INSERT INTO sensor_presence (tenant_id, ${columns()})
        SELECT ${tenantId}, sensor_id, source_id, batch_id, to_timestamp(last_ts / 1000), last_value, last_status,
          to_timestamp(heard_at / 1000), to_timestamp(good_at / 1000), to_timestamp(good_ts / 1000), spacing_ms, delivery_ms,
          spacings, to_timestamp(due_at / 1000), fault
        FROM unnest(
          ${column(({ sensorId }) => sensorId)}::text::int[], ${column(({ sourceId }) => sourceId)}::text::int[],
          ${column(({ batchId }) => batchId)}::text::bigint[], ${instants(({ last }) => last.ts)},
          ${column(({ last }) => last.value)}::text::float8[], ${column(({ last }) => last.status)}::text::bigint[],
          ${instants(({ heardAt }) => heardAt)}, ${instants(({ goodAt }) => goodAt)}, ${
        instants(({ goodTs }) => goodTs)
      },
          ${column(({ spacingMs }) => spacingMs)}::text::float8[], ${
        column(({ deliveryMs }) => deliveryMs)
      }::text::float8[],
          ${column(({ spacings }) => spacings)}::text::bigint[], ${instants(({ dueAt }) => dueAt)},
          ${column(({ fault }) => fault)}::text::text[]
        ) AS row (${columns()})
        ON CONFLICT (tenant_id, sensor_id) DO UPDATE SET source_id = excluded.source_id, batch_id = excluded.batch_id,
          last_ts = excluded.last_ts, last_value = excluded.last_value, last_status = excluded.last_status,
          heard_at = excluded.heard_at, good_at = excluded.good_at, good_ts = excluded.good_ts,
          spacing_ms = excluded.spacing_ms, delivery_ms = excluded.delivery_ms, spacings = excluded.spacings,
          due_at = excluded.due_at, fault = excluded.fault`;
    },

    async overdue({ now, limit }) {
      const rows = await sql<OverdueRow[]>`
        WITH due AS (
          SELECT tenant_id, ${columns()} FROM sensor_presence AS presence
          WHERE due_at <= ${time(now)} AND fault IS NULL
            AND NOT EXISTS (
              SELECT FROM batch WHERE batch.tenant_id = presence.tenant_id AND batch.source_id = presence.source_id
                AND state NOT IN ('processed', 'failed')
            )
            AND NOT EXISTS (
              SELECT FROM source_silence AS silence WHERE silence.tenant_id = presence.tenant_id
                AND silence.source_id = presence.source_id
            )
            AND NOT EXISTS (
              SELECT FROM sensor WHERE sensor.tenant_id = presence.tenant_id AND sensor.id = presence.sensor_id
                AND sensor.retired_at IS NOT NULL
            )
          LIMIT ${limit}
        ), sources AS (
          SELECT presence.tenant_id, presence.source_id, max(heard_at) AS heard_at, max(good_ts) AS good_ts,
            count(due_at)::int AS watched
          FROM sensor_presence AS presence
          WHERE (tenant_id, source_id) IN (SELECT tenant_id, source_id FROM due) GROUP BY 1, 2
        )
        SELECT due.*, tenant.key AS tenant_key, coalesce(asset.criticality, 'B') AS criticality, source.key AS source_key,
          sources.heard_at AS source_heard_at, sources.good_ts AS source_good_ts, watched
        FROM due
        JOIN sources USING (tenant_id, source_id)
        JOIN source ON source.id = due.source_id
        JOIN tenant ON tenant.id = due.tenant_id
        JOIN sensor ON sensor.tenant_id = due.tenant_id AND sensor.id = due.sensor_id
        LEFT JOIN asset ON asset.tenant_id = sensor.tenant_id AND asset.id = sensor.asset_id
        ORDER BY due.tenant_id, due.sensor_id`;
      return rows.map((row) => ({
        tenantId: row.tenant_id,
        tenantKey: row.tenant_key,
        presence: toPresence(row),
        criticality: row.criticality,
        source: {
          key: row.source_key,
          heardAt: row.source_heard_at,
          goodTs: row.source_good_ts,
          watched: row.watched,
        },
      }));
    },

    async silentSince(tenantId, id) {
      const [row] = await sql<{ since: number }[]>`
        SELECT since FROM source_silence WHERE tenant_id = ${tenantId} AND source_id = ${id}`;
      return row?.since;
    },

    async noteSilent(tenantId, id, since) {
      const noted = await sql`
        INSERT INTO source_silence (tenant_id, source_id, since) VALUES (${tenantId}, ${id}, ${time(since)})
        ON CONFLICT DO NOTHING`;
      return noted.count === 1;
    },

    async noteHeard(tenantId, id) {
      await sql`DELETE FROM source_silence WHERE tenant_id = ${tenantId} AND source_id = ${id}`;
    },
  };
}

function toPresence(row: Row): Presence {
  return {
    sensorId: row.sensor_id,
    sourceId: row.source_id,
    batchId: row.batch_id,
    last: { ts: row.last_ts, value: row.last_value, status: row.last_status },
    heardAt: row.heard_at,
    goodAt: row.good_at,
    goodTs: row.good_ts,
    spacingMs: row.spacing_ms,
    deliveryMs: row.delivery_ms,
    spacings: row.spacings,
    dueAt: optional(row.due_at),
    fault: optional(row.fault),
  };
}
