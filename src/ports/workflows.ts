/** How operations reach durable workflows, whatever runs them. */
import type { Tenant } from "../domain/access/tenant.ts";
import type { AlertId } from "../domain/alerting/alert.ts";
import type { ReprocessRunId } from "../domain/history/reprocess.ts";
import type { BatchId, BatchOutcome, Stage } from "../domain/intake/batch.ts";

/** Workflows cannot be started or asked now; the same call may succeed later. */
export class WorkflowsUnavailable extends Error {
  override readonly name = "WorkflowsUnavailable";
}

export type TenantName = Pick<Tenant, "id" | "key">;

/** What a batch's workflow needs to know of it: ids and counts, never readings. */
export interface BatchTicket {
  readonly tenant: TenantName;
  readonly batchId: BatchId;
  readonly source: string;
  readonly readings: number;
}

/** Whether a start met a finished run of the same name that cannot be this batch's own. */
export interface Started {
  readonly foreignRun: boolean;
}

/** Which workflows ran when this was asked. */
export interface RunningWorkflows {
  hasBatch(tenant: TenantName, id: BatchId): boolean;
  hasReprocessing(tenant: TenantName, id: ReprocessRunId): boolean;
}

/** Something that is done from time to time. */
export interface ScheduleState {
  readonly name: string;
  readonly paused: boolean;
  readonly lastAt: number | undefined;
  readonly nextAt: number | undefined;
}

/** How often a stage of a batch has been tried. */
export interface StageAttempts {
  readonly stage: Stage;
  readonly attempts: number;
  /** It is being tried, or waits to be tried again. */
  readonly underWay: boolean;
}

export interface Workflows {
  /**
   * Starts the workflow of an unfinished batch; one that runs is left alone. A `fresh` batch never had one: a finished
   * run of its name is then foreign, and does not keep it from being started. Throws `WorkflowsUnavailable`.
   */
  startBatch(ticket: BatchTicket, options: { fresh: boolean }): Promise<Started>;
  /** The same, and waits until the batch has ended or `timeoutMs` have passed. Throws `WorkflowsUnavailable`. */
  awaitBatch(ticket: BatchTicket, options: { fresh: boolean; timeoutMs: number }): Promise<Started>;
  /**
   * Tells the workflow of a batch, which waits for its turn, how the batch ended, or to ask again. One that does not
   * run is not told. Throws `WorkflowsUnavailable`.
   */
  tellBatch(tenant: TenantName, id: BatchId, outcome: BatchOutcome | undefined): Promise<void>;
  /** Attempts at the stages of a batch; undefined: no run of it is kept. Throws `WorkflowsUnavailable`. */
  batchAttempts(tenant: TenantName, id: BatchId): Promise<readonly StageAttempts[] | undefined>;
  /** Starts the workflow of a reprocess run; one that runs is left alone. Throws `WorkflowsUnavailable`. */
  startReprocessing(tenant: TenantName, runId: ReprocessRunId): Promise<void>;
  /** Asks the workflow of a reprocess run to end; false when none runs. Throws `WorkflowsUnavailable`. */
  cancelReprocessing(tenant: TenantName, runId: ReprocessRunId): Promise<boolean>;
  /**
   * Has the workflow of an alert look at what is due; when none runs, starts it if `start` says so. Throws
   * `WorkflowsUnavailable`.
   */
  followAlert(tenant: TenantName, id: AlertId, options: { start: boolean }): Promise<void>;
  /**
   * Plans what is done from time to time; what is planned already is left as it is. To be called again now and then,
   * since a Temporal database that is lost takes its plans along. Throws `WorkflowsUnavailable`.
   */
  planSchedules(): Promise<void>;
  /** Those that are planned. Throws `WorkflowsUnavailable`. */
  schedules(): Promise<ScheduleState[]>;
  /** Applies retention now, or once more behind a run that is under way. Throws `WorkflowsUnavailable`. */
  applyRetention(): Promise<void>;
  /** Throws `WorkflowsUnavailable`. */
  running(): Promise<RunningWorkflows>;
  /** Pages of the Temporal UI; undefined when no UI is known. */
  batchUrl(tenantKey: string, batchId: BatchId): string | undefined;
  reprocessingUrl(tenantKey: string, runId: ReprocessRunId): string | undefined;
  retentionUrl(): string | undefined;
  alertUrl(tenantKey: string, id: AlertId): string | undefined;
  /** What keeps workflows from being run, for people; undefined when nothing does. */
  fault(): Promise<{ server: string | undefined; worker: string | undefined }>;
}
