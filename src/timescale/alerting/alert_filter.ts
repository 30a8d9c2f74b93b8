/** The conditions of a list of alerts. */
import type { AlertFilter } from "../../ports/alerting/alert.ts";
import { type Sql, texts, time, words } from "../sql.ts";
import { ofSubjects } from "./subject_filter.ts";

/** Only the conditions that are asked for, so that the plan knows them. */
export function matching(sql: Sql, filter: AlertFilter) {
  const { subjects, batchId, sourceId, severities, states, kinds, standing, hidden, roots, unplaced, from, to, text } =
    filter;
  const like = `%${(text ?? "").replace(/[\\%_]/g, "\\$&")}%`;
  return [
    subjects && ofSubjects(sql, subjects),
    batchId !== undefined && sql`batch_id = ${batchId}::bigint`,
    sourceId !== undefined &&
    sql`EXISTS (
      SELECT FROM batch
      WHERE batch.tenant_id = alert.tenant_id AND batch.id = alert.batch_id AND batch.source_id = ${sourceId}::int)`,
    severities && sql`severity = ANY (${words(severities)}::text::text[])`,
    states && sql`state = ANY (${words(states)}::text::text[])`,
    kinds && sql`kind = ANY (ARRAY(SELECT jsonb_array_elements_text(${texts(kinds)}::text::jsonb)))`,
    standing !== undefined && (standing ? sql`ended_at IS NULL` : sql`ended_at IS NOT NULL`),
    hidden !== undefined &&
    (hidden
      ? sql`(shelved_until IS NOT NULL OR suppressed_by <> '{}')`
      : sql`shelved_until IS NULL AND suppressed_by = '{}'`),
    roots !== undefined && (roots ? sql`parent_id IS NULL` : sql`parent_id IS NOT NULL`),
    unplaced !== undefined && sql`(asset_id IS NULL AND NOT EXISTS (
      SELECT FROM sensor WHERE sensor.tenant_id = alert.tenant_id AND sensor.id = alert.sensor_id
        AND sensor.asset_id IS NOT NULL)) = ${unplaced}`,
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
