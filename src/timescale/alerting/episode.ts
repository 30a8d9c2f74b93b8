import type { AlertId } from "../../domain/alerting/alert.ts";
import type { EpisodeStore } from "../../ports/alerting/episode.ts";
import { numbers, optional, type Sql, time } from "../sql.ts";

interface Row {
  readonly id: AlertId;
  readonly episode_start: number;
  readonly ended_at: number | null;
}

export function episodeStore(sql: Sql): EpisodeStore {
  return {
    async overlapping(tenantId, { subjects, from, to, limit }) {
      const ofSubjects = subjects === undefined ? sql`true` : sql`(
        sensor_id = ANY (${numbers(subjects.sensorIds)}::text::int[]) OR
        asset_id = ANY (${numbers(subjects.assetIds)}::text::int[]))`;
      const rows = await sql<Row[]>`
        SELECT id, episode_start, ended_at FROM alert
        WHERE tenant_id = ${tenantId} AND ${ofSubjects} AND episode_start < ${time(to)}
          AND (ended_at IS NULL OR ended_at >= ${time(from)})
        ORDER BY episode_start DESC, id DESC LIMIT ${limit}`;
      return rows.map((row) => ({
        alertId: row.id,
        episodeStart: row.episode_start,
        endedAt: optional(row.ended_at),
      }));
    },

    async similar(tenantId, id, limit) {
      const rows = await sql<{ id: AlertId }[]>`
        SELECT other.id FROM alert AS this JOIN alert AS other
          ON other.tenant_id = this.tenant_id AND other.kind = this.kind AND other.id < this.id
            AND (other.sensor_id = this.sensor_id OR other.asset_id = this.asset_id)
        WHERE this.tenant_id = ${tenantId} AND this.id = ${id} ORDER BY other.id DESC LIMIT ${limit}`;
      return rows.map((row) => row.id);
    },

    async urgent(tenantId, limit) {
      const rows = await sql<{ id: AlertId }[]>`
        SELECT id FROM alert WHERE tenant_id = ${tenantId} AND state = 'unacknowledged'
          AND shelved_until IS NULL AND suppressed_by = '{}'
        ORDER BY array_position(ARRAY['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'], severity), id DESC LIMIT ${limit}`;
      return rows.map((row) => row.id);
    },
  };
}
