/** The store over one driver, for the embedded and the native edition alike. */
import type postgres from "postgres";
import { type Store, StoreFull, StoreUnavailable } from "../ports/store.ts";
import { episodeStore } from "./alerting/episode.ts";
import { laneStore } from "./plant/lane.ts";
import { overviewStore } from "./plant/overview.ts";
import { lookStore } from "./intake/look.ts";
import { alarmBudgetStore } from "./alerting/alarm_budget.ts";
import { alertStore } from "./alerting/alert.ts";
import { channelStore } from "./alerting/channel.ts";
import { notificationStore } from "./alerting/notification.ts";
import { routingStore } from "./alerting/route.ts";
import { subjectStore } from "./alerting/subject.ts";
import { alertTimerStore } from "./alerting/timer.ts";
import { floodStore } from "./alerting/flood.ts";
import { alertHistoryStore } from "./alerting/history.ts";
import { performanceStore } from "./alerting/performance.ts";
import { alertPolicyStore } from "./alerting/policy.ts";
import { presenceStore } from "./alerting/presence.ts";
import { windowStore } from "./alerting/window.ts";
import { candidateStore } from "./alerting/candidate.ts";
import { assetStore } from "./plant/asset.ts";
import { batchStore } from "./intake/batch.ts";
import { quarantineStore } from "./intake/quarantine.ts";
import { sourceStore } from "./intake/source.ts";
import { assetStateStore } from "./detection/asset_state.ts";
import { detectorStateStore } from "./detection/detector_state.ts";
import { settingsStore } from "./detection/settings.ts";
import { eventStore } from "./event.ts";
import type { Edition } from "./connect.ts";
import { schemaVersion } from "./migrate.ts";
import { partStore } from "./part.ts";
import { readingStore } from "./plant/reading.ts";
import { horizonStore } from "./history/horizon.ts";
import { reprocessStore } from "./history/reprocess.ts";
import { retentionStore } from "./history/retention.ts";
import { thinningStore } from "./history/thinning.ts";
import { upkeepStore } from "./history/upkeep.ts";
import { sensorStore } from "./plant/sensor.ts";
import type { Sql } from "./sql.ts";
import { keyStore } from "./access/key.ts";
import { tenantStore } from "./access/tenant.ts";
import { TooManyWait, type Turns } from "../turns.ts";
import { asTenant, behindWall } from "./wall.ts";
import { isUnavailable } from "./unavailable.ts";

export interface StoreOptions {
  /** What the store may be asked to do besides what all editions can. */
  readonly edition?: Edition;
  /** What keeps the store from writing now; see `StoreConnection`. */
  readonly writeFault?: () => string | undefined;
  /** Calls outside of transactions wait for each other by these. */
  readonly turns?: Turns;
  /** Whether each call is shown what its tenant has and no more (wall.ts). */
  readonly walled?: boolean;
}

const NOTHING = () => undefined;

export function createStore(
  sql: postgres.Sql<{ bigint: number }>,
  { edition = "apache", writeFault = NOTHING, turns = (work) => work(), walled = false }: StoreOptions = {},
): Store {
  const translated: Translate = async (call) => {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof Error) || !(error instanceof TooManyWait || isUnavailable(error))) throw error;
      const full = writeFault();
      if (full !== undefined) throw new StoreFull(full, { cause: error });
      throw new StoreUnavailable(`The store is not available: ${error.message}`, { cause: error });
    }
  };
  const plain = nouns(sql, { edition, translated: (call) => translated(() => turns(call)) });
  /** One transaction for a call by itself. */
  const alone = async <T>(tenantId: number, call: (inside: Nouns) => Promise<T>): Promise<T> =>
    await sql.begin(async (tx) => {
      const [, answer] = await Promise.all([asTenant(tx, tenantId), call(nouns(tx, { edition, translated }))]);
      return answer;
    }) as T;
  return {
    ...walled ? behindWall(plain, (tenantId, call) => translated(() => turns(() => alone(tenantId, call)))) : plain,
    transaction: <T>(work: (store: Store) => Promise<T>) =>
      translated(async () =>
        await sql.begin((tx) =>
          work({
            ...walled ? enteringOnce(tx, nouns(tx, { edition, translated })) : nouns(tx, { edition, translated }),
            transaction: refuseNesting,
            schemaVersion: refuseNesting,
            writeFault,
          })
        ) as T
      ),
    schemaVersion: () => translated(() => schemaVersion(sql)),
    writeFault,
  };
}

type Nouns = Omit<Store, "transaction" | "schemaVersion" | "writeFault">;

/** Inside a transaction the tenant stays what it was set to last, so its calls go one behind the other. */
function enteringOnce(tx: Sql, inside: Nouns): Nouns {
  let current: number | undefined;
  let underWay: Promise<unknown> = Promise.resolve();
  return behindWall(inside, (tenantId, call) => {
    const next = underWay.then(async () => {
      if (current !== tenantId) await asTenant(tx, tenantId);
      current = tenantId;
      return await call(inside);
    });
    // What it throws is for whoever called.
    underWay = next.catch(() => {});
    return next;
  });
}

type Translate = <T>(call: () => Promise<T>) => Promise<T>;

function nouns(
  sql: Sql,
  { edition, translated }: { edition: Edition; translated: Translate },
): Nouns {
  /** The same calls, with the driver's errors for "cannot do it now" turned into the port's. */
  function guarded<Port extends object>(port: Port): Port {
    const calls = Object.entries(port).map((
      [name, call],
    ) => [name, (...args: unknown[]) => translated(() => call(...args))]);
    return Object.fromEntries(calls) as Port;
  }
  return {
    tenants: guarded(tenantStore(sql)),
    keys: guarded(keyStore(sql)),
    assets: guarded(assetStore(sql)),
    sensors: guarded(sensorStore(sql)),
    sources: guarded(sourceStore(sql)),
    batches: guarded(batchStore(sql)),
    quarantine: guarded(quarantineStore(sql)),
    readings: guarded(readingStore(sql)),
    detectorStates: guarded(detectorStateStore(sql)),
    settings: guarded(settingsStore(sql)),
    assetStates: guarded(assetStateStore(sql)),
    alerts: guarded(alertStore(sql)),
    subjects: guarded(subjectStore(sql)),
    channels: guarded(channelStore(sql)),
    routing: guarded(routingStore(sql)),
    notifications: guarded(notificationStore(sql)),
    alertTimers: guarded(alertTimerStore(sql)),
    alertHistory: guarded(alertHistoryStore(sql)),
    alertPolicies: guarded(alertPolicyStore(sql)),
    windows: guarded(windowStore(sql)),
    floods: guarded(floodStore(sql)),
    performance: guarded(performanceStore(sql)),
    presences: guarded(presenceStore(sql)),
    episodes: guarded(episodeStore(sql)),
    overview: guarded(overviewStore(sql)),
    lanes: guarded(laneStore(sql)),
    looks: guarded(lookStore(sql)),
    candidates: guarded(candidateStore(sql)),
    alarmBudgets: guarded(alarmBudgetStore(sql)),
    events: guarded(eventStore(sql)),
    reprocessing: guarded(reprocessStore(sql)),
    retention: guarded(retentionStore(sql)),
    horizons: guarded(horizonStore(sql)),
    thinning: guarded(thinningStore(sql)),
    parts: guarded(partStore(sql)),
    upkeep: guarded(upkeepStore(sql, edition)),
  };
}

function refuseNesting(): never {
  throw new Error("not to be called inside a transaction");
}
