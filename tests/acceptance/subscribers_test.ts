/**
 * A subscriber that breaks off at random and comes back with its cursor, while the gateway is killed and ended in
 * between, sees each change of an alert once and in order.
 */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { AlertId } from "../../src/domain/alerting/alert.ts";
import { seededRandom } from "../../src/domain/detection/stats/random.ts";
import { connectStore } from "../../src/timescale/connect.ts";
import { migrate } from "../../src/timescale/migrate.ts";
import { createStore } from "../../src/timescale/store.ts";
import { actMutation, decide, globalId, sensorOf } from "../fixtures/alerts.ts";
import { type AppProcess, startAppProcess, temporaryHome } from "../fixtures/app.ts";
import { MIGRATIONS, temporaryDatabase } from "../fixtures/engines.ts";
import { ask } from "../fixtures/graphql.ts";
import { type Line, type Way, WAYS } from "../fixtures/subscriber.ts";
import { until } from "../fixtures/until.ts";

const ALERTS = 20;
const EVENTS = 2_000;
const DISCONNECTS = 200;
const FROM_THE_BEGINNING = btoa("event:0");
const FOLLOW = "subscription ($after: String) { alerts(after: $after) { cursor change note alert { id version } } }";

const seed = Number(Deno.env.get("TESTS_SEED") ?? 20_261_124);
const databaseUrl = Deno.env.get("DATABASE_URL");

/** Alerts of as many sensors, in a store that nobody has opened yet. */
async function alertsIn(options: Parameters<typeof connectStore>[0]): Promise<AlertId[]> {
  const connection = await connectStore(options);
  await migrate(connection.sql, { folder: MIGRATIONS });
  const store = createStore(connection.sql);
  const scope = { store, tenant: (await store.tenants.byKey("default"))! };
  const ids: AlertId[] = [];
  for (let n = 0; n < ALERTS; n++) {
    ids.push((await decide(scope, { sensor: await sensorOf(scope, `s${n}`), type: "opened" }))!.id);
  }
  await connection.close();
  return ids;
}

type Seen = readonly [alert: string, version: number, note: string | null];

/** All that comes until `total` events have, with a break behind each of the `breaks`. */
async function follow(
  url: () => string,
  { way, breaks, total }: { way: Way; breaks: ReadonlySet<number>; total: number },
): Promise<Seen[]> {
  const seen: Seen[] = [];
  let after = FROM_THE_BEGINNING;
  const open = () =>
    until("the gateway to be there", () => way(url(), { query: FOLLOW, after }).catch(() => undefined));
  let line: Line = await open();
  while (seen.length < total) {
    const event = (await line.next())?.alerts;
    if (event !== undefined) {
      seen.push([event.alert.id, event.alert.version, event.note]);
      after = event.cursor;
    }
    if (event === undefined || breaks.has(seen.length)) {
      await line.close();
      line = await open();
    }
  }
  await line.close();
  return seen;
}

function draw(random: () => number, { count, below }: { count: number; below: number }): Set<number> {
  const drawn = new Set<number>();
  while (drawn.size < count) drawn.add(1 + Math.floor(random() * (below - 1)));
  return drawn;
}

interface Running {
  readonly ids: readonly AlertId[];
  readonly start: () => Promise<AppProcess>;
}

async function run({ ids, start }: Running): Promise<void> {
  console.log(`seed ${seed}`);
  const random = seededRandom(seed);
  const total = ALERTS + EVENTS;
  let app = await start();
  const url = () => app.url;
  const following = Object.entries(WAYS).map(async ([name, way]) => ({
    name,
    seen: await follow(url, { way, breaks: draw(random, { count: DISCONNECTS, below: total }), total }),
  }));
  const all = Promise.all(following);
  all.catch(() => {});
  try {
    const rounds = EVENTS / ALERTS;
    const [killed, ended] = [...draw(random, { count: 2, below: rounds })];
    const comment = actMutation("commentOnAlert");
    for (let round = 0; round < rounds; round++) {
      if (round === killed || round === ended) {
        await app.end(round === killed ? "SIGKILL" : "SIGTERM");
        app = await start();
      }
      const alerts = ids.map((id) => ({ id: globalId("Alert", { id }) }));
      await ask(url(), comment, { input: { alerts, comment: `round ${round}` } });
    }
    const rest = await all;
    const expected = await follow(url, { way: WAYS["WebSocket"], breaks: new Set(), total });
    const versions = expected.map(([alert, version]) => `${alert} ${version}`);
    assert.equal(new Set(versions).size, total, "each change once");
    for (const { name, seen } of rest) assert.deepEqual(seen, expected, name);
  } finally {
    await app.end("SIGTERM");
  }
}

Deno.test(`${DISCONNECTS} breaks and two restarts lose, double and disorder nothing of ${EVENTS} events, embedded`, async () => {
  const home = await temporaryHome();
  const ids = await alertsIn({ dataFolder: join(home, "store") });
  await run({ ids, start: () => startAppProcess(home) });
  await rm(home, { recursive: true });
});

if (databaseUrl !== undefined) {
  Deno.test(`${DISCONNECTS} breaks and two restarts lose, double and disorder nothing of ${EVENTS} events, on a server`, async () => {
    const [home, database] = [await temporaryHome(), await temporaryDatabase(databaseUrl)];
    const ids = await alertsIn({ databaseUrl: database.url });
    // A gateway lets people act while Temporal is away.
    const env = { DATABASE_URL: database.url, TEMPORAL_ADDRESS: "127.0.0.1:1" };
    await run({ ids, start: () => startAppProcess(home, { command: "gateway", env }) });
    await database.drop();
    await rm(home, { recursive: true });
  });
}
