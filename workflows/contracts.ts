/** Names and argument types that clients and workflows share. No imports at run time. */
import type { BatchId } from "../src/domain/intake/batch.ts";
import type { ReprocessRunId } from "../src/domain/history/reprocess.ts";
import type { TenantId } from "../src/domain/access/tenant.ts";

export const TASK_QUEUE = "millwright";

export const INGEST_BATCH = "ingestBatch";
export const REPROCESS_RANGE = "reprocessRange";
export const SWEEP_BATCHES = "sweepBatches";

/** Query on `ingestBatch`: `BatchProgress`. */
export const PROGRESS = "progress";
/** Update on `ingestBatch`: answers `BatchProgress` when the batch has ended. */
export const OUTCOME = "outcome";

export interface IngestBatchArgs {
  readonly tenantId: TenantId;
  readonly tenantKey: string;
  readonly batchId: BatchId;
  /** 1 for the first run of a batch. */
  readonly run: number;
  readonly source: string;
  readonly readings: number;
}

export interface BatchProgress {
  readonly stage: "ingest" | "validate" | "enrich" | "detect" | "processed" | "failed";
  /** What each finished stage said: counts. */
  readonly results: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly failure?: string;
}

export interface ReprocessRangeArgs {
  readonly tenantId: TenantId;
  readonly runId: ReprocessRunId;
  /** Readings folded before the last continue-as-new. */
  readonly folded: number;
}

export interface ReprocessProgress {
  readonly folded: number;
}

/** Tenant keys hold no slash-separated meaning of their own, so they are escaped. */
export function batchWorkflowId(tenantKey: string, batchId: BatchId): string {
  return `ingest/${encodeURIComponent(tenantKey)}/${batchId}`;
}

export function reprocessWorkflowId(tenantKey: string, runId: ReprocessRunId): string {
  return `reprocess/${encodeURIComponent(tenantKey)}/${runId}`;
}
