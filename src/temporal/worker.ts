/** Runs workflows and activities. Node APIs only, so that the same code runs on Deno and, should that fail some day, on Node. */
import { DefaultLogger, NativeConnection, Runtime, Worker } from "@temporalio/worker";
import type { Activities } from "../../activities/mod.ts";
import type { Observe } from "../observation.ts";

/** The server does not answer, or has no such namespace. */
export class TemporalUnreachable extends Error {
  override readonly name = "TemporalUnreachable";
}

const CONNECT_MAX_MS = 20_000;
const CONNECT_AGAIN_MS = 100;

export interface ConnectOptions {
  readonly address: string;
  readonly namespace: string;
  readonly observe: Observe;
  /** Gives up waiting. */
  readonly signal?: AbortSignal;
}

/** The one connection of this process: client and worker share it. Waits for a server that is just starting. Throws `TemporalUnreachable`. */
export async function connectTemporal(
  { address, namespace, observe, signal }: ConnectOptions,
): Promise<NativeConnection> {
  installRuntime(observe);
  const giveUpAtMs = Date.now() + CONNECT_MAX_MS;
  while (true) {
    try {
      return await connectOnce(address, namespace);
    } catch (cause) {
      if (Date.now() > giveUpAtMs || signal?.aborted) {
        throw new TemporalUnreachable(
          `Temporal at ${address} does not serve the namespace ${namespace}: ${
            (cause as Error).message
          }. Check TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE.`,
          { cause },
        );
      }
      await new Promise((resolve) => setTimeout(resolve, CONNECT_AGAIN_MS));
    }
  }
}

async function connectOnce(address: string, namespace: string): Promise<NativeConnection> {
  // Compression costs more than it saves on payloads of a few hundred bytes.
  const connection = await NativeConnection.connect({ address, grpcCompression: { codec: "none" } });
  try {
    await connection.workflowService.describeNamespace({ namespace });
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

let installed = false;

/** Signals are the program's own business (src/cli), and the SDK's log goes where all others go. */
function installRuntime(observe: Observe): void {
  if (installed) return;
  installed = true;
  Runtime.install({
    shutdownSignals: [],
    logger: new DefaultLogger("WARN", ({ message, meta }) => {
      const cause = meta?.error instanceof Error ? meta.error : new Error(message, { cause: meta });
      observe({ kind: "fault", part: "temporal", cause });
    }),
  });
}

export interface WorkerOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly taskQueue: string;
  /** File that `workflowBundle` made. */
  readonly bundle: string;
  readonly activities: Activities;
  /** Activities at once; no more than the store has connections for. */
  readonly activitiesMax: number;
}

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
    maxCachedWorkflows: 300,
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
