import type { AssetId } from "../../domain/plant/asset.ts";
import type { Sensor, SensorId } from "../../domain/plant/sensor.ts";
import { keyFault } from "../../domain/key.ts";
import type { SensorStore } from "../../ports/plant/sensor.ts";
import { numbers, optional, optionalTime, type Sql, texts } from "../sql.ts";

interface Row {
  readonly id: SensorId;
  readonly key: string;
  readonly name: string;
  readonly asset_id: AssetId | null;
  readonly quantity: string;
  readonly unit: string | null;
  readonly range_min: number | null;
  readonly range_max: number | null;
  readonly expected_interval_ms: number | null;
  readonly reorder_window_ms: number | null;
  readonly registered: boolean;
  readonly retired_at: number | null;
}

interface ProgressRow {
  readonly sensor_id: SensorId;
  readonly state: string;
  readonly watermark: number | null;
  readonly late: number;
  readonly late_from: number | null;
  readonly late_to: number | null;
}

export function sensorStore(sql: Sql): SensorStore {
  const columns = () =>
    sql`id, key, name, asset_id, quantity, unit, range_min, range_max, expected_interval_ms, reorder_window_ms,
      registered, retired_at`;
  return {
    async save(tenantId, sensor) {
      const [row] = await sql<Row[]>`
        WITH saved AS (
          INSERT INTO sensor (tenant_id, key, name, asset_id, quantity, unit, range_min, range_max, expected_interval_ms,
            reorder_window_ms, registered, retired_at)
          VALUES (${tenantId}, ${sensor.key}, ${sensor.name}, ${sensor.assetId ?? null}, ${sensor.quantity}, ${
        sensor.unit ?? null
      },
            ${sensor.rangeMin ?? null}, ${sensor.rangeMax ?? null}, ${sensor.expectedIntervalMs ?? null}, ${
        sensor.reorderWindowMs ?? null
      }, ${sensor.registered}, ${optionalTime(sensor.retiredAt)})
          ON CONFLICT (tenant_id, key) DO UPDATE SET
            name = excluded.name, asset_id = excluded.asset_id, quantity = excluded.quantity, unit = excluded.unit,
            range_min = excluded.range_min, range_max = excluded.range_max,
            expected_interval_ms = excluded.expected_interval_ms,
            reorder_window_ms = excluded.reorder_window_ms, registered = excluded.registered, retired_at = excluded.retired_at
          RETURNING *
        ), state AS (
          INSERT INTO detector_state (tenant_id, sensor_id) SELECT tenant_id, id FROM saved ON CONFLICT DO NOTHING
        )
        SELECT ${columns()} FROM saved`;
      return toSensor(row);
    },

    async addUnregistered(tenantId, sensors) {
      // Sorted, so that two batches that bring the same keys wait for each other instead of locking each other out.
      const sorted = [...sensors].sort((a, b) => a.key < b.key ? -1 : 1);
      await sql`
        WITH added AS (
          INSERT INTO sensor (tenant_id, key, name, unit, registered)
          SELECT ${tenantId}, key, key, unit, false
          FROM jsonb_to_recordset(${JSON.stringify(sorted)}::text::jsonb) AS row (key text, unit text)
          ON CONFLICT (tenant_id, key) DO NOTHING
          RETURNING tenant_id, id
        )
        INSERT INTO detector_state (tenant_id, sensor_id) SELECT tenant_id, id FROM added`;
    },

    async adoptUnits(tenantId, sensors) {
      await sql`
        UPDATE sensor SET unit = row.unit
        FROM jsonb_to_recordset(${JSON.stringify(sensors)}::text::jsonb) AS row (id int, unit text)
        WHERE tenant_id = ${tenantId} AND sensor.id = row.id AND sensor.unit IS NULL`;
    },

    async lock(tenantId, key) {
      const [row] = await sql<Row[]>`
        SELECT ${columns()} FROM sensor WHERE tenant_id = ${tenantId} AND key = ${key} FOR UPDATE`;
      return row && toSensor(row);
    },

    async rename(tenantId, id, key) {
      const renamed = await sql`
        UPDATE sensor SET key = ${key} WHERE tenant_id = ${tenantId} AND id = ${id}
          AND NOT EXISTS (SELECT FROM sensor WHERE tenant_id = ${tenantId} AND key = ${key})`;
      return renamed.count === 1;
    },

    async count(tenantId) {
      const [row] = await sql<
        { count: number }[]
      >`SELECT count(*)::int AS count FROM sensor WHERE tenant_id = ${tenantId}`;
      return row.count;
    },

    async byKeys(tenantId, keys) {
      const possible = keys.filter((key) => keyFault(key) === undefined);
      const rows = await sql<Row[]>`
        SELECT ${columns()} FROM sensor
        WHERE tenant_id = ${tenantId} AND key = ANY (ARRAY(SELECT jsonb_array_elements_text(${
        texts(possible)
      }::text::jsonb)))`;
      return rows.map(toSensor);
    },

    async byIds(tenantId, ids) {
      const rows = await sql<Row[]>`
        SELECT ${columns()} FROM sensor WHERE tenant_id = ${tenantId} AND id = ANY (${numbers(ids)}::text::int[])`;
      return rows.map(toSensor);
    },

    async ofAsset(tenantId, assetId) {
      const rows = await sql<Row[]>`
        WITH RECURSIVE below AS (
          SELECT id FROM asset WHERE tenant_id = ${tenantId} AND id = ${assetId}
          UNION
          SELECT asset.id FROM asset JOIN below ON asset.parent_id = below.id WHERE asset.tenant_id = ${tenantId}
        )
        SELECT ${columns()} FROM sensor
        WHERE tenant_id = ${tenantId} AND asset_id IN (SELECT id FROM below) ORDER BY id`;
      return rows.map(toSensor);
    },

    async ofAssets(tenantId, ids, { limit }) {
      const rows = await sql<(Row & { top: AssetId })[]>`
        WITH RECURSIVE below AS (
          SELECT id AS top, id FROM asset WHERE tenant_id = ${tenantId} AND id = ANY (${numbers(ids)}::text::int[])
          UNION
          SELECT top, asset.id FROM asset JOIN below ON asset.parent_id = below.id WHERE asset.tenant_id = ${tenantId}
        )
        SELECT top, ${columns()} FROM (
          SELECT below.top, sensor.*, row_number() OVER (PARTITION BY below.top ORDER BY sensor.id) AS place
          FROM below JOIN sensor ON sensor.asset_id = below.id WHERE sensor.tenant_id = ${tenantId}
        ) AS found WHERE place <= ${limit}::int ORDER BY top, place`;
      const grouped = Map.groupBy(rows, ({ top }) => top);
      return new Map(Array.from(grouped, ([top, rows]) => [top, rows.map(toSensor)]));
    },

    async page(tenantId, { before, limit, withRetired = false }) {
      const rows = await sql<Row[]>`
        SELECT ${columns()} FROM sensor
        WHERE tenant_id = ${tenantId} AND id < ${
        before ?? Number.MAX_SAFE_INTEGER
      }::bigint AND (${withRetired} OR retired_at IS NULL) ORDER BY id DESC LIMIT ${limit}`;
      return rows.map(toSensor);
    },

    async progress(tenantId, ids) {
      const rows = await sql<ProgressRow[]>`
        SELECT sensor_id, state, watermark, late, late_from, late_to FROM detector_state
        WHERE tenant_id = ${tenantId} AND sensor_id = ANY (${numbers(ids)}::text::int[])`;
      return rows.map((row) => ({
        sensorId: row.sensor_id,
        state: row.state,
        watermark: optional(row.watermark),
        late: row.late,
        lateFrom: optional(row.late_from),
        lateTo: optional(row.late_to),
      }));
    },
  };
}

function toSensor(row: Row): Sensor {
  return {
    id: row.id,
    key: row.key,
    name: row.name,
    assetId: optional(row.asset_id),
    quantity: row.quantity,
    unit: optional(row.unit),
    rangeMin: optional(row.range_min),
    rangeMax: optional(row.range_max),
    expectedIntervalMs: optional(row.expected_interval_ms),
    reorderWindowMs: optional(row.reorder_window_ms),
    registered: row.registered,
    retiredAt: optional(row.retired_at),
  };
}
