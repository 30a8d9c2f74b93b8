import type { TenantId } from "../../domain/access/tenant.ts";
import type { Severity } from "../../domain/detection/severity.ts";
import type { AppliedSettingsId, SettingsDraftId } from "../../domain/detection/settings_layers.ts";
import type {
  ReprocessedAlert,
  ReprocessRun,
  ReprocessRunId,
  ReprocessSettings,
  ReprocessState,
} from "../../domain/history/reprocess.ts";
import type { AssetId, Criticality } from "../../domain/plant/asset.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import type { Subject } from "../../domain/plant/subject.ts";
import type { EpisodeKey } from "../alerting/alert.ts";
import type { Page, Part } from "../page.ts";

export interface ReprocessCursor {
  readonly sensorId: SensorId;
  readonly quantity: string;
  readonly assetId: AssetId | undefined;
  readonly criticality: Criticality;
  /** What it is judged by in this run; undefined: what it was judged by live. */
  readonly settingsId: AppliedSettingsId | undefined;
  readonly state: string;
  readonly watermark: number | undefined;
  readonly finished: boolean;
}

/** What each sensor of a run is judged by from its first reading on. */
export interface RunJudging {
  readonly settings: Exclude<ReprocessSettings, "as_judged">;
  readonly draftId: SettingsDraftId | undefined;
  readonly settingsIds: ReadonlyMap<SensorId, AppliedSettingsId>;
}

export interface ReprocessAssetCursor {
  readonly assetId: AssetId;
  readonly state: string;
  readonly model: string;
}

export interface ReprocessStore {
  create(
    tenantId: TenantId,
    run: {
      subject: Subject;
      from: number;
      to: number;
      sensorIds: readonly SensorId[];
      /** By what it judges; left out: by what was judged by live. */
      judging?: RunJudging;
      assetIds: readonly AssetId[];
    },
  ): Promise<ReprocessRunId>;
  byIds(tenantId: TenantId, ids: readonly ReprocessRunId[]): Promise<ReprocessRun[]>;
  page(tenantId: TenantId, page: Page): Promise<ReprocessRun[]>;
  /** The next sensor of the run that is not finished, locked; undefined when all are. */
  lockNext(tenantId: TenantId, id: ReprocessRunId): Promise<ReprocessCursor | undefined>;
  saveCursor(
    tenantId: TenantId,
    id: ReprocessRunId,
    cursor: { sensorId: SensorId; state: string; watermark: number | undefined; folded: number; finished: boolean },
  ): Promise<void>;
  /** The next asset of the run that is not finished, locked; undefined when all are. */
  lockNextAsset(tenantId: TenantId, id: ReprocessRunId): Promise<ReprocessAssetCursor | undefined>;
  /** A model that is undefined stays as it is. */
  saveAssetCursor(
    tenantId: TenantId,
    id: ReprocessRunId,
    cursor: { assetId: AssetId; state: string; model: string | undefined; finished: boolean },
  ): Promise<void>;
  /** Notes that readings before this data time had gone when the run came to them; the latest such time stays. */
  noteGone(tenantId: TenantId, id: ReprocessRunId, beforeMs: number): Promise<void>;
  saveAlert(tenantId: TenantId, id: ReprocessRunId, alert: Omit<ReprocessedAlert, "live">): Promise<void>;
  /** Changes an alert that the run found; nothing happens when it found none with this key. */
  changeAlert(
    tenantId: TenantId,
    id: ReprocessRunId,
    change: EpisodeKey & { severity?: Severity; score: number; reason: string; endedAt?: number },
  ): Promise<void>;
  /** Per run, the alerts that it found, by the time of their episodes. */
  alertsOf(
    tenantId: TenantId,
    ids: readonly ReprocessRunId[],
    part: Part,
  ): Promise<Map<ReprocessRunId, ReprocessedAlert[]>>;
  /** Ends the run; one that has ended is left as it is. */
  end(
    tenantId: TenantId,
    id: ReprocessRunId,
    end: { state: Exclude<ReprocessState, "running">; failure: string | undefined },
  ): Promise<void>;
  countRunning(tenantId: TenantId): Promise<number>;
  /** Runs of all tenants that are under way and were asked for at least `olderThanMs` ago, oldest first. */
  running(
    options: { olderThanMs: number; limit: number },
  ): Promise<{ tenantKey: string; tenantId: TenantId; id: ReprocessRunId }[]>;
}
