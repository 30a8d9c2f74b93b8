import type { TenantId } from "../../domain/access/tenant.ts";
import type { BatchId } from "../../domain/intake/batch.ts";
import type { Asset, AssetId } from "../../domain/plant/asset.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import type { AssetStateStore, DueAsset } from "../../ports/detection/asset_state.ts";
import { numbers, optional, type Sql, time } from "../sql.ts";

// As in detector_state.ts: JSON never holds this character unescaped.
const SEPARATOR = "\x1e";

interface DueRow {
  readonly id: AssetId;
  readonly key: string;
  readonly name: string;
  readonly parent_id: AssetId | null;
  readonly criticality: Asset["criticality"];
  readonly level: number | null;
  readonly retired_at: number | null;
  readonly reorder_window_ms: number | null;
  readonly revision: number;
  readonly watermark: number | null;
  readonly begins_at: number;
  readonly lag_ms: number;
  readonly arrivals: number;
  readonly due_batch_id: BatchId;
}

interface SensorRow {
  readonly asset_id: AssetId;
  readonly id: SensorId;
  readonly key: string;
  readonly expected_interval_ms: number | null;
  readonly reorder_window_ms: number | null;
  readonly watermark: number | null;
}

interface ProgressRow {
  readonly asset_id: AssetId;
  readonly state: string;
  readonly watermark: number | null;
  readonly lag_ms: number;
  readonly arrivals: number;
  readonly late: number;
  readonly late_from: number | null;
  readonly late_to: number | null;
}

export function assetStateStore(sql: Sql): AssetStateStore {
  const dueColumns = () =>
    sql`asset.id, asset.key, asset.name, asset.parent_id, asset.criticality, asset.level, asset.retired_at,
      asset.reorder_window_ms, state.revision, state.watermark, state.begins_at, state.lag_ms, state.arrivals,
      state.due_batch_id`;
  return {
    async note(tenantId, arrivals) {
      if (arrivals.length === 0) return [];
      // Rows are inserted, and so locked, in the order of the assets.
      return await sql<{ sensorId: SensorId; watermark: number }[]>`
        WITH arrival AS (
          SELECT sensor.asset_id, sensor_id, to_timestamp(first / 1000) AS first, to_timestamp(last / 1000) AS last, batch_id
          FROM unnest(${numbers(arrivals.map(({ sensorId }) => sensorId))}::text::int[],
            ${numbers(arrivals.map(({ first }) => first))}::text::float8[],
            ${numbers(arrivals.map(({ last }) => last))}::text::float8[],
            ${
        numbers(arrivals.map(({ batchId }) => batchId))
      }::text::bigint[]) AS row (sensor_id, first, last, batch_id)
          JOIN sensor ON sensor.tenant_id = ${tenantId} AND sensor.id = sensor_id AND sensor.asset_id IS NOT NULL
        ), noted AS (
          INSERT INTO asset_state AS old (tenant_id, asset_id, begins_at, newest, due_batch_id, arrivals)
          SELECT ${tenantId}::int, asset_id, min(first), max(last), max(batch_id), 1 FROM arrival GROUP BY asset_id ORDER BY asset_id
          ON CONFLICT (tenant_id, asset_id) DO UPDATE SET
            begins_at = CASE WHEN old.watermark IS NULL THEN least(old.begins_at, excluded.begins_at) ELSE old.begins_at END,
            lag_ms = greatest(old.lag_ms, (extract(epoch FROM old.newest - excluded.begins_at) * 1000)::float8),
            newest = greatest(old.newest, excluded.newest), due_batch_id = excluded.due_batch_id, arrivals = old.arrivals + 1
          RETURNING asset_id, watermark
        )
        SELECT sensor_id AS "sensorId", (extract(epoch FROM watermark) * 1000)::float8 AS watermark
        FROM noted JOIN arrival USING (asset_id) WHERE first < watermark`;
    },

    async addLate(tenantId, sensorId, { count, from, to }) {
      await sql`
        UPDATE asset_state SET late = late + ${count}::bigint, late_from = least(late_from, ${time(from)}),
          late_to = greatest(late_to, ${time(to)})
        WHERE tenant_id = ${tenantId} AND asset_id = (SELECT asset_id FROM sensor WHERE tenant_id = ${tenantId} AND id = ${sensorId})`;
    },

    async lockDue(tenantId, { skip, limit }) {
      const rows = await sql<DueRow[]>`
        SELECT ${dueColumns()}
        FROM asset_state AS state JOIN asset ON asset.tenant_id = state.tenant_id AND asset.id = state.asset_id
        WHERE state.tenant_id = ${tenantId} AND state.due_batch_id IS NOT NULL
          AND state.asset_id <> ALL (${numbers(skip)}::text::int[])
        ORDER BY state.watermark NULLS FIRST, state.asset_id LIMIT ${limit} FOR UPDATE OF state SKIP LOCKED`;
      return rows.map((row) => ({ ...toDue(row), batchId: row.due_batch_id }));
    },

    async lock(tenantId, assetId) {
      const [row] = await sql<DueRow[]>`
        SELECT ${dueColumns()}
        FROM asset_state AS state JOIN asset ON asset.tenant_id = state.tenant_id AND asset.id = state.asset_id
        WHERE state.tenant_id = ${tenantId} AND state.asset_id = ${assetId} FOR UPDATE OF state`;
      return row && toDue(row);
    },

    async tenantsDue() {
      return await sql<{ tenantId: TenantId; tenantKey: string }[]>`
        SELECT id AS "tenantId", key AS "tenantKey" FROM tenant
        WHERE EXISTS (SELECT FROM asset_state WHERE tenant_id = tenant.id AND due_batch_id IS NOT NULL) ORDER BY id`;
    },

    async states(tenantId, ids) {
      if (ids.length === 0) return new Map();
      const rows = await sql<{ asset_id: AssetId; state: string }[]>`
        SELECT asset_id, state FROM asset_state
        WHERE tenant_id = ${tenantId} AND asset_id = ANY (${numbers(ids)}::text::int[])`;
      return new Map(rows.map(({ asset_id, state }) => [asset_id, state]));
    },

    async models(tenantId, ids) {
      if (ids.length === 0) return new Map();
      const rows = await sql<{ asset_id: AssetId; model: string }[]>`
        SELECT asset_id, model FROM asset_model
        WHERE tenant_id = ${tenantId} AND asset_id = ANY (${numbers(ids)}::text::int[])`;
      return new Map(rows.map(({ asset_id, model }) => [asset_id, model]));
    },

    async sensorsOf(tenantId, ids) {
      const rows = await sql<SensorRow[]>`
        SELECT sensor.asset_id, sensor.id, sensor.key, sensor.expected_interval_ms, sensor.reorder_window_ms, state.watermark
        FROM sensor JOIN detector_state AS state ON state.tenant_id = sensor.tenant_id AND state.sensor_id = sensor.id
        WHERE sensor.tenant_id = ${tenantId} AND sensor.asset_id = ANY (${numbers(ids)}::text::int[])
          AND sensor.retired_at IS NULL
        ORDER BY sensor.id`;
      return rows.map((row) => ({
        assetId: row.asset_id,
        id: row.id,
        key: row.key,
        expectedIntervalMs: optional(row.expected_interval_ms),
        reorderWindowMs: optional(row.reorder_window_ms),
        watermark: optional(row.watermark),
      }));
    },

    async save(tenantId, assets) {
      if (assets.length === 0) return;
      const texts = assets.map(({ state }) => state ?? "").join(SEPARATOR);
      await sql`
        UPDATE asset_state AS old SET revision = old.revision + 1,
          -- An array of one empty text is empty, and its row null.
          state = coalesce(nullif(new.state, ''), old.state),
          watermark = to_timestamp(new.watermark / 1000), begins_at = to_timestamp(new.begins_at / 1000),
          due_batch_id = CASE WHEN new.done = 1 THEN NULL ELSE old.due_batch_id END
        FROM unnest(
          ${numbers(assets.map(({ assetId }) => assetId))}::text::int[],
          string_to_array(${texts}::text, ${SEPARATOR}::text),
          ${`{${assets.map(({ watermark }) => watermark ?? "NULL").join(",")}}`}::text::float8[],
          ${numbers(assets.map(({ beginsAt }) => beginsAt))}::text::float8[],
          ${numbers(assets.map(({ done }) => done ? 1 : 0))}::text::int[]
        ) AS new (asset_id, state, watermark, begins_at, done)
        WHERE old.tenant_id = ${tenantId} AND old.asset_id = new.asset_id`;
    },

    async saveModel(tenantId, assetId, { version, text }) {
      await sql`
        INSERT INTO asset_model (tenant_id, asset_id, version, model) VALUES (${tenantId}, ${assetId}, ${version}, ${text})
        ON CONFLICT (tenant_id, asset_id) DO UPDATE SET version = excluded.version, model = excluded.model`;
    },

    async addScores(tenantId, added) {
      if (added.length === 0) return;
      const texts = added.map(({ scores }) => JSON.stringify(scores.map(({ ts, score }) => [ts, score])));
      await sql`
        INSERT INTO asset_score (tenant_id, asset_id, first_ts, last_ts, scores)
        SELECT ${tenantId}::int, asset_id, to_timestamp(first / 1000), to_timestamp(last / 1000), scores
        FROM unnest(
          ${numbers(added.map(({ assetId }) => assetId))}::text::int[],
          ${numbers(added.map(({ scores }) => scores[0].ts))}::text::float8[],
          ${numbers(added.map(({ scores }) => scores[scores.length - 1].ts))}::text::float8[],
          string_to_array(${texts.join(SEPARATOR)}::text, ${SEPARATOR}::text)
        ) AS new (asset_id, first, last, scores)
        ON CONFLICT (tenant_id, asset_id, first_ts) DO UPDATE SET last_ts = excluded.last_ts, scores = excluded.scores`;
    },

    async forgetScores(tenantId, assetId, before) {
      await sql`
        DELETE FROM asset_score
        WHERE tenant_id = ${tenantId} AND asset_id = ${assetId} AND first_ts < ${time(before)} AND last_ts < ${
        time(before)
      }`;
    },

    async scores(tenantId, assetId, { from, to, limit }) {
      // Each row holds one score at least.
      const rows = await sql<{ scores: string }[]>`
        SELECT scores FROM asset_score
        WHERE tenant_id = ${tenantId} AND asset_id = ${assetId} AND last_ts >= ${time(from)} AND first_ts < ${time(to)}
        ORDER BY first_ts LIMIT ${limit}`;
      return rows.flatMap(({ scores }) => JSON.parse(scores) as [number, number][])
        .filter(([ts]) => ts >= from && ts < to).slice(0, limit).map(([ts, score]) => ({ ts, score }));
    },

    async progress(tenantId, ids) {
      const rows = await sql<ProgressRow[]>`
        SELECT asset_id, state, watermark, lag_ms, arrivals, late, late_from, late_to FROM asset_state
        WHERE tenant_id = ${tenantId} AND asset_id = ANY (${numbers(ids)}::text::int[])`;
      return rows.map((row) => ({
        assetId: row.asset_id,
        state: row.state,
        watermark: optional(row.watermark),
        lagMs: row.lag_ms,
        arrivals: row.arrivals,
        late: row.late,
        lateFrom: optional(row.late_from),
        lateTo: optional(row.late_to),
      }));
    },
  };
}

function toDue(row: DueRow): Omit<DueAsset, "batchId"> {
  return {
    asset: {
      id: row.id,
      key: row.key,
      name: row.name,
      parentId: optional(row.parent_id),
      criticality: row.criticality,
      level: optional(row.level),
      reorderWindowMs: optional(row.reorder_window_ms),
      retiredAt: optional(row.retired_at),
    },
    revision: row.revision,
    watermark: optional(row.watermark),
    beginsAt: row.begins_at,
    lagMs: row.lag_ms,
    arrivals: row.arrivals,
  };
}
