/** Names and argument types that clients and workflows share. No imports at run time. */
import type { InstallationId } from "../src/domain/access/installation.ts";
import type { TenantId } from "../src/domain/access/tenant.ts";
import type { AlertId } from "../src/domain/alerting/alert.ts";
import type { ReprocessRunId } from "../src/domain/history/reprocess.ts";
import type { BatchId, BatchOutcome } from "../src/domain/intake/batch.ts";

export const INGEST_BATCH = "ingestBatch";
export const REPROCESS_RANGE = "reprocessRange";
export const APPLY_RETENTION = "applyRetention";
export const FOLLOW_ALERT = "followAlert";
export const REPORT_ALARMS = "reportAlarms";

/** Query on `ingestBatch`: `BatchProgress`. */
export const PROGRESS = "progress";
/** Update on `ingestBatch`: answers `BatchProgress` when the batch has ended. */
export const OUTCOME = "outcome";
/** Signal on `ingestBatch`, which waits for its turn: `BatchTold`. */
export const TOLD = "told";

/** Signal on `followAlert`, without arguments: something has changed. */
export const LOOK = "look";
/** Query on `followAlert`: `AlertTimer`, or undefined while it looks. */
export const NEXT_TIMER = "nextTimer";

export interface IngestBatchArgs {
  readonly tenantId: TenantId;
  readonly tenantKey: string;
  readonly batchId: BatchId;
  readonly source: string;
  readonly readings: number;
}

export interface BatchProgress {
  readonly stage: "ingest" | "validate" | "enrich" | "detect" | "processed" | "failed";
  /** What each finished stage said: counts. */
  readonly results: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly failure?: string;
}

/** How the batch ended; without an outcome: it may be its turn, ask again. */
export interface BatchTold {
  readonly outcome?: BatchOutcome;
}

export interface ReprocessRangeArgs {
  readonly tenantId: TenantId;
  readonly tenantKey: string;
  readonly runId: ReprocessRunId;
  /** Readings folded before the last continue-as-new. */
  readonly folded: number;
}

export interface ReprocessProgress {
  readonly folded: number;
}

export interface FollowAlertArgs {
  readonly tenantId: TenantId;
  readonly tenantKey: string;
  readonly alertId: AlertId;
}

/** What comes next of an alert, and when. */
export interface AlertTimer {
  readonly atMs: number;
  readonly what: string;
}

/** The task queue of one installation's workers. */
export function taskQueueOf(installation: InstallationId): string {
  return `millwright/${installation}`;
}

/** Tenant keys hold no slash-separated meaning of their own, so they are escaped. */
export function batchWorkflowId(installation: InstallationId, tenantKey: string, batchId: BatchId): string {
  return `ingest/${installation}/${encodeURIComponent(tenantKey)}/${batchId}`;
}

export function reprocessWorkflowId(installation: InstallationId, tenantKey: string, runId: ReprocessRunId): string {
  return `reprocess/${installation}/${encodeURIComponent(tenantKey)}/${runId}`;
}

export function alertWorkflowId(installation: InstallationId, tenantKey: string, alertId: AlertId): string {
  return `alert/${installation}/${encodeURIComponent(tenantKey)}/${alertId}`;
}

/** What a run of `applyRetention` did. */
export interface RetentionReport {
  /** Rows that went, by tenant and noun. */
  readonly removed: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Parts of tables that were compressed, and tables that were cleared of dead rows. */
  readonly compressed: number;
  readonly vacuumed: number;
  /** False: the rest is for the next run. */
  readonly finished: boolean;
}

/** The schedule that runs `applyRetention`; its runs are named after it, with their time. */
export function retentionScheduleId(installation: InstallationId): string {
  return `retention/${installation}`;
}

/** The schedule that runs `reportAlarms`; its runs are named after it, with their time. */
export function reportScheduleId(installation: InstallationId): string {
  return `report/${installation}`;
}
