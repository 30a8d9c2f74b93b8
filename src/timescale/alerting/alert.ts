import type { Alert, AlertChange, AlertId } from "../../domain/alerting/alert.ts";
import type { BatchId } from "../../domain/intake/batch.ts";
import type { AssetId } from "../../domain/plant/asset.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import { subjectOf } from "../../domain/plant/subject.ts";
import type { AlertFilter, AlertStore, EpisodeKey } from "../../ports/alerting/alert.ts";
import { numbers, optional, type Sql, texts, time, words } from "../sql.ts";

interface Row {
  readonly id: AlertId;
  readonly sensor_id: SensorId | null;
  readonly asset_id: AssetId | null;
  readonly kind: string;
  readonly episode_start: number;
  readonly opened_at: number;
  readonly ended_at: number | null;
  readonly severity: Alert["severity"];
  readonly state: Alert["state"];
  readonly score: number;
  readonly reason: string;
  readonly batch_id: BatchId;
}

interface ProofRow {
  readonly alert_id: AlertId;
  readonly ts: number;
  readonly change: AlertChange;
  readonly batch_id: BatchId;
  readonly evidence: string;
}

export function alertStore(sql: Sql): AlertStore {
  const columns = () =>
    sql`id, sensor_id, asset_id, kind, episode_start, opened_at, ended_at, severity, state, score, reason, batch_id`;
  const open = (tenantId: number, { sensorId, assetId, kind, episodeStart }: EpisodeKey) =>
    sql`tenant_id = ${tenantId} AND ${
      sensorId === undefined ? sql`asset_id = ${assetId}` : sql`sensor_id = ${sensorId}`
    } AND kind = ${kind} AND episode_start = ${time(episodeStart)} AND ended_at IS NULL`;
  return {
    async open(tenantId, { sensorId, assetId, kind, episodeStart }, { openedAt, severity, score, reason, batchId }) {
      const [row] = await sql<Row[]>`
        INSERT INTO alert (tenant_id, sensor_id, asset_id, kind, episode_start, opened_at, severity, state, score, reason, batch_id)
        VALUES (${tenantId}, ${sensorId ?? null}, ${assetId ?? null}, ${kind}, ${time(episodeStart)}, ${
        time(openedAt)
      }, ${severity}, 'unacknowledged', ${score},
          ${reason}, ${batchId})
        ON CONFLICT ON CONSTRAINT alert_episode DO NOTHING
        RETURNING ${columns()}`;
      return row && toAlert(row);
    },

    async raise(tenantId, key, { severity, score, reason }) {
      const [row] = await sql<Row[]>`
        UPDATE alert SET severity = ${severity}, score = ${score}, reason = ${reason}
        WHERE ${open(tenantId, key)} RETURNING ${columns()}`;
      return row && toAlert(row);
    },

    async close(tenantId, key, { endedAt, score, reason }) {
      const [row] = await sql<Row[]>`
        UPDATE alert SET ended_at = ${time(endedAt)}, score = ${score}, reason = ${reason},
          state = CASE state WHEN 'unacknowledged' THEN 'returned_unacknowledged' ELSE 'normal' END
        WHERE ${open(tenantId, key)} RETURNING ${columns()}`;
      return row && toAlert(row);
    },

    async addProof(tenantId, { alertId, ts, change, batchId, evidence }) {
      await sql`
        INSERT INTO alert_evidence (tenant_id, alert_id, ts, change, batch_id, evidence)
        VALUES (${tenantId}, ${alertId}, ${time(ts)}, ${change}, ${batchId}, ${
        JSON.stringify(evidence)
      }) ON CONFLICT DO NOTHING`;
    },

    async proofs(tenantId, ids) {
      const rows = await sql<ProofRow[]>`
        SELECT alert_id, ts, change, batch_id, evidence FROM alert_evidence
        WHERE tenant_id = ${tenantId} AND alert_id = ANY (${numbers(ids)}::text::bigint[]) ORDER BY alert_id, ts`;
      return rows.map(({ alert_id, ts, change, batch_id, evidence }) => ({
        alertId: alert_id,
        ts: ts,
        change,
        batchId: batch_id,
        evidence: JSON.parse(evidence),
      }));
    },

    async byIds(tenantId, ids) {
      const rows = await sql<Row[]>`
        SELECT ${columns()} FROM alert WHERE tenant_id = ${tenantId} AND id = ANY (${numbers(ids)}::text::bigint[])`;
      return rows.map(toAlert);
    },

    async page(tenantId, { before, limit, ...filter }) {
      const rows = await sql<Row[]>`
        SELECT ${columns()} FROM alert
        WHERE tenant_id = ${tenantId} AND id < ${before ?? Number.MAX_SAFE_INTEGER}::bigint AND ${matching(sql, filter)}
        ORDER BY id DESC LIMIT ${limit}`;
      return rows.map(toAlert);
    },

    async count(tenantId, filter) {
      const [row] = await sql<{ count: number }[]>`
        SELECT count(*)::float8 AS count FROM alert WHERE tenant_id = ${tenantId} AND ${matching(sql, filter)}`;
      return row.count;
    },

    async ofBatches(tenantId, ids, { limit }) {
      const rows = await sql<Row[]>`
        SELECT row.* FROM unnest(${numbers(ids)}::text::bigint[]) AS batch CROSS JOIN LATERAL (
          SELECT ${columns()} FROM alert WHERE tenant_id = ${tenantId} AND batch_id = batch ORDER BY id DESC LIMIT ${limit}
        ) AS row`;
      return Map.groupBy(rows.map(toAlert), ({ batchId }) => batchId);
    },
  };
}

/** Only the conditions that are asked for, so that the plan knows them. */
function matching(sql: Sql, filter: AlertFilter) {
  const { subjects, batchId, sourceId, severities, states, kinds, standing, from, to, text } = filter;
  const like = `%${(text ?? "").replace(/[\\%_]/g, "\\$&")}%`;
  return [
    subjects && ofSubjects(sql, subjects),
    batchId !== undefined && sql`batch_id = ${batchId}::bigint`,
    sourceId !== undefined &&
    sql`EXISTS (SELECT FROM batch WHERE batch.id = alert.batch_id AND batch.source_id = ${sourceId}::int)`,
    severities && sql`severity = ANY (${words(severities)}::text::text[])`,
    states && sql`state = ANY (${words(states)}::text::text[])`,
    kinds && sql`kind = ANY (ARRAY(SELECT jsonb_array_elements_text(${texts(kinds)}::text::jsonb)))`,
    standing !== undefined && sql`(ended_at IS NULL) = ${standing}`,
    from !== undefined && sql`opened_at >= ${time(from)}`,
    to !== undefined && sql`opened_at < ${time(to)}`,
    text !== undefined && sql`(reason ILIKE ${like} OR EXISTS (
      SELECT FROM sensor WHERE sensor.tenant_id = alert.tenant_id AND sensor.id = alert.sensor_id
        AND (sensor.key ILIKE ${like} OR sensor.name ILIKE ${like})) OR EXISTS (
      SELECT FROM asset WHERE asset.tenant_id = alert.tenant_id AND asset.id = alert.asset_id
        AND (asset.key ILIKE ${like} OR asset.name ILIKE ${like})))`,
  ].filter((condition) => condition !== undefined && condition !== false)
    .reduce((all, condition) => sql`${all} AND ${condition}`, sql`true`);
}

/** Each list has an index of its own, so one that is empty is not asked for. */
function ofSubjects(sql: Sql, { sensorIds, assetIds }: NonNullable<AlertFilter["subjects"]>) {
  const ofSensors = sql`sensor_id = ANY (${numbers(sensorIds)}::text::int[])`;
  return assetIds.length === 0 ? ofSensors : sql`(${ofSensors} OR asset_id = ANY (${numbers(assetIds)}::text::int[]))`;
}

function toAlert(row: Row): Alert {
  return {
    id: row.id,
    ...subjectOf({ sensorId: row.sensor_id, assetId: row.asset_id }),
    kind: row.kind,
    episodeStart: row.episode_start,
    openedAt: row.opened_at,
    endedAt: optional(row.ended_at),
    severity: row.severity,
    state: row.state,
    score: row.score,
    reason: row.reason,
    batchId: row.batch_id,
  };
}
