/** Opens the store: a server when there is a URL, the embedded one otherwise. */
import { connect as connectSocket } from "node:net";
import postgres from "postgres";
import { readInstant, writeInstant } from "./sql.ts";
import { roomFault } from "./room.ts";

/** Which TimescaleDB this is: what it may be asked to do differs. */
export type Edition = "embedded" | "apache" | "community";

export interface StoreConnection {
  readonly sql: postgres.Sql<{ bigint: number }>;
  /**
   * For queries of clients. On a server these connections are others, write nothing, and end a statement that takes too
   * long.
   */
  readonly reads: postgres.Sql<{ bigint: number }>;
  readonly edition: Edition;
  /** Resolves when the store cannot be used any more by this process; a server is waited for instead. */
  readonly broken: Promise<Error>;
  /** What keeps the store from writing now, for people; undefined: nothing that this process can see. */
  writeFault(): string | undefined;
  close(): Promise<void>;
}

const NEVER = new Promise<never>(() => {});

export interface ConnectOptions {
  /** postgres://user:password@host:port/database */
  readonly databaseUrl?: string;
  /** Folder of the embedded store; undefined: in memory. */
  readonly dataFolder?: string;
  readonly poolSize?: number;
  readonly report?: (line: string) => void;
}

/**
 * Longest that a client's query may keep a server busy; what asks for more than that is refused before
 * (graphql/cost.ts).
 */
const READ_MAX_MS = 5_000;

/** Connections for queries beside a pool of `poolSize`. */
export function readsOf(poolSize: number): number {
  return Math.ceil(poolSize / 2);
}

// Ids fit into a number; 2^53 of them are enough.
const BIGINT = { to: 20, from: [20], parse: Number, serialize: String };
/** Times come as milliseconds: a Date would end at them, and the store knows microseconds. */
const INSTANT = { to: 1184, from: [1184], parse: readInstant, serialize: writeInstant };
const TYPES = { bigint: BIGINT, ...{ date: INSTANT } } as { readonly bigint: typeof BIGINT };

const OPTIONS = {
  types: TYPES,
  // No arrays travel as parameters (sql.ts), so the driver need not ask for their types.
  fetch_types: false,
  onnotice: () => {},
};

/**
 * Throws `StoreUnreachable`; for the embedded store `FolderInUse` when another process has its folder, `DiskFull`,
 * `StoreStopped`.
 */
/**
 * Statements are planned with their values: from the sixth time on a plan for any values would be tried, and planning
 * one over all chunks of years costs half a second.
 */
const PLANS = { plan_cache_mode: "force_custom_plan" };

/**
 * Throws what the driver says when the server cannot be reached, `FolderInUse` when another process has the embedded
 * folder.
 */
export async function connectStore(options: ConnectOptions): Promise<StoreConnection> {
  return await (options.databaseUrl === undefined
    ? openInProcess(options)
    : openServer(options.databaseUrl, options.poolSize ?? 10));
}

async function openInProcess({ dataFolder, report }: ConnectOptions): Promise<StoreConnection> {
  report?.(dataFolder === undefined ? "opening a store in memory" : `opening the embedded store in ${dataFolder}`);
  // Loaded here, so that a worker on Node, which always has a server, need not load it.
  const { openEmbedded } = await import("./embedded.ts");
  const embedded = await openEmbedded(dataFolder);
  const socket = () => embedded.socket();
  // The embedded database asks for a password and takes any.
  const sql = postgres({
    ...OPTIONS,
    ...{ socket },
    max: 1,
    username: "postgres",
    password: "none",
    database: "postgres",
    max_lifetime: null,
  });
  // Nothing loads it for a folder that is opened again, and without it the first insert fails and what is compressed
  // reads as empty.
  await sql`LOAD 'timescaledb'`;
  await sql`SELECT set_config('plan_cache_mode', ${PLANS.plan_cache_mode}, false)`;
  return {
    sql,
    reads: sql,
    edition: "embedded",
    broken: embedded.broken,
    writeFault() {
      const fault = dataFolder === undefined ? undefined : roomFault(dataFolder);
      return fault && `${fault} Then it writes again by itself.`;
    },
    async close() {
      await sql.end({ timeout: 2 });
      await embedded.close();
    },
  };
}

async function openServer(databaseUrl: string, poolSize: number): Promise<StoreConnection> {
  const url = new URL(databaseUrl);
  const plain = !url.searchParams.has("sslmode") || url.searchParams.get("sslmode") === "disable";
  // The driver never asks for TCP_NODELAY, which costs 40 ms on some statements; with TLS it has to open the socket
  // itself.
  const socket = () => connectSocket({ host: url.hostname, port: Number(url.port || 5432), noDelay: true });
  const sql = postgres(databaseUrl, {
    ...OPTIONS,
    ...(plain ? { socket } : {}),
    max: poolSize,
    connect_timeout: 5,
    connection: { application_name: "millwright", ...PLANS },
  });
  // None is opened before the first query.
  const reads = postgres(databaseUrl, {
    ...OPTIONS,
    ...(plain ? { socket } : {}),
    max: readsOf(poolSize),
    connect_timeout: 5,
    connection: {
      ...PLANS,
      application_name: "millwright reads",
      statement_timeout: READ_MAX_MS,
      default_transaction_read_only: true,
    },
  });
  try {
    await sql`CREATE EXTENSION IF NOT EXISTS timescaledb`;
    const [{ license }] = await sql<{ license: string }[]>`SELECT current_setting('timescaledb.license') AS license`;
    return {
      sql,
      reads,
      edition: license === "apache" ? "apache" : "community",
      broken: NEVER,
      writeFault: () => undefined,
      close: async () => void await Promise.all([sql.end({ timeout: 5 }), reads.end({ timeout: 5 })]),
    };
  } catch (error) {
    await sql.end({ timeout: 0 });
    const where = `${url.hostname}:${url.port || 5432}${url.pathname}`;
    throw new StoreUnreachable(`The store at ${where} (DATABASE_URL) cannot be used: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** The store named by DATABASE_URL cannot be used. */
export class StoreUnreachable extends Error {
  override readonly name = "StoreUnreachable";
}
