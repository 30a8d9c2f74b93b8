/** Puts the gateway together: who comes in, what of the store clients are given, and where it listens. */
import { join } from "node:path";
import { answerHealth } from "../graphql/health.ts";
import { createGateway } from "../graphql/server.ts";
import { checkOpenness, type Config } from "./config.ts";
import { FIRST_TENANT } from "./domain/access/tenant.ts";
import type { Observe } from "./observation.ts";
import { createAuditLog } from "./operations/access/audit_log.ts";
import { createFirstKey } from "./operations/access/create_first_key.ts";
import { openKeyRing } from "./operations/access/key_ring.ts";
import { checkHealth } from "./operations/check_health.ts";
import type { Deps } from "./operations/scope.ts";
import { buildPage } from "./page/build_page.ts";
import { servePage } from "./page/serve_page.ts";
import { serve } from "./serve.ts";
import { readsOf, type StoreConnection } from "./timescale/connect.ts";
import { createStore } from "./timescale/store.ts";
import { raiseWall } from "./timescale/wall.ts";
import { createTurns, type TurnsOptions } from "./turns.ts";

const REQUEST_GRACE_MS = 3_000;
/** Statements of clients' queries that may wait for their turn, and how long. */
const READS_WAITING_MAX = 5_000;
const READ_WAIT_MAX_MS = 15_000;

/** The store for clients: each call sees what its tenant has and no more, where the database lets us see to it. */
async function openClientStores(
  config: Config,
  { connection, observe }: { connection: StoreConnection; observe: Observe },
): Promise<Pick<Deps, "store" | "reads">> {
  const reason = await raiseWall(connection.sql);
  if (reason !== undefined) observe({ kind: "wall.missing", reason });
  const { edition, writeFault } = connection;
  const options = { edition, writeFault, walled: reason === undefined };
  return {
    store: createStore(connection.sql, options),
    reads: createStore(connection.reads, { ...options, turns: createTurns(readTurns(connection, config)) }),
  };
}

/** On the one connection of the embedded store, a write waits for one read at most. */
function readTurns({ edition }: StoreConnection, { poolSize }: Config): TurnsOptions {
  const atOnce = edition === "embedded" ? 1 : readsOf(poolSize);
  return { atOnce, waitingMax: READS_WAITING_MAX, waitMaxMs: READ_WAIT_MAX_MS };
}

export interface Opening {
  readonly deps: Deps;
  readonly connection: StoreConnection;
  /** Number of the last migration that this code knows. */
  readonly expectedSchema: number;
  readonly cleanups: (() => Promise<void>)[];
}

/** Answers where the gateway listens. Throws `ConfigFaults` when it would be open to other machines. */
export async function openGateway(
  config: Config,
  { deps, connection, expectedSchema, cleanups }: Opening,
): Promise<string> {
  const tenant = await deps.store.tenants.byKey(FIRST_TENANT);
  if (tenant === undefined) throw new Error("the store has no default tenant");
  if (config.gateway.firstKey) {
    const created = await createFirstKey({ ...deps, tenant });
    // For the person who starts it, and not in the log.
    if (created !== undefined) {
      console.log(`The first key, which is shown this once, with the scope admin: ${created.text}`);
    }
  }
  const building = buildPage(join(config.home, "cache"));
  building.catch((cause) => deps.observe({ kind: "fault", part: "page", cause }));
  const keys = await openKeyRing(deps, tenant);
  const stores = await openClientStores(config, { connection, observe: deps.observe });
  checkOpenness(config.gateway, { isOpen: keys.isOpen });
  const healthDeps = { ...deps, expectedSchema, behindMaxMs: config.limits.behindMaxMs };
  const auditLog = createAuditLog(deps);
  const gateway = createGateway({
    scope: ({ tenant, actor }) => ({ ...deps, ...stores, tenant, actor }),
    intake: deps.store,
    keys,
    auditLog,
    observe: deps.observe,
    allowed: config.gateway,
    bodyBytesMax: config.gateway.bodyBytesMax,
    bodyMaxMs: 30_000,
    graphiql: config.gateway.graphiql,
    subscriptions: config.gateway.subscriptions,
    waitMaxMs: 30_000,
    page: servePage(building),
    health: (path) => answerHealth(path, healthDeps),
    checkHealth: () => checkHealth(healthDeps),
  });
  const server = serve(gateway.fetch, {
    ...config.gateway,
    onFault: (cause) => deps.observe({ kind: "request.failed", path: "", cause }),
  });
  cleanups.push(async () => {
    await gateway.dispose();
    await server.stop(REQUEST_GRACE_MS);
    await auditLog.close();
  });
  return server.url;
}
