/** How operations reach durable workflows, whatever runs them. */
import type { BatchId } from "../domain/intake/batch.ts";
import type { ReprocessRunId } from "../domain/history/reprocess.ts";
import type { Tenant } from "../domain/access/tenant.ts";

/** Workflows cannot be started or asked now; the same call may succeed later. */
export class WorkflowsUnavailable extends Error {
  override readonly name = "WorkflowsUnavailable";
}

/** What a batch's workflow needs to know of it: ids and counts, never readings. */
export interface BatchTicket {
  readonly tenant: Pick<Tenant, "id" | "key">;
  readonly batchId: BatchId;
  readonly source: string;
  readonly readings: number;
}

export interface Workflows {
  /** Starts the workflow of a batch; one that runs or ran already is left alone. Throws `WorkflowsUnavailable`. */
  startBatch(ticket: BatchTicket): Promise<void>;
  /** Starts the workflow if needed and waits until it has ended or `timeoutMs` have passed (false). Throws `WorkflowsUnavailable`. */
  awaitBatch(ticket: BatchTicket, timeoutMs: number): Promise<boolean>;
  startReprocessing(tenant: Pick<Tenant, "id" | "key">, runId: ReprocessRunId): Promise<void>;
  /** Pages of the Temporal UI; undefined when no UI is known. */
  batchUrl(tenantKey: string, batchId: BatchId): string | undefined;
  reprocessingUrl(tenantKey: string, runId: ReprocessRunId): string | undefined;
  /** What keeps workflows from being run, for people; undefined when nothing does. */
  fault(): Promise<{ server: string | undefined; worker: string | undefined }>;
}
