import type { TenantId } from "../../domain/access/tenant.ts";
import type { AppliedSettingsId, SettingsDraftId } from "../../domain/detection/settings_layers.ts";
import type { AssetId } from "../../domain/plant/asset.ts";
import type { ReprocessedAlert, ReprocessRun, ReprocessRunId } from "../../domain/history/reprocess.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import { subjectOf } from "../../domain/plant/subject.ts";
import type { Criticality } from "../../domain/plant/asset.ts";
import type { ReprocessAssetCursor, ReprocessStore } from "../../ports/history/reprocess.ts";
import { numbers, optional, optionalTime, type Sql, time } from "../sql.ts";

interface RunRow {
  readonly id: ReprocessRunId;
  readonly sensor_id: SensorId | null;
  readonly asset_id: AssetId | null;
  readonly range_from: number;
  readonly range_to: number;
  readonly settings: ReprocessRun["settings"];
  readonly draft_id: SettingsDraftId | null;
  readonly state: ReprocessRun["state"];
  readonly failure: string | null;
  readonly requested_at: number;
  readonly finished_at: number | null;
  readonly readings_from: number | null;
  readonly sensors: number;
  readonly sensors_finished: number;
  readonly assets: number;
  readonly assets_finished: number;
  readonly readings: number;
}

interface CursorRow {
  readonly sensor_id: SensorId;
  readonly quantity: string;
  readonly asset_id: AssetId | null;
  readonly criticality: Criticality;
  readonly settings_id: AppliedSettingsId | null;
  readonly state: string;
  readonly watermark: number | null;
  readonly finished: boolean;
}

interface AlertRow {
  readonly run_id: ReprocessRunId;
  readonly sensor_id: SensorId | null;
  readonly asset_id: AssetId | null;
  readonly kind: string;
  readonly episode_start: number;
  readonly opened_at: number;
  readonly ended_at: number | null;
  readonly severity: ReprocessedAlert["severity"];
  readonly score: number;
  readonly reason: string;
  readonly evidence: string;
  readonly live: boolean;
}

export function reprocessStore(sql: Sql): ReprocessStore {
  const runs = () =>
    sql`SELECT run.*, progress.*, assets.* FROM reprocess_run AS run CROSS JOIN LATERAL (
      SELECT count(*)::int AS sensors, count(*) FILTER (WHERE finished)::int AS sensors_finished, coalesce(sum(readings), 0)::float8 AS readings
      FROM reprocess_sensor WHERE tenant_id = run.tenant_id AND run_id = run.id
    ) AS progress CROSS JOIN LATERAL (
      SELECT count(*)::int AS assets, count(*) FILTER (WHERE finished)::int AS assets_finished
      FROM reprocess_asset WHERE tenant_id = run.tenant_id AND run_id = run.id
    ) AS assets`;
  return {
    async create(tenantId, { subject, from, to, sensorIds, assetIds, judging }) {
      const [run] = await sql<{ id: ReprocessRunId }[]>`
        INSERT INTO reprocess_run (tenant_id, sensor_id, asset_id, range_from, range_to, settings, draft_id)
        VALUES (${tenantId}, ${subject.sensorId ?? null}, ${subject.assetId ?? null}, ${time(from)}, ${time(to)}, ${
        judging?.settings ?? "as_judged"
      }, ${judging?.draftId ?? null}) RETURNING id`;
      const settingsIds = `{${sensorIds.map((id) => judging?.settingsIds.get(id) ?? "NULL").join(",")}}`;
      await sql`
        INSERT INTO reprocess_sensor (tenant_id, run_id, sensor_id, settings_id)
        SELECT ${tenantId}, ${run.id}, id, settings_id
        FROM unnest(${numbers(sensorIds)}::text::int[], ${settingsIds}::text::int[])
          AS row (id, settings_id)`;
      await sql`
        INSERT INTO reprocess_asset (tenant_id, run_id, asset_id)
        SELECT ${tenantId}, ${run.id}, id FROM unnest(${numbers(assetIds)}::text::int[]) AS id`;
      return run.id;
    },

    async byIds(tenantId, ids) {
      const rows = await sql<RunRow[]>`${runs()} WHERE run.tenant_id = ${tenantId} AND run.id = ANY (${
        numbers(ids)
      }::text::bigint[])`;
      return rows.map(toRun);
    },

    async page(tenantId, { before, limit }) {
      const rows = await sql<RunRow[]>`
        ${runs()} WHERE run.tenant_id = ${tenantId} AND run.id < ${
        before ?? Number.MAX_SAFE_INTEGER
      }::bigint ORDER BY run.id DESC LIMIT ${limit}`;
      return rows.map(toRun);
    },

    async lockNext(tenantId, id) {
      const [row] = await sql<CursorRow[]>`
        SELECT folded.sensor_id, quantity, sensor.asset_id, coalesce(criticality, 'B') AS criticality, settings_id,
          state, watermark, finished
        FROM reprocess_sensor AS folded
        JOIN sensor ON sensor.tenant_id = folded.tenant_id AND sensor.id = folded.sensor_id
        LEFT JOIN asset ON asset.tenant_id = sensor.tenant_id AND asset.id = sensor.asset_id
        WHERE folded.tenant_id = ${tenantId} AND run_id = ${id} AND NOT finished
        ORDER BY folded.sensor_id LIMIT 1 FOR UPDATE OF folded`;
      return row && {
        sensorId: row.sensor_id,
        quantity: row.quantity,
        assetId: optional(row.asset_id),
        criticality: row.criticality,
        settingsId: optional(row.settings_id),
        state: row.state,
        watermark: optional(row.watermark),
        finished: row.finished,
      };
    },

    async saveCursor(tenantId, id, { sensorId, state, watermark, folded, finished }) {
      await sql`
        UPDATE reprocess_sensor SET state = ${state}, watermark = ${
        optionalTime(watermark)
      }, readings = readings + ${folded}::bigint,
          finished = ${finished}
        WHERE tenant_id = ${tenantId} AND run_id = ${id} AND sensor_id = ${sensorId}`;
    },

    async lockNextAsset(tenantId, id) {
      const [row] = await sql<ReprocessAssetCursor[]>`
        SELECT asset_id AS "assetId", state, model FROM reprocess_asset
        WHERE tenant_id = ${tenantId} AND run_id = ${id} AND NOT finished ORDER BY asset_id LIMIT 1 FOR UPDATE`;
      return row;
    },

    async saveAssetCursor(tenantId, id, { assetId, state, model, finished }) {
      await sql`
        UPDATE reprocess_asset SET state = ${state}, model = coalesce(${model ?? null}, model), finished = ${finished}
        WHERE tenant_id = ${tenantId} AND run_id = ${id} AND asset_id = ${assetId}`;
    },

    async noteGone(tenantId, id, beforeMs) {
      await sql`
        UPDATE reprocess_run SET readings_from = greatest(readings_from, ${time(beforeMs)})
        WHERE tenant_id = ${tenantId} AND id = ${id}`;
    },

    async saveAlert(tenantId, id, alert) {
      await sql`
        INSERT INTO reprocess_alert (tenant_id, run_id, sensor_id, asset_id, kind, episode_start, opened_at, severity, score, reason, evidence)
        VALUES (${tenantId}, ${id}, ${alert.sensorId ?? null}, ${alert.assetId ?? null}, ${alert.kind}, ${
        time(alert.episodeStart)
      }, ${time(alert.openedAt)}, ${alert.severity},
          ${alert.score}, ${alert.reason}, ${JSON.stringify(alert.evidence)})
        ON CONFLICT DO NOTHING`;
    },

    async changeAlert(tenantId, id, { sensorId, assetId, kind, episodeStart, severity, score, reason, endedAt }) {
      await sql`
        UPDATE reprocess_alert SET severity = coalesce(${
        severity ?? null
      }::text, severity), score = ${score}, reason = ${reason},
          ended_at = coalesce(${optionalTime(endedAt)}::timestamptz, ended_at)
        WHERE tenant_id = ${tenantId} AND run_id = ${id} AND ${
        sensorId === undefined ? sql`asset_id = ${assetId}` : sql`sensor_id = ${sensorId}`
      } AND kind = ${kind}
          AND episode_start = ${time(episodeStart)}`;
    },

    async alertsOf(tenantId, ids, { limit }) {
      const rows = await sql<AlertRow[]>`
        SELECT row.*, alert.id IS NOT NULL AS live FROM unnest(${
        numbers(ids)
      }::text::bigint[]) AS run CROSS JOIN LATERAL (
          SELECT * FROM reprocess_alert WHERE tenant_id = ${tenantId} AND run_id = run
          ORDER BY episode_start, sensor_id, asset_id, kind LIMIT ${limit}
        ) AS row LEFT JOIN alert ON alert.tenant_id = row.tenant_id AND alert.kind = row.kind
          AND alert.episode_start = row.episode_start AND (alert.sensor_id = row.sensor_id OR alert.asset_id = row.asset_id)
        ORDER BY row.run_id, row.episode_start, row.sensor_id, row.asset_id, row.kind`;
      const grouped = Map.groupBy(rows, ({ run_id }) => run_id);
      return new Map(Array.from(grouped, ([id, rows]) => [id, rows.map(toAlert)]));
    },

    async end(tenantId, id, { state, failure }) {
      await sql`
        UPDATE reprocess_run SET state = ${state}, failure = ${failure ?? null}, finished_at = now()
        WHERE tenant_id = ${tenantId} AND id = ${id} AND state = 'running'`;
    },

    async countRunning(tenantId) {
      const [row] = await sql<{ count: number }[]>`
        SELECT count(*)::int AS count FROM reprocess_run WHERE tenant_id = ${tenantId} AND state = 'running'`;
      return row.count;
    },

    async running({ olderThanMs, limit }) {
      return await sql<{ tenantKey: string; tenantId: TenantId; id: ReprocessRunId }[]>`
        SELECT tenant.key AS "tenantKey", tenant.id AS "tenantId", run.id FROM reprocess_run AS run
        JOIN tenant ON tenant.id = run.tenant_id
        WHERE run.state = 'running' AND requested_at < now() - ${olderThanMs}::float8 * interval '1 millisecond'
        ORDER BY run.id LIMIT ${limit}`;
    },
  };
}

function toAlert(row: AlertRow): ReprocessedAlert {
  return {
    ...subjectOf({ sensorId: row.sensor_id, assetId: row.asset_id }),
    kind: row.kind,
    episodeStart: row.episode_start,
    openedAt: row.opened_at,
    endedAt: optional(row.ended_at),
    severity: row.severity,
    score: row.score,
    reason: row.reason,
    evidence: JSON.parse(row.evidence),
    live: row.live,
  };
}

function toRun(row: RunRow): ReprocessRun {
  return {
    id: row.id,
    sensorId: optional(row.sensor_id),
    assetId: optional(row.asset_id),
    from: row.range_from,
    to: row.range_to,
    settings: row.settings,
    draftId: optional(row.draft_id),
    state: row.state,
    failure: optional(row.failure),
    requestedAt: row.requested_at,
    finishedAt: optional(row.finished_at),
    sensors: row.sensors,
    sensorsFinished: row.sensors_finished,
    assets: row.assets,
    assetsFinished: row.assets_finished,
    readings: row.readings,
    readingsFrom: optional(row.readings_from),
  };
}
