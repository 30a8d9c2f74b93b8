/** The store over one driver, for the embedded and the native edition alike. */
import type postgres from "postgres";
import { type Store, StoreUnavailable } from "../ports/store.ts";
import { alertStore } from "./alerting/alert.ts";
import { assetStore } from "./plant/asset.ts";
import { batchStore } from "./intake/batch.ts";
import { quarantineStore } from "./intake/quarantine.ts";
import { sourceStore } from "./intake/source.ts";
import { isUnavailable } from "./connect.ts";
import { detectorStateStore } from "./detection/detector_state.ts";
import { eventStore } from "./event.ts";
import { schemaVersion } from "./migrate.ts";
import { readingStore } from "./plant/reading.ts";
import { reprocessStore } from "./history/reprocess.ts";
import { sensorStore } from "./plant/sensor.ts";
import type { Sql } from "./sql.ts";
import { tenantStore } from "./access/tenant.ts";
import { TooManyWait, type Turns } from "../turns.ts";

/** With `turns`, its calls outside of transactions wait for each other. */
export function createStore(sql: postgres.Sql<{ bigint: number }>, { turns }: { turns?: Turns } = {}): Store {
  return {
    ...nouns(sql, turns),
    transaction: <T>(work: (store: Store) => Promise<T>) =>
      translated(async () =>
        await sql.begin((tx) => work({ ...nouns(tx), transaction: refuseNesting, schemaVersion: refuseNesting })) as T
      ),
    schemaVersion: () => translated(() => schemaVersion(sql)),
  };
}

function nouns(sql: Sql, turns?: Turns): Omit<Store, "transaction" | "schemaVersion"> {
  const guarded = <Port extends object>(port: Port) => guardedPort(port, turns);
  return {
    tenants: guarded(tenantStore(sql)),
    assets: guarded(assetStore(sql)),
    sensors: guarded(sensorStore(sql)),
    sources: guarded(sourceStore(sql)),
    batches: guarded(batchStore(sql)),
    quarantine: guarded(quarantineStore(sql)),
    readings: guarded(readingStore(sql)),
    detectorStates: guarded(detectorStateStore(sql)),
    alerts: guarded(alertStore(sql)),
    events: guarded(eventStore(sql)),
    reprocessing: guarded(reprocessStore(sql)),
  };
}

function refuseNesting(): never {
  throw new Error("not to be called inside a transaction");
}

/** The same calls, with the driver's errors for "cannot reach it" turned into the port's. */
function guardedPort<Port extends object>(port: Port, turns: Turns = (work) => work()): Port {
  const calls = Object.entries(port).map((
    [name, call],
  ) => [name, (...args: unknown[]) => translated(() => turns(() => call(...args)))]);
  return Object.fromEntries(calls) as Port;
}

async function translated<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof Error && (error instanceof TooManyWait || isUnavailable(error))) {
      throw new StoreUnavailable(`The store is not available: ${error.message}`, { cause: error });
    }
    throw error;
  }
}
