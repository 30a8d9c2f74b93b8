/** Opens what an app needs of Temporal: a connection, and the development server when there is no address. */
import type { NativeConnection } from "@temporalio/worker";
import { join } from "node:path";
import type { Config } from "../config.ts";
import type { Observe } from "../observation.ts";
import { connectTemporal } from "./connect.ts";
import { keepEnded } from "./namespace.ts";

export interface Temporal {
  readonly connection: NativeConnection;
  /** Address of the Temporal UI as browsers see it. */
  readonly uiUrl: string | undefined;
  /** Process id of the development server, when it is ours. */
  readonly pid: number | undefined;
}

export interface OpenOptions {
  readonly observe: Observe;
  /** Takes what closes the parts again. */
  readonly cleanups: (() => Promise<void>)[];
  readonly signal: AbortSignal;
  /** Waits for the server as long as it takes. */
  readonly patient: boolean;
}

/** Throws `TemporalUnreachable`, `TemporalMissing`, `FolderInUse`. */
export async function openTemporal(
  config: Pick<Config, "temporal" | "home">,
  { observe, cleanups, signal, patient }: OpenOptions,
): Promise<Temporal> {
  const { address, namespace } = config.temporal;
  const own = address === undefined ? await openDevServer(config, { observe, cleanups }) : undefined;
  const connection = await connectTemporal({
    address: own?.address ?? address!,
    namespace,
    observe,
    patient,
    signal,
  });
  if (own !== undefined) await keepEnded(connection, { namespace, hours: config.temporal.retentionHours });
  if (signal.aborted) await connection.close();
  else cleanups.push(() => connection.close());
  return { connection, uiUrl: config.temporal.uiUrl ?? own?.uiUrl, pid: own?.pid };
}

async function openDevServer(
  config: Pick<Config, "temporal" | "home">,
  { observe, cleanups }: Pick<OpenOptions, "observe" | "cleanups">,
) {
  // Loaded here, so that a process with an address need not load it.
  const { findTemporal } = await import("./executable.ts");
  const { startDevServer } = await import("./dev_server.ts");
  const report = (detail: string) => observe({ kind: "progress", part: "temporal", detail });
  const executable = await findTemporal({
    executable: config.temporal.executable,
    cacheFolder: config.home,
    path: config.temporal.path,
    report,
  });
  const server = await startDevServer({
    executable: executable.path,
    dataFolder: join(config.home, "temporal"),
    report,
  });
  cleanups.push(() => server.stop());
  observe({
    kind: "started",
    part: "temporal",
    detail: `development server ${executable.version} as process ${server.pid}, UI at ${server.uiUrl}`,
  });
  return server;
}
