/** Starts, asks, tells and finds workflows. */
import {
  Client,
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
} from "@temporalio/client";
import { WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from "@temporalio/common";
import type { NativeConnection } from "@temporalio/worker";
import type { InstallationId } from "../domain/access/installation.ts";
import type { ReprocessRunId } from "../domain/history/reprocess.ts";
import type { BatchId } from "../domain/intake/batch.ts";
import { type BatchTicket, type Started, type Workflows, WorkflowsUnavailable } from "../ports/workflows.ts";
import {
  alertWorkflowId,
  type BatchTold,
  batchWorkflowId,
  FOLLOW_ALERT,
  type FollowAlertArgs,
  INGEST_BATCH,
  type IngestBatchArgs,
  LOOK,
  OUTCOME,
  REPROCESS_RANGE,
  type ReprocessRangeArgs,
  reprocessWorkflowId,
  retentionScheduleId,
  taskQueueOf,
  TOLD,
} from "../../workflows/contracts.ts";
import { deferred } from "../deferred.ts";
import { readAttempts } from "./attempts.ts";
import { workflowsFault } from "./fault.ts";
import { applyRetentionNow, planSchedules, readSchedules } from "./schedules.ts";

export interface WorkflowsOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly installation: InstallationId;
  /** Address of the Temporal UI as browsers see it. */
  readonly uiUrl: string | undefined;
}

const CALL_MAX_MS = 5_000;
const RUNNING_PER_PAGE = 1_000;

export function createWorkflows({ connection, namespace, installation, uiUrl }: WorkflowsOptions): Workflows {
  const client = new Client({ connection, namespace });
  const taskQueue = taskQueueOf(installation);
  const reaching = <T>(call: () => Promise<T>, limitMs = CALL_MAX_MS) =>
    reach(() => client.withDeadline(Date.now() + limitMs, call));

  function batchStart(
    { tenant, batchId, source, readings }: BatchTicket,
    workflowIdReusePolicy: WorkflowIdReusePolicy,
  ) {
    const args: IngestBatchArgs = { tenantId: tenant.id, tenantKey: tenant.key, batchId, source, readings };
    return {
      taskQueue,
      workflowId: batchWorkflowId(installation, tenant.key, batchId),
      args: [args] as [IngestBatchArgs],
      staticSummary: `batch ${batchId}: ${readings} readings of ${source}`,
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      workflowIdReusePolicy,
    };
  }

  function pageOf(workflowId: string): string | undefined {
    return uiUrl === undefined
      ? undefined
      : `${uiUrl}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}`;
  }

  return {
    startBatch: (ticket, { fresh }) =>
      startingOnce(fresh, (policy) => reaching(() => client.workflow.start(INGEST_BATCH, batchStart(ticket, policy)))),

    async awaitBatch(ticket, { fresh, timeoutMs }) {
      const { promise: late, resolve } = deferred<Started>();
      const timer = setTimeout(() => resolve({ foreignRun: false }), timeoutMs);
      // The deadline of the call itself only tidies up: the timer has answered by then.
      const ended = startingOnce(fresh, (policy) => {
        const startWorkflowOperation = new WithStartWorkflowOperation(INGEST_BATCH, batchStart(ticket, policy));
        return reaching(
          () => client.workflow.executeUpdateWithStart(OUTCOME, { args: [], startWorkflowOperation }),
          timeoutMs + 1_000,
        );
      });
      try {
        return await Promise.race([ended, late]);
      } finally {
        clearTimeout(timer);
      }
    },

    async tellBatch(tenant, id, outcome) {
      const told: BatchTold = { outcome };
      const handle = client.workflow.getHandle(batchWorkflowId(installation, tenant.key, id));
      await ifRunning(() => reaching(() => handle.signal<[BatchTold]>(TOLD, told)));
    },

    batchAttempts(tenant, id) {
      const workflowId = batchWorkflowId(installation, tenant.key, id);
      return reaching(() => readAttempts(client, workflowId));
    },

    async startReprocessing(tenant, runId) {
      const args: ReprocessRangeArgs = { tenantId: tenant.id, tenantKey: tenant.key, runId, folded: 0 };
      await reaching(() =>
        client.workflow.start(REPROCESS_RANGE, {
          taskQueue,
          workflowId: reprocessWorkflowId(installation, tenant.key, runId),
          args: [args],
          staticSummary: `reprocess run ${runId}`,
          workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
        })
      );
    },

    async cancelReprocessing(tenant, runId) {
      const handle = client.workflow.getHandle(reprocessWorkflowId(installation, tenant.key, runId));
      return await ifRunning(() => reaching(() => handle.cancel()));
    },

    async followAlert(tenant, alertId, { start }) {
      const workflowId = alertWorkflowId(installation, tenant.key, alertId);
      if (!start) return void await ifRunning(() => reaching(() => client.workflow.getHandle(workflowId).signal(LOOK)));
      const args: FollowAlertArgs = { tenantId: tenant.id, tenantKey: tenant.key, alertId };
      await reaching(() =>
        client.workflow.signalWithStart(FOLLOW_ALERT, {
          taskQueue,
          workflowId,
          args: [args],
          signal: LOOK,
          staticSummary: `alert ${alertId}`,
        })
      );
    },

    async running() {
      const ids = await reaching(async () => {
        const query =
          `TaskQueue = "${taskQueue}" AND ExecutionStatus = "Running" AND WorkflowType != "${FOLLOW_ALERT}"`;
        const found = new Set<string>();
        for await (const { workflowId } of client.workflow.list({ query, pageSize: RUNNING_PER_PAGE })) {
          found.add(workflowId);
        }
        return found;
      });
      return {
        hasBatch: (tenant, id) => ids.has(batchWorkflowId(installation, tenant.key, id)),
        hasReprocessing: (tenant, id) => ids.has(reprocessWorkflowId(installation, tenant.key, id)),
      };
    },

    planSchedules: () => reaching(() => planSchedules(client, installation)),

    schedules: () => reaching(() => readSchedules(client, installation)),

    applyRetention: () => reaching(() => applyRetentionNow(client, installation)),

    batchUrl: (tenantKey: string, batchId: BatchId) => pageOf(batchWorkflowId(installation, tenantKey, batchId)),
    reprocessingUrl: (tenantKey: string, runId: ReprocessRunId) =>
      pageOf(reprocessWorkflowId(installation, tenantKey, runId)),
    alertUrl: (tenantKey, alertId) => pageOf(alertWorkflowId(installation, tenantKey, alertId)),
    retentionUrl: () =>
      uiUrl && `${uiUrl}/namespaces/${namespace}/schedules/${encodeURIComponent(retentionScheduleId(installation))}`,

    fault: () => workflowsFault(client, { namespace, taskQueue }),
  };
}

/** A workflow that a call has met instead of starting its own. */
class RunFinished extends Error {
  override readonly name = "RunFinished";
}

/** A fresh batch has no finished run: one of its name is foreign, and does not keep it from being started. */
async function startingOnce(
  fresh: boolean,
  start: (policy: WorkflowIdReusePolicy) => Promise<unknown>,
): Promise<Started> {
  if (fresh) {
    try {
      await start(WorkflowIdReusePolicy.REJECT_DUPLICATE);
      return { foreignRun: false };
    } catch (error) {
      if (!(error instanceof RunFinished)) throw error;
    }
  }
  await start(WorkflowIdReusePolicy.ALLOW_DUPLICATE);
  return { foreignRun: fresh };
}

async function reach<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) throw new RunFinished(error.message, { cause: error });
    if (error instanceof WorkflowNotFoundError) throw error;
    throw new WorkflowsUnavailable(`Temporal cannot be reached: ${(error as Error).message}`, { cause: error });
  }
}

/** False when there is no such workflow, or it has ended. */
async function ifRunning(call: () => Promise<unknown>): Promise<boolean> {
  try {
    await call();
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
