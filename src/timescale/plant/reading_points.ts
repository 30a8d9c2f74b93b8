/**
 * Readings together with the minutes and hours that stand for older ones. The horizon says which of them counts for
 * which time: it is looked up in the same statement, so that no moment is missing and none counts twice while readings
 * are being rolled up.
 */
import type { TenantId } from "../../domain/access/tenant.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import type { ReadingPoint } from "../../ports/plant/reading.ts";
import { meanOf } from "../history/rollup.ts";
import { optional, type Sql, time } from "../sql.ts";

interface Range {
  readonly tenantId: TenantId;
  readonly sensorId: SensorId;
  readonly from: number;
  readonly to: number;
  readonly limit: number;
}

interface Row {
  readonly ts: number;
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly width: number | null;
  readonly status: number | null;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** A time of the tenant's horizon, as a part of a statement. */
export function horizonOf(sql: Sql, tenantId: TenantId, name: "rolled_up_before" | "hours_only_before") {
  return sql`coalesce((SELECT ${sql(name)} FROM reading_horizon WHERE tenant_id = ${tenantId}), '-infinity')`;
}

/** The rows of each kind that count in the range, as parts of a statement. */
function rowsOf(sql: Sql, { tenantId, sensorId, from, to }: Range) {
  const inRange = sql`tenant_id = ${tenantId} AND sensor_id = ${sensorId} AND ts >= ${time(from)} AND ts < ${time(to)}`;
  const rolledUp = horizonOf(sql, tenantId, "rolled_up_before");
  const hoursOnly = horizonOf(sql, tenantId, "hours_only_before");
  return {
    readings: sql`reading WHERE ${inRange} AND ts >= ${rolledUp}`,
    minutes: sql`reading_minute WHERE ${inRange} AND ts >= ${hoursOnly} AND ts < ${rolledUp}`,
    hours: sql`reading_hour WHERE ${inRange} AND ts < ${hoursOnly}`,
  };
}

export async function singlePoints(sql: Sql, range: Range): Promise<ReadingPoint[]> {
  const { readings, minutes, hours } = rowsOf(sql, range);
  // Each kind for itself stops at the limit, so that a long range is not read to its end.
  const first = sql`ORDER BY ts LIMIT ${range.limit}`;
  const rows = await sql<Row[]>`
    SELECT (extract(epoch FROM ts) * 1000)::float8 AS ts, count, min, max, mean, width, status FROM (
      (SELECT ts, 1 AS count, value AS min, value AS max, value AS mean, NULL::float8 AS width, status FROM ${readings} ${first})
      UNION ALL
      (SELECT ts, count, min, max, mean, ${MINUTE_MS}::float8, NULL FROM ${minutes} ${first})
      UNION ALL
      (SELECT ts, count, min, max, mean, ${HOUR_MS}::float8, NULL FROM ${hours} ${first})
    ) AS point ORDER BY point.ts LIMIT ${range.limit}`;
  return rows.map(toPoint);
}

export async function bucketPoints(
  sql: Sql,
  { resolutionMs, ...range }: Range & { readonly resolutionMs: number },
): Promise<ReadingPoint[]> {
  const { readings, minutes, hours } = rowsOf(sql, range);
  const [value, mean, count] = [sql`value`, sql`mean`, sql`count`];
  const bucket = (widthMs: number) =>
    sql`time_bucket(${Math.max(widthMs, resolutionMs)}::float8 * interval '1 millisecond', ts)`;
  const together = sql`sum(count)::float8 AS count, min(min) AS min, max(max) AS max, ${
    meanOf(sql, mean, count)
  } AS mean`;
  const rows = await sql<Row[]>`
    SELECT (extract(epoch FROM bucket) * 1000)::float8 AS ts, ${together}, max(width) AS width, NULL AS status FROM (
      SELECT ${bucket(0)} AS bucket, count(*)::float8 AS count, min(value) AS min, max(value) AS max,
        ${meanOf(sql, value, sql`1`)} AS mean, ${resolutionMs}::float8 AS width
      FROM ${readings} GROUP BY 1
      UNION ALL
      SELECT ${bucket(MINUTE_MS)}, ${together}, ${Math.max(MINUTE_MS, resolutionMs)}::float8 FROM ${minutes} GROUP BY 1
      UNION ALL
      SELECT ${bucket(HOUR_MS)}, ${together}, ${Math.max(HOUR_MS, resolutionMs)}::float8 FROM ${hours} GROUP BY 1
    ) AS part GROUP BY bucket ORDER BY bucket LIMIT ${range.limit}`;
  return rows.map(toPoint);
}

function toPoint({ width, status, ...row }: Row): ReadingPoint {
  return { ...row, widthMs: optional(width), status: optional(status) };
}
