/**
 * Runs workflows and activities. Node APIs only, so that the same code runs on Deno and, should that fail some day, on
 * Node.
 */
import { type NativeConnection, Worker } from "@temporalio/worker";
import type { Activities } from "../../activities/mod.ts";

export interface WorkerOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly taskQueue: string;
  /** File that `workflowBundle` made. */
  readonly bundle: string;
  readonly activities: Activities;
  /** Activities at once; no more than the store has connections for. */
  readonly activitiesMax: number;
  /** Workflows that it keeps in memory; 300 when left out. 0: each is replayed whenever something happens to it. */
  readonly cachedMax?: number;
}

const CACHED_MAX = 300;

export interface RunningWorker {
  /** Ends when the worker does; throws when it broke. */
  readonly ended: Promise<void>;
  /** Takes no more work and finishes what is in flight. */
  stop(): Promise<void>;
}

export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const worker = await Worker.create({
    connection: options.connection,
    namespace: options.namespace,
    taskQueue: options.taskQueue,
    workflowBundle: { codePath: options.bundle },
    activities: options.activities,
    maxConcurrentWorkflowTaskExecutions: 20,
    maxConcurrentActivityTaskExecutions: options.activitiesMax,
    workflowTaskPollerBehavior: { type: "simple-maximum", maximum: 5 },
    activityTaskPollerBehavior: { type: "simple-maximum", maximum: 5 },
    maxCachedWorkflows: options.cachedMax ?? CACHED_MAX,
    // How long a workflow waits for the worker that knows it, before another one may take it over.
    stickyQueueScheduleToStartTimeout: "3 seconds",
    shutdownGraceTime: "3 seconds",
    shutdownForceTime: "6 seconds",
  });
  const ended = worker.run();
  // Whoever awaits `ended` hears of a failure; until then it must not end the process as unhandled.
  ended.catch(() => {});
  return {
    ended,
    async stop() {
      if (worker.getState() === "RUNNING") worker.shutdown();
      await ended;
    },
  };
}
