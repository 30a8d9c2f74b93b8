import type { Candidate, CandidateId } from "../../domain/alerting/candidate.ts";
import type { RarityNow } from "../../domain/detection/episode.ts";
import type { BatchId } from "../../domain/intake/batch.ts";
import type { AssetId } from "../../domain/plant/asset.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import { subjectOf } from "../../domain/plant/subject.ts";
import type { EpisodeKey } from "../../ports/alerting/alert.ts";
import type { CandidateFilter, CandidateStore } from "../../ports/alerting/candidate.ts";
import { optional, type Sql, time } from "../sql.ts";
import { ofSubjects } from "./subject_filter.ts";

interface Row {
  readonly id: CandidateId;
  readonly sensor_id: SensorId | null;
  readonly asset_id: AssetId | null;
  readonly kind: string;
  readonly episode_start: number;
  readonly kept_at: number;
  readonly ended_at: number | null;
  readonly severity: Candidate["severity"];
  readonly score: number;
  readonly reason: string;
  readonly facts: string;
  readonly batch_id: BatchId;
}

export function candidateStore(sql: Sql): CandidateStore {
  const ofEpisode = (tenantId: number, { sensorId, assetId, kind, episodeStart }: EpisodeKey) =>
    sql`tenant_id = ${tenantId} AND ${
      sensorId === undefined ? sql`asset_id = ${assetId}` : sql`sensor_id = ${sensorId}`
    } AND kind = ${kind} AND episode_start = ${time(episodeStart)}`;
  return {
    async keep(
      tenantId,
      { sensorId, assetId, kind, episodeStart },
      { keptAt, severity, score, reason, batchId, ...now },
    ) {
      await sql`
        INSERT INTO candidate (tenant_id, sensor_id, asset_id, kind, episode_start, kept_at, severity, score, reason,
          rarity, facts, batch_id)
        VALUES (${tenantId}, ${sensorId ?? null}, ${assetId ?? null}, ${kind}, ${time(episodeStart)}, ${time(keptAt)},
          ${severity}, ${score}, ${reason}, ${now.rarity.value}, ${rarityText(now)}, ${batchId})
        ON CONFLICT ON CONSTRAINT candidate_episode DO NOTHING`;
    },

    async change(tenantId, key, { severity, score, reason, ...now }) {
      await sql`
        UPDATE candidate SET severity = ${severity}, score = ${score}, reason = ${reason}, rarity = ${now.rarity.value},
          facts = ${rarityText(now)}
        WHERE ${ofEpisode(tenantId, key)}`;
    },

    async end(tenantId, key, { endedAt, score, reason, ...now }) {
      await sql`
        UPDATE candidate SET ended_at = ${time(endedAt)}, score = ${score}, reason = ${reason},
          rarity = ${now.rarity.value}, facts = ${rarityText(now)}
        WHERE ${ofEpisode(tenantId, key)}`;
    },

    async remove(tenantId, key) {
      await sql`DELETE FROM candidate WHERE ${ofEpisode(tenantId, key)}`;
    },

    async rarest(tenantId, { limit, ...filter }) {
      const rows = await sql<Row[]>`
        SELECT id, sensor_id, asset_id, kind, episode_start, kept_at, ended_at, severity, score, reason, facts, batch_id
        FROM candidate WHERE tenant_id = ${tenantId} AND ${matching(sql, filter)}
        ORDER BY rarity DESC, id DESC LIMIT ${limit}`;
      return rows.map(toCandidate);
    },

    async count(tenantId, filter) {
      const [row] = await sql<{ count: number }[]>`
        SELECT count(*)::float8 AS count FROM candidate WHERE tenant_id = ${tenantId} AND ${matching(sql, filter)}`;
      return row.count;
    },
  };
}

/** Rarity and line as they are stored. */
export function rarityText({ rarity, line }: RarityNow): string {
  return JSON.stringify({ rarity, line });
}

function matching(sql: Sql, { subjects, from, to }: CandidateFilter) {
  return [
    subjects && ofSubjects(sql, subjects),
    from !== undefined && sql`kept_at >= ${time(from)}`,
    to !== undefined && sql`kept_at < ${time(to)}`,
  ].filter((condition) => condition !== undefined && condition !== false)
    .reduce((all, condition) => sql`${all} AND ${condition}`, sql`true`);
}

function toCandidate(row: Row): Candidate {
  return {
    id: row.id,
    ...subjectOf({ sensorId: row.sensor_id, assetId: row.asset_id }),
    ...JSON.parse(row.facts) as RarityNow,
    kind: row.kind,
    episodeStart: row.episode_start,
    keptAt: row.kept_at,
    endedAt: optional(row.ended_at),
    severity: row.severity,
    score: row.score,
    reason: row.reason,
    batchId: row.batch_id,
  };
}
