/** Starts, asks and finds workflows. */
import { Client, WithStartWorkflowOperation, WorkflowExecutionAlreadyStartedError } from "@temporalio/client";
import { WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from "@temporalio/common";
import type { NativeConnection } from "@temporalio/worker";
import type { BatchId } from "../domain/intake/batch.ts";
import type { ReprocessRunId } from "../domain/history/reprocess.ts";
import { type BatchTicket, type Workflows, WorkflowsUnavailable } from "../ports/workflows.ts";
import {
  batchWorkflowId,
  INGEST_BATCH,
  type IngestBatchArgs,
  OUTCOME,
  REPROCESS_RANGE,
  type ReprocessRangeArgs,
  reprocessWorkflowId,
  TASK_QUEUE,
} from "../../workflows/contracts.ts";
import { deferred } from "../deferred.ts";

export interface WorkflowsOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  /** Address of the Temporal UI as browsers see it. */
  readonly uiUrl: string | undefined;
}

const CALL_MAX_MS = 5_000;

export function createWorkflows({ connection, namespace, uiUrl }: WorkflowsOptions): Workflows {
  const client = new Client({ connection, namespace });

  function batchStart({ tenant, batchId, source, readings }: BatchTicket) {
    const args: IngestBatchArgs = { tenantId: tenant.id, tenantKey: tenant.key, batchId, run: 1, source, readings };
    return {
      taskQueue: TASK_QUEUE,
      workflowId: batchWorkflowId(tenant.key, batchId),
      args: [args] as [IngestBatchArgs],
      staticSummary: `batch ${batchId}: ${readings} readings of ${source}`,
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
    };
  }

  function pageOf(workflowId: string): string | undefined {
    return uiUrl === undefined
      ? undefined
      : `${uiUrl}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}`;
  }

  return {
    async startBatch(ticket) {
      await reaching(async () => {
        await withinMs(client, CALL_MAX_MS, () => client.workflow.start(INGEST_BATCH, batchStart(ticket)));
      }, { alreadyStarted: undefined });
    },

    async awaitBatch(ticket, timeoutMs) {
      const { promise: late, resolve } = deferred<false>();
      const timer = setTimeout(() => resolve(false), timeoutMs);
      const startWorkflowOperation = new WithStartWorkflowOperation(INGEST_BATCH, batchStart(ticket));
      // The deadline of the call itself only tidies up: the timer has answered by then.
      const ended = reaching(async () => {
        await withinMs(
          client,
          timeoutMs + 1_000,
          () => client.workflow.executeUpdateWithStart(OUTCOME, { args: [], startWorkflowOperation }),
        );
        return true;
      }, { alreadyStarted: true });
      try {
        return await Promise.race([ended, late]);
      } finally {
        clearTimeout(timer);
      }
    },

    async startReprocessing(tenant, runId) {
      const args: ReprocessRangeArgs = { tenantId: tenant.id, runId, folded: 0 };
      await reaching(async () => {
        await withinMs(client, CALL_MAX_MS, () =>
          client.workflow.start(REPROCESS_RANGE, {
            taskQueue: TASK_QUEUE,
            workflowId: reprocessWorkflowId(tenant.key, runId),
            args: [args],
            staticSummary: `reprocess run ${runId}`,
          }));
      }, { alreadyStarted: undefined });
    },

    batchUrl: (tenantKey: string, batchId: BatchId) => pageOf(batchWorkflowId(tenantKey, batchId)),
    reprocessingUrl: (tenantKey: string, runId: ReprocessRunId) => pageOf(reprocessWorkflowId(tenantKey, runId)),

    async fault() {
      try {
        const queue = await withinMs(
          client,
          2_000,
          () =>
            connection.workflowService.describeTaskQueue({
              namespace,
              taskQueue: { name: TASK_QUEUE },
              taskQueueType: 2,
            }),
        );
        const worker = queue.pollers?.length
          ? undefined
          : "No worker polls the task queue: start one with `deno task worker`.";
        return { server: undefined, worker };
      } catch (error) {
        return { server: `Temporal does not answer: ${(error as Error).message}`, worker: undefined };
      }
    },
  };
}

function withinMs<T>(client: Client, limitMs: number, call: () => Promise<T>): Promise<T> {
  return client.withDeadline(Date.now() + limitMs, call);
}

/** A workflow that ran already, and has ended, is no error here: `alreadyStarted` is the answer then. */
async function reaching<T>(call: () => Promise<T>, { alreadyStarted }: { alreadyStarted: T }): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return alreadyStarted;
    throw new WorkflowsUnavailable(`Temporal cannot be reached: ${(error as Error).message}`, { cause: error });
  }
}
