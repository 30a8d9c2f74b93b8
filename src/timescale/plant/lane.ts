import type { BatchId } from "../../domain/intake/batch.ts";
import type { Lane, LaneRange, LaneStore, ShelvedTime } from "../../ports/plant/lane.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import { numbers, optional, type Sql, time } from "../sql.ts";
import { horizonOf } from "./reading_points.ts";

interface Row {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly batch: BatchId | null;
}

export function laneStore(sql: Sql): LaneStore {
  /** `found` has from_ts, to_ts, count and batch_id. */
  async function laneOf(found: ReturnType<Sql>, { from, slotMs }: LaneRange): Promise<Lane> {
    const rows = await sql<Row[]>`
      SELECT (extract(epoch FROM min(from_ts)) * 1000)::float8 AS from, (extract(epoch FROM max(to_ts)) * 1000)::float8 AS to,
        sum(count)::float8 AS count, max(batch_id) AS batch
      FROM (${found}) AS found
      GROUP BY floor(extract(epoch FROM greatest(from_ts, ${time(from)}) - ${time(from)}) * 1000 / ${slotMs}::float8)
      ORDER BY min(from_ts)`;
    return {
      from: rows.map((row) => row.from),
      to: rows.map((row) => row.to),
      count: rows.map((row) => row.count),
      batch: rows.map((row) => optional(row.batch)),
    };
  }

  return {
    async begins(tenantId, ids) {
      const first = (table: string) =>
        sql`(SELECT ts FROM ${sql(table)} WHERE tenant_id = ${tenantId} AND sensor_id = id ORDER BY ts LIMIT 1)`;
      const rows = await sql<{ id: SensorId; begins: number }[]>`
        SELECT id, (extract(epoch FROM least(first.reading, first.minute, first.hour)) * 1000)::float8 AS begins
        FROM unnest(${numbers(ids)}::text::int[]) AS id CROSS JOIN LATERAL (
          SELECT ${first("reading")} AS reading, ${first("reading_minute")} AS minute, ${first("reading_hour")} AS hour
        ) AS first WHERE coalesce(first.reading, first.minute, first.hour) IS NOT NULL`;
      return new Map(rows.map(({ id, begins }) => [id, begins]));
    },

    async addLate(tenantId, id, late) {
      const of = (value: (one: typeof late[number]) => number) => numbers(late.map(value));
      await sql`
        INSERT INTO late_stretch (tenant_id, sensor_id, batch_id, from_ts, to_ts, count)
        SELECT ${tenantId}, sensor_id, ${id}, to_timestamp(from_ms / 1000), to_timestamp(to_ms / 1000), count
        FROM unnest(${of(({ sensorId }) => sensorId)}::text::int[], ${of(({ from }) => from)}::text::float8[],
          ${of(({ to }) => to)}::text::float8[], ${of(({ count }) => count)}::text::int[])
          AS row (sensor_id, from_ms, to_ms, count)`;
    },

    late: (tenantId, id, range) =>
      laneOf(
        sql`
        SELECT from_ts, to_ts, count, batch_id FROM late_stretch
        WHERE tenant_id = ${tenantId} AND sensor_id = ${id} AND from_ts < ${time(range.to)} AND to_ts >= ${
          time(range.from)
        }`,
        range,
      ),

    corrected: (tenantId, id, range) =>
      laneOf(
        sql`
        SELECT ts AS from_ts, ts AS to_ts, 1 AS count, replaced_by AS batch_id FROM reading_revision
        WHERE tenant_id = ${tenantId} AND sensor_id = ${id} AND ts >= ${time(range.from)} AND ts < ${time(range.to)}`,
        range,
      ),

    // From 0x40000000 on (OPC UA, bits 30 and 31) they are not good; bad ones are in quarantine. The number stands in
    // the text, so that the index on these readings is used.
    uncertain: (tenantId, id, range) =>
      laneOf(
        sql`
        SELECT ts AS from_ts, ts AS to_ts, 1 AS count, batch_id FROM reading
        WHERE tenant_id = ${tenantId} AND sensor_id = ${id} AND ts >= ${time(range.from)} AND ts < ${time(range.to)}
          AND ts >= ${horizonOf(sql, tenantId, "rolled_up_before")} AND status >= 1073741824`,
        range,
      ),

    episodes: (tenantId, id, range) =>
      laneOf(
        sql`
        SELECT episode_start AS from_ts, coalesce(ended_at, ${time(range.to)}) AS to_ts, 1 AS count, batch_id FROM alert
        WHERE tenant_id = ${tenantId} AND sensor_id = ${id} AND episode_start < ${time(range.to)}
          AND (ended_at IS NULL OR ended_at >= ${time(range.from)})`,
        range,
      ),

    async shelved(tenantId, id, { from, to, limit }) {
      const rows = await sql<(Omit<ShelvedTime, "to" | "reason"> & { to: number | null; reason: string | null })[]>`
        SELECT "alertId", (extract(epoch FROM began) * 1000)::float8 AS from,
          (extract(epoch FROM ended) * 1000)::float8 AS to, actor, reason
        FROM (
          SELECT began.alert_id AS "alertId", began.ts AS began, began.actor, began.note AS reason, (
            SELECT ts FROM alert_transition AS ended
            WHERE ended.tenant_id = ${tenantId} AND ended.alert_id = began.alert_id AND ended.version > began.version
              AND ended.change IN ('shelved', 'unshelved')
            ORDER BY ended.version LIMIT 1
          ) AS ended
          FROM alert JOIN alert_transition AS began ON began.tenant_id = alert.tenant_id AND began.alert_id = alert.id
          WHERE alert.tenant_id = ${tenantId} AND alert.sensor_id = ${id} AND began.change = 'shelved'
            AND began.ts < ${time(to)}
        ) AS shelved
        WHERE ended IS NULL OR ended >= ${time(from)}
        ORDER BY began DESC LIMIT ${limit}`;
      return rows.map(({ to, reason, ...row }) => ({ ...row, to: optional(to), reason: optional(reason) }));
    },
  };
}
