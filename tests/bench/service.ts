/** The whole service for a measurement, on either store, with what it may be given beforehand. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type postgres from "postgres";
import { createStore } from "../../src/timescale/store.ts";
import { connectStore } from "../../src/timescale/connect.ts";
import { migrate } from "../../src/timescale/migrate.ts";
import type { Scope } from "../../src/operations/scope.ts";
import { type AppProcess, startAppProcess, temporaryHome } from "../fixtures/app.ts";
import { MIGRATIONS, temporaryDatabase } from "../fixtures/engines.ts";

export type Sql = postgres.Sql<{ bigint: number }>;
export type FillScope = Pick<Scope, "store" | "tenant">;

export interface ServiceOptions {
  /** Undefined: the embedded store. */
  readonly databaseUrl: string | undefined;
  readonly env?: Record<string, string>;
  readonly fill?: (scope: FillScope, sql: Sql) => Promise<void>;
}

export interface Service {
  readonly store: "embedded" | "native";
  readonly app: AppProcess;
  /** Address of the database; undefined for the embedded store. */
  readonly databaseUrl: string | undefined;
}

export async function withService(
  { databaseUrl, env = {}, fill }: ServiceOptions,
  work: (service: Service) => Promise<void>,
): Promise<void> {
  const database = databaseUrl === undefined ? undefined : await temporaryDatabase(databaseUrl);
  const home = await temporaryHome();
  try {
    if (fill !== undefined) {
      const connection = await connectStore({ databaseUrl: database?.url, dataFolder: join(home, "store") });
      await migrate(connection.sql, { folder: MIGRATIONS });
      const store = createStore(connection.sql);
      await fill({ store, tenant: (await store.tenants.byKey("default"))! }, connection.sql);
      await connection.close();
    }
    const app = await startAppProcess(home, {
      env: { MILLWRIGHT_LOG_LEVEL: "info", DATABASE_URL: database?.url ?? "", ...env },
    });
    try {
      await work({ store: database === undefined ? "embedded" : "native", app, databaseUrl: database?.url });
    } finally {
      await app.end("SIGTERM");
    }
  } finally {
    await rm(home, { recursive: true });
    await database?.drop();
  }
}

/** The embedded store, and a server where there is one. */
export function storesOf(databaseUrl: string | undefined): (string | undefined)[] {
  return databaseUrl === undefined ? [undefined] : [undefined, databaseUrl];
}
