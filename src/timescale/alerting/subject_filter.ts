import type { AlertFilter } from "../../ports/alerting/alert.ts";
import { numbers, type Sql } from "../sql.ts";

/** Rows about one of these. Each list has an index of its own, so one that is empty is not asked for. */
export function ofSubjects(sql: Sql, { sensorIds, assetIds }: NonNullable<AlertFilter["subjects"]>) {
  const ofSensors = sql`sensor_id = ANY (${numbers(sensorIds)}::text::int[])`;
  return assetIds.length === 0 ? ofSensors : sql`(${ofSensors} OR asset_id = ANY (${numbers(assetIds)}::text::int[]))`;
}
