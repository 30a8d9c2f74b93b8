/**
 * Composition root: settings -> adapters -> operations -> gateway and worker. What was opened is closed in reverse order, also when a later part fails
 * to open.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createActivities } from "../activities/mod.ts";
import type { Config } from "./config.ts";
import type { Observe } from "./observation.ts";
import { createBatchMemory } from "./operations/batch_memory.ts";
import { checkHealth, checkStore } from "./operations/check_health.ts";
import type { Deps } from "./operations/deps.ts";
import { createStateMemory } from "./operations/state_memory.ts";
import type { Workflows } from "./ports/workflows.ts";
import { workflowBundle } from "./temporal/bundle.ts";
import { createWorkflows } from "./temporal/client.ts";
import { connectTemporal, type RunningWorker, scheduleSweeper, startWorker } from "./temporal/worker.ts";
import { connectStore, type StoreConnection } from "./timescale/connect.ts";
import { expectedVersion, migrate } from "./timescale/migrate.ts";
import { createStore } from "./timescale/store.ts";
import { inProcessWakeUps, postgresWakeUps } from "./timescale/wake_up.ts";
import { deferred } from "./deferred.ts";

export const MIGRATIONS = fileURLToPath(new URL("../migrations/", import.meta.url));

const BATCH_MEMORY_BYTES = 64 * 2 ** 20;
const STATE_MEMORY_SENSORS = 10_000;
/**
 * Activities at once. Most of them wait for their turn in their source, which needs no connection; the others queue for one when there are too few.
 */
const EMBEDDED_ACTIVITIES_MAX = 48;
const ACTIVITIES_PER_CONNECTION = 4;
const WAITING_SHARE = 2 / 3;
const REQUEST_GRACE_MS = 3_000;

export interface AppOptions {
  readonly parts: readonly ("gateway" | "worker")[];
  readonly observe: Observe;
}

export interface App {
  readonly deps: Deps;
  /** Where the gateway listens; undefined without one. */
  readonly url: string | undefined;
  readonly temporalUiUrl: string | undefined;
  /** Process id of the development server, when it is ours. */
  readonly temporalPid: number | undefined;
  /** Ends when a part broke that the app cannot go on without. */
  readonly broken: Promise<Error>;
  /** Finishes what is in flight and closes everything. */
  close(): Promise<void>;
}

/** Starts the parts asked for, with all that they need. Throws what kept it from starting, with everything closed again. */
export async function startApp(config: Config, { parts, observe }: AppOptions): Promise<App> {
  const cleanups: (() => Promise<void>)[] = [];
  try {
    return await compose(config, { parts, observe, cleanups });
  } catch (error) {
    await closeAll(cleanups);
    throw error;
  }
}

async function closeAll(cleanups: (() => Promise<void>)[]): Promise<void> {
  for (const close of cleanups.splice(0).reverse()) await close();
}

interface Composing extends AppOptions {
  readonly cleanups: (() => Promise<void>)[];
}

async function compose(config: Config, { parts, observe, cleanups }: Composing): Promise<App> {
  const withWorker = parts.includes("worker");
  // Side by side, since each takes a second or more; all three are awaited even if one fails, so that what did open is closed.
  const givenUp = new AbortController();
  const opening = <T>(part: Promise<T>) =>
    part.catch((error) => {
      givenUp.abort();
      throw error;
    });
  const [storeOpening, temporalOpening, bundling] = await Promise.allSettled([
    opening(openStore(config, { observe, cleanups })),
    opening(openTemporal(config, { observe, cleanups, signal: givenUp.signal })),
    opening(withWorker ? workflowBundle(join(config.home, "cache")) : Promise.resolve(undefined)),
  ]);
  const connection = valueOf(storeOpening);
  const temporal = valueOf(temporalOpening);
  const bundle = valueOf(bundling);

  const workflows = createWorkflows({ ...temporal, namespace: config.temporal.namespace });
  const deps = createDeps(config, { connection, workflows, observe, cleanups });
  const { promise: broken, resolve: breaks } = deferred<Error>();
  connection.broken.then(breaks);

  if (bundle !== undefined) {
    const activitiesMax = connection.edition === "embedded"
      ? EMBEDDED_ACTIVITIES_MAX
      : ACTIVITIES_PER_CONNECTION * config.poolSize;
    const worker = await runWorker(config, { deps, connection: temporal.connection, bundle, activitiesMax });
    worker.ended.then(() => breaks(new Error("The worker stopped by itself.")), breaks);
    cleanups.push(() => worker.stop());
    observe({ kind: "started", part: "worker", detail: `takes up to ${activitiesMax} activities at once` });
  }
  const url = parts.includes("gateway") ? await openGateway(config, { deps, cleanups }) : undefined;
  if (url !== undefined) observe({ kind: "started", part: "gateway", detail: url });
  return {
    deps,
    url,
    temporalUiUrl: temporal.uiUrl,
    temporalPid: temporal.pid,
    broken,
    close: () => closeAll(cleanups),
  };
}

function valueOf<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === "rejected") throw settled.reason;
  return settled.value;
}

type Opening = Pick<Composing, "observe" | "cleanups">;

async function openStore(config: Config, { observe, cleanups }: Opening): Promise<StoreConnection> {
  const report = (detail: string) => observe({ kind: "progress", part: "store", detail });
  const connection = await connectStore({
    databaseUrl: config.databaseUrl,
    dataFolder: join(config.home, "store"),
    poolSize: config.poolSize,
    report,
  });
  cleanups.push(() => connection.close());
  const { applied, version } = await migrate(connection.sql, { folder: MIGRATIONS, report });
  const migrations = applied.length === 0 ? "" : `, ${applied.length} of them new`;
  observe({
    kind: "started",
    part: "store",
    detail: `${connection.edition} edition, migration ${version}${migrations}`,
  });
  return connection;
}

async function openTemporal(config: Config, { observe, cleanups, signal }: Opening & { readonly signal: AbortSignal }) {
  const address = config.temporal.address;
  const own = address === undefined ? await openDevServer(config, { observe, cleanups }) : undefined;
  const connection = await connectTemporal({
    address: own?.address ?? address!,
    namespace: config.temporal.namespace,
    observe,
    signal,
  });
  cleanups.push(() => connection.close());
  return { connection, uiUrl: config.temporal.uiUrl ?? own?.uiUrl, pid: own?.pid };
}

async function openDevServer(config: Config, { observe, cleanups }: Opening) {
  const { findTemporal } = await import("./temporal/executable.ts");
  const { startDevServer } = await import("./temporal/dev_server.ts");
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

interface Wiring extends Opening {
  readonly connection: StoreConnection;
  readonly workflows: Workflows;
}

function createDeps(config: Config, { connection, workflows, observe, cleanups }: Wiring): Deps {
  const wakeUps = connection.edition === "embedded"
    ? inProcessWakeUps()
    : postgresWakeUps(connection.sql, (cause) => observe({ kind: "fault", part: "wake-ups", cause }));
  cleanups.push(async () => await wakeUps.close());
  const pending = new Set<Promise<void>>();
  cleanups.push(async () => void await Promise.all(pending));
  return {
    store: createStore(connection.sql, connection.writeFault),
    workflows,
    wakeUps,
    clock: { nowMs: () => Date.now() },
    observe,
    limits: config.limits,
    batchMemory: createBatchMemory(BATCH_MEMORY_BYTES),
    stateMemory: createStateMemory(STATE_MEMORY_SENSORS),
    background(work) {
      pending.add(work);
      work.finally(() => pending.delete(work));
    },
  };
}

interface WorkerParts {
  readonly deps: Deps;
  readonly connection: Parameters<typeof startWorker>[0]["connection"];
  readonly bundle: string;
  readonly activitiesMax: number;
}

async function runWorker(
  config: Config,
  { deps, connection, bundle, activitiesMax }: WorkerParts,
): Promise<RunningWorker> {
  const namespace = config.temporal.namespace;
  const activities = createActivities(deps, { waitingMax: Math.floor(WAITING_SHARE * activitiesMax) });
  const worker = await startWorker({ connection, namespace, bundle, activities, activitiesMax });
  await scheduleSweeper(connection, namespace);
  return worker;
}

async function openGateway(
  config: Config,
  { deps, cleanups }: { deps: Deps; cleanups: Composing["cleanups"] },
): Promise<string> {
  // Loaded here, so that a worker on Node need not load it.
  const { createGateway } = await import("../graphql/server.ts");
  const { serve } = await import("./serve.ts");
  const tenant = await deps.store.tenants.byKey("default");
  if (tenant === undefined) throw new Error("the store has no default tenant");
  const expectedSchema = await expectedVersion(MIGRATIONS);
  const gateway = createGateway({
    deps,
    tenant: () => Promise.resolve(tenant),
    bodyBytesMax: config.gateway.bodyBytesMax,
    graphiql: config.gateway.graphiql,
    waitMaxMs: 30_000,
    health: (path) => answerHealth(path, { deps, expectedSchema }),
  });
  const server = serve((request) => gateway.fetch(request), config.gateway);
  cleanups.push(async () => {
    await gateway.dispose();
    await server.stop(REQUEST_GRACE_MS);
  });
  return server.url;
}

async function answerHealth(
  path: string,
  { deps, expectedSchema }: { deps: Deps; expectedSchema: number },
): Promise<Response | undefined> {
  // For probes that restart a process: it answers, so it lives.
  if (path === "/health/live") return Response.json({ ok: true });
  const check = { "/health": checkHealth, "/health/ready": checkHealth, "/health/db": checkStore }[path];
  if (check === undefined) return undefined;
  const health = await check({ ...deps, expectedSchema });
  return Response.json(health, { status: health.ok ? 200 : 503 });
}
