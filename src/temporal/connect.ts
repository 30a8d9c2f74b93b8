/** The connection to a Temporal server. Node APIs only: the worker's code runs on Node too. */
import { DefaultLogger, NativeConnection, Runtime } from "@temporalio/worker";
import type { Observe } from "../observation.ts";

/** The server does not answer, or has no such namespace. */
export class TemporalUnreachable extends Error {
  override readonly name = "TemporalUnreachable";
}

/** A development server on a busy machine takes its time. */
const CONNECT_MAX_MS = 60_000;
const CONNECT_AGAIN_MS = 100;
const CONNECT_PATIENTLY_MS = 2_000;

export interface ConnectOptions {
  readonly address: string;
  readonly namespace: string;
  readonly observe: Observe;
  /** Waits as long as it takes. */
  readonly patient?: boolean;
  /** Gives up waiting. */
  readonly signal?: AbortSignal;
}

/**
 * The one connection of this process: client and worker share it. Waits for a server that is just starting. Throws
 * `TemporalUnreachable`.
 */
export async function connectTemporal(
  { address, namespace, observe, patient = false, signal }: ConnectOptions,
): Promise<NativeConnection> {
  installRuntime(observe);
  const giveUpAtMs = patient ? Infinity : Date.now() + CONNECT_MAX_MS;
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
      await new Promise((resolve) => setTimeout(resolve, patient ? CONNECT_PATIENTLY_MS : CONNECT_AGAIN_MS));
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

/** Signals are the program's own business (src/cli), and the SDK's log goes where all others go. Once is enough. */
export function installRuntime(observe: Observe): void {
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
