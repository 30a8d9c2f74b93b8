import type { TenantId } from "../../domain/access/tenant.ts";
import type { ServiceWindow, WindowId, WindowKind } from "../../domain/alerting/window.ts";
import type { AssetId } from "../../domain/plant/asset.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import { type Subject, subjectOf } from "../../domain/plant/subject.ts";
import type { WindowStore } from "../../ports/alerting/window.ts";
import { numbers, optional, optionalTime, type Sql, time } from "../sql.ts";

interface Row {
  readonly id: WindowId;
  readonly kind: WindowKind;
  readonly sensor_id: SensorId | null;
  readonly asset_id: AssetId | null;
  readonly starts_at: number;
  readonly ends_at: number | null;
  readonly reason: string;
  readonly opened_by: string;
  readonly opened_at: number;
  readonly closed_at: number | null;
  readonly closed_by: string | null;
}

export function windowStore(sql: Sql): WindowStore {
  const columns = () =>
    sql`id, kind, sensor_id, asset_id, starts_at, ends_at, reason, opened_by, opened_at, closed_at, closed_by`;
  return {
    async open(tenantId, { kind, subject: { sensorId, assetId }, startsAt, endsAt, reason, openedBy }) {
      const [row] = await sql<Row[]>`
        INSERT INTO service_window (tenant_id, kind, sensor_id, asset_id, starts_at, ends_at, reason, opened_by)
        VALUES (${tenantId}, ${kind}, ${sensorId ?? null}, ${assetId ?? null}, ${time(startsAt)}, ${
        optionalTime(endsAt)
      },
          ${reason}, ${openedBy})
        ON CONFLICT DO NOTHING RETURNING ${columns()}`;
      return row && toWindow(row);
    },

    async close(tenantId, id, { at, by }) {
      const [row] = await sql<Row[]>`
        UPDATE service_window SET closed_at = ${time(at)}, closed_by = ${by}
        WHERE tenant_id = ${tenantId} AND id = ${id} AND closed_at IS NULL RETURNING ${columns()}`;
      return row && toWindow(row);
    },

    async note(tenantId, id, what) {
      const column = what === "begun" ? sql`begun_at` : sql`settled_at`;
      await sql`UPDATE service_window SET ${column} = now() WHERE tenant_id = ${tenantId} AND id = ${id}`;
    },

    async byIds(tenantId, ids) {
      const rows = await sql<Row[]>`
        SELECT ${columns()} FROM service_window
        WHERE tenant_id = ${tenantId} AND id = ANY (${numbers(ids)}::text::int[])`;
      return rows.map(toWindow);
    },

    async outOfService(tenantId, subject) {
      const [row] = await sql<Row[]>`
        SELECT ${columns()} FROM service_window WHERE tenant_id = ${tenantId} AND ${on(sql, subject)}
          AND kind = 'out_of_service' AND closed_at IS NULL`;
      return row && toWindow(row);
    },

    async page(tenantId, { before, limit, open, kind }) {
      const rows = await sql<Row[]>`
        SELECT ${columns()} FROM service_window
        WHERE tenant_id = ${tenantId} AND id < ${before ?? Number.MAX_SAFE_INTEGER}::bigint
          ${open === undefined ? sql`` : sql`AND (closed_at IS NULL) = ${open}`}
          ${kind === undefined ? sql`` : sql`AND kind = ${kind}`}
        ORDER BY id DESC LIMIT ${limit}`;
      return rows.map(toWindow);
    },

    async holding(tenantId, { kind, at }) {
      const rows = await sql<Row[]>`
        SELECT ${columns()} FROM service_window
        WHERE tenant_id = ${tenantId} AND closed_at IS NULL AND kind = ${kind} AND starts_at <= ${time(at)}
          AND (ends_at IS NULL OR ends_at > ${time(at)})`;
      return rows.map(toWindow);
    },

    async heldAt(tenantId, ids, at) {
      const rows = await sql<{ id: SensorId }[]>`
        WITH RECURSIVE held AS (
          SELECT sensor_id, asset_id FROM service_window
          WHERE tenant_id = ${tenantId} AND closed_at IS NULL AND starts_at <= ${time(at)}
            AND (ends_at IS NULL OR ends_at > ${time(at)})
        ), above AS (
          SELECT id AS sensor_id, asset_id AS id FROM sensor
          WHERE tenant_id = ${tenantId} AND id = ANY (${numbers(ids)}::text::int[])
          UNION
          SELECT above.sensor_id, asset.parent_id FROM asset JOIN above ON asset.id = above.id
          WHERE asset.tenant_id = ${tenantId}
        )
        SELECT above.sensor_id AS id FROM above JOIN held ON held.asset_id = above.id OR held.sensor_id = above.sensor_id`;
      return new Set(rows.map(({ id }) => id));
    },

    async over(tenantId, subject, ts) {
      const rows = await sql<{ kind: WindowKind }[]>`
        WITH RECURSIVE above AS (${above(sql, tenantId, subject)})
        SELECT DISTINCT kind FROM service_window
        WHERE tenant_id = ${tenantId} AND (asset_id IN (SELECT id FROM above) OR sensor_id = ${
        subject.sensorId ?? null
      }::int)
          AND CASE kind WHEN 'out_of_service' THEN closed_at IS NULL
            ELSE starts_at <= ${time(ts)} AND least(ends_at, closed_at) > ${time(ts)} END`;
      return rows.map(({ kind }) => kind);
    },

    async during(tenantId, subject, { from, to, limit }) {
      const rows = await sql<Row[]>`
        WITH RECURSIVE above AS (${above(sql, tenantId, subject)})
        SELECT ${columns()} FROM service_window
        WHERE tenant_id = ${tenantId} AND (asset_id IN (SELECT id FROM above) OR sensor_id = ${
        subject.sensorId ?? null
      }::int)
          AND starts_at < ${time(to)} AND coalesce(least(ends_at, closed_at), 'infinity') >= ${time(from)}
        ORDER BY starts_at DESC, id DESC LIMIT ${limit}`;
      return rows.map(toWindow);
    },

    async due({ now, limit }) {
      const rows = await sql<(Row & { tenant_id: TenantId; tenant_key: string })[]>`
        SELECT row.*, tenant.id AS tenant_id, tenant.key AS tenant_key FROM (
          SELECT ${columns()}, tenant_id AS tenant FROM service_window
          WHERE settled_at IS NULL AND (
            closed_at IS NOT NULL OR ends_at <= ${time(now)} OR (begun_at IS NULL AND starts_at <= ${time(now)})
          )
          ORDER BY id LIMIT ${limit}
        ) AS row JOIN tenant ON tenant.id = row.tenant`;
      return rows.map((row) => ({ ...toWindow(row), tenantId: row.tenant_id, tenantKey: row.tenant_key }));
    },
  };
}

/** The assets that the subject is a part of, and itself if it is one. */
function above(sql: Sql, tenantId: TenantId, { sensorId, assetId }: Subject) {
  return sql`
    SELECT ${
    assetId === undefined
      ? sql`asset_id AS id FROM sensor WHERE tenant_id = ${tenantId} AND id = ${sensorId ?? null}`
      : sql`${assetId}::int AS id`
  }
    UNION
    SELECT asset.parent_id FROM asset JOIN above ON asset.id = above.id WHERE asset.tenant_id = ${tenantId}`;
}

function on(sql: Sql, { sensorId, assetId }: Subject) {
  return sensorId === undefined ? sql`asset_id = ${assetId}` : sql`sensor_id = ${sensorId}`;
}

function toWindow(row: Row): ServiceWindow {
  return {
    id: row.id,
    kind: row.kind,
    subject: subjectOf({ sensorId: row.sensor_id, assetId: row.asset_id }),
    startsAt: row.starts_at,
    endsAt: optional(row.ends_at),
    reason: row.reason,
    openedBy: row.opened_by,
    openedAt: row.opened_at,
    closedAt: optional(row.closed_at),
    closedBy: optional(row.closed_by),
  };
}
