/** A row of the table `alert`, and the alert that it stands for. */
import type { Alert, AlertId } from "../../domain/alerting/alert.ts";
import type { Suppression } from "../../domain/alerting/suppression.ts";
import type { AppliedSettingsId } from "../../domain/detection/settings_layers.ts";
import type { RarityNow } from "../../domain/detection/episode.ts";
import type { BatchId, SourceId } from "../../domain/intake/batch.ts";
import type { AssetId } from "../../domain/plant/asset.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import { subjectOf } from "../../domain/plant/subject.ts";
import { optional, type Sql } from "../sql.ts";

export interface AlertRow {
  readonly id: AlertId;
  readonly sensor_id: SensorId | null;
  readonly asset_id: AssetId | null;
  readonly source_id: SourceId | null;
  readonly kind: string;
  readonly episode_start: number;
  readonly opened_at: number;
  readonly ended_at: number | null;
  readonly severity: Alert["severity"];
  readonly state: Alert["state"];
  readonly score: number;
  readonly reason: string;
  readonly rarity: string | null;
  readonly settings_id: AppliedSettingsId | null;
  readonly batch_id: BatchId;
  readonly version: number;
  readonly latching: boolean;
  readonly assignee: string | null;
  readonly shelved_until: number | null;
  readonly shelved_by: string | null;
  readonly shelf_reason: string | null;
  /** With commas between them. */
  readonly suppressed_by: string;
  readonly parent_id: AlertId | null;
}

export function alertColumns(sql: Sql) {
  return sql`id, sensor_id, asset_id, source_id, kind, episode_start, opened_at, ended_at, severity, state, score, reason, rarity, batch_id, settings_id,
    version, latching, assignee, shelved_until, shelved_by, shelf_reason, array_to_string(suppressed_by, ',') AS suppressed_by, parent_id`;
}

export function toAlert(row: AlertRow): Alert {
  return {
    id: row.id,
    ...(row.source_id === null
      ? subjectOf({ sensorId: row.sensor_id, assetId: row.asset_id })
      : { sourceId: row.source_id }),
    kind: row.kind,
    episodeStart: row.episode_start,
    openedAt: row.opened_at,
    endedAt: optional(row.ended_at),
    severity: row.severity,
    state: row.state,
    score: row.score,
    reason: row.reason,
    ...row.rarity === null ? {} : JSON.parse(row.rarity) as RarityNow,
    batchId: row.batch_id,
    settingsId: optional(row.settings_id),
    version: row.version,
    latching: row.latching,
    assignee: optional(row.assignee),
    shelf: row.shelved_until === null
      ? undefined
      : { until: row.shelved_until, by: row.shelved_by!, reason: row.shelf_reason! },
    suppressedBy: row.suppressed_by === "" ? [] : row.suppressed_by.split(",") as Suppression[],
    parentId: optional(row.parent_id),
  };
}
