/**
 * Composition root: settings -> adapters -> operations -> gateway and worker. What was opened is closed in reverse
 * order, also when a later part fails to open.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createAssetTurns } from "./operations/detection/asset_turns.ts";
import { createActivities } from "../activities/mod.ts";
import type { Config } from "./config.ts";
import type { Observe } from "./observation.ts";
import { createSettingsMemory } from "./operations/detection/settings_memory.ts";
import { createAssetMemory, createStateMemory } from "./operations/detection/state_memory.ts";
import { startDelivering } from "./operations/alerting/deliver_notifications.ts";
import { createCouriers } from "./notify/mod.ts";
import { createAlertFeeds, createEventFeeds } from "./operations/alerting/alert_feed.ts";
import { vacuumRewritten } from "./operations/history/tidy_store.ts";
import { createBatchMemory } from "./operations/intake/batch_memory.ts";
import type { Deps } from "./operations/scope.ts";
import { showPart } from "./operations/show_parts.ts";
import { sweep } from "./operations/sweep.ts";
import type { Workflows } from "./ports/workflows.ts";
import { workflowBundle } from "./temporal/bundle.ts";
import { createWorkflows } from "./temporal/client.ts";
import { laterWorkflows } from "./temporal/later.ts";
import { openTemporal, type Temporal } from "./temporal/open.ts";
import { startWorker } from "./temporal/worker.ts";
import { createUnits } from "./ucum/units.ts";
import { connectStore, type StoreConnection } from "./timescale/connect.ts";
import { expectedVersion, migrate } from "./timescale/migrate.ts";
import { createStore } from "./timescale/store.ts";
import { inProcessWakeUps, postgresWakeUps } from "./timescale/wake_up.ts";
import { deferred } from "./deferred.ts";
import { SECRETS } from "./secrets.ts";
import { repeat } from "./repeat.ts";
import { type Installation, openInstallation } from "./timescale/installation.ts";
import { taskQueueOf } from "../workflows/contracts.ts";

export const MIGRATIONS = fileURLToPath(new URL("../migrations/", import.meta.url));

const BATCH_MEMORY_BYTES = 64 * 2 ** 20;
const STATE_MEMORY_SENSORS = 10_000;
const SETTINGS_MEMORY_SETS = 1_000;
/**
 * With its model an asset takes some 350 KB. Assets are folded in turn, so with fewer than there are, none would be
 * found.
 */
const STATE_MEMORY_ASSETS = 1_000;
/**
 * Activities at once: a few more than the store's connections, so that none of these is idle while an activity
 * computes.
 */
const EMBEDDED_ACTIVITIES_MAX = 8;
const ACTIVITIES_PER_CONNECTION = 1.5;
const SWEEP_EVERY_MS = 5_000;
const PLAN_EVERY_MS = 60_000;
const VACUUM_EVERY_MS = 5 * 60_000;

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

/**
 * Starts the parts asked for, with all that they need. Throws what kept it from starting, with everything closed again.
 */
export async function startApp(config: Config, { parts, observe }: AppOptions): Promise<App> {
  const cleanups: (() => Promise<void>)[] = [];
  try {
    return await compose(config, { parts, observe, cleanups });
  } catch (error) {
    await closeAll(cleanups);
    throw error;
  }
}

/** Closes all, also when one of them throws; throws what the first one threw. */
async function closeAll(cleanups: (() => Promise<void>)[]): Promise<void> {
  const faults: unknown[] = [];
  for (const close of cleanups.splice(0).reverse()) await close().catch((fault) => faults.push(fault));
  if (faults.length > 0) throw faults[0];
}

interface Composing extends AppOptions {
  readonly cleanups: (() => Promise<void>)[];
}

async function compose(config: Config, { parts, observe, cleanups }: Composing): Promise<App> {
  const withWorker = parts.includes("worker");
  if (parts.includes("gateway")) (await import("./serve.ts")).checkPort(config.gateway);
  // Side by side, since each takes a second or more; all three are awaited even if one fails, so that what did open is
  // closed.
  const givenUp = new AbortController();
  const opening = <T>(part: Promise<T>) =>
    part.catch((error) => {
      givenUp.abort();
      throw error;
    });
  // A gateway accepts without Temporal, so it does not wait for it either.
  const waits = withWorker || config.temporal.address === undefined;
  const reaching = openTemporal(config, { observe, cleanups, signal: givenUp.signal, patient: !waits });
  reaching.catch((cause) => !waits && !givenUp.signal.aborted && observe({ kind: "fault", part: "temporal", cause }));
  cleanups.push(() => Promise.resolve(givenUp.abort()));
  const [storeOpening, temporalOpening, bundling] = await Promise.allSettled([
    opening(openStore(config, { observe, cleanups })),
    opening(waits ? reaching : Promise.resolve(undefined)),
    opening(withWorker ? workflowBundle(join(config.home, "cache")) : Promise.resolve(undefined)),
  ]);
  const { connection, installation } = valueOf(storeOpening);
  const temporal = valueOf(temporalOpening);
  const bundle = valueOf(bundling);

  const { namespace } = config.temporal;
  const toWorkflows = (temporal: Temporal) =>
    createWorkflows({ ...temporal, namespace, installation: installation.id });
  const workflows = temporal === undefined ? laterWorkflows(reaching.then(toWorkflows)) : toWorkflows(temporal);
  const deps = createDeps(config, { connection, workflows, observe, cleanups });
  const { promise: broken, resolve: breaks } = deferred<Error>();
  connection.broken.then(breaks);

  if (bundle !== undefined && temporal !== undefined) {
    const activitiesMax = connection.edition === "embedded"
      ? EMBEDDED_ACTIVITIES_MAX
      : Math.floor(ACTIVITIES_PER_CONNECTION * config.poolSize);
    const worker = await startWorker({
      connection: temporal.connection,
      namespace,
      taskQueue: taskQueueOf(installation.id),
      bundle,
      activities: createActivities(deps),
      activitiesMax,
    });
    worker.ended.then(() => breaks(new Error("The worker stopped by itself.")), breaks);
    cleanups.push(() => worker.stop());
    const listeningSince = deps.clock.nowMs();
    const sweeping = repeat(SWEEP_EVERY_MS, {
      work: () => sweep(deps, { listeningSince }),
      onFault: (cause) => observe({ kind: "sweep.failed", cause }),
    });
    const planning = repeat(PLAN_EVERY_MS, {
      work: () => workflows.planSchedules(),
      onFault: (cause) => observe({ kind: "sweep.failed", cause }),
    });
    const vacuuming = repeat(VACUUM_EVERY_MS, {
      work: () => vacuumRewritten(deps),
      onFault: (cause) => observe({ kind: "fault", part: "vacuum", cause }),
    });
    const delivering = startDelivering(deps);
    cleanups.push(() => delivering.stop());
    cleanups.push(async () => void await Promise.all([sweeping.stop(), planning.stop(), vacuuming.stop()]));
    cleanups.push(showPart(deps, { kind: "worker", migration: await expectedVersion(MIGRATIONS) }));
    observe({ kind: "started", part: "worker", detail: `takes up to ${activitiesMax} activities at once` });
  }
  const url = parts.includes("gateway") ? await openClientSide(config, { deps, connection, cleanups }) : undefined;
  if (url !== undefined) {
    cleanups.push(showPart(deps, { kind: "gateway", migration: await expectedVersion(MIGRATIONS) }));
    observe({ kind: "started", part: "gateway", detail: url });
  }
  return {
    deps,
    url,
    temporalUiUrl: temporal?.uiUrl,
    temporalPid: temporal?.pid,
    broken,
    close: () => closeAll(cleanups),
  };
}

function valueOf<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === "rejected") throw settled.reason;
  return settled.value;
}

type Opening = Pick<Composing, "observe" | "cleanups">;

interface OpenedStore {
  readonly connection: StoreConnection;
  readonly installation: Installation;
}

async function openStore(config: Config, { observe, cleanups }: Opening): Promise<OpenedStore> {
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
  const installation = await openInstallation(connection.sql);
  const { id, renewed: reason } = installation;
  if (reason !== undefined) observe({ kind: "installation.renewed", id, reason });
  return { connection, installation };
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
  const assetTurns = createAssetTurns();
  cleanups.push(() => Promise.resolve(assetTurns.close()));
  const { edition, writeFault } = connection;
  const store = createStore(connection.sql, { edition, writeFault });
  return {
    store,
    reads: createStore(connection.reads, { edition, writeFault }),
    alertFeeds: createAlertFeeds({ store, wakeUps }),
    eventFeeds: createEventFeeds({ store, wakeUps }),
    workflows,
    wakeUps,
    couriers: createCouriers({ ...config.notify, observe, nowMs: () => Date.now() }),
    units: createUnits(),
    clock: { nowMs: () => Date.now() },
    secrets: SECRETS,
    observe,
    limits: config.limits,
    batchMemory: createBatchMemory(BATCH_MEMORY_BYTES),
    stateMemory: createStateMemory(STATE_MEMORY_SENSORS),
    settingsMemory: createSettingsMemory(SETTINGS_MEMORY_SETS),
    assetTurns,
    assetMemory: createAssetMemory(STATE_MEMORY_ASSETS),
    background(work) {
      pending.add(work);
      work.finally(() => pending.delete(work));
    },
  };
}

/** Loaded here, so that a worker on Node need not load it. */
async function openClientSide(
  config: Config,
  opening: { deps: Deps; connection: StoreConnection; cleanups: Composing["cleanups"] },
): Promise<string> {
  const { openGateway } = await import("./open_gateway.ts");
  return await openGateway(config, { ...opening, expectedSchema: await expectedVersion(MIGRATIONS) });
}
