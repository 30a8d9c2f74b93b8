/**
 * A worker, and a gateway, that are killed at each step of an alert's change, of what is told of it and of what comes
 * later: after the restart each recipient has each message once, by the key that the channel takes. A step is held by a
 * lock on the table that it writes next, or by a recipient that does not answer; then the process is killed in it.
 */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { startDevServer } from "../../src/temporal/dev_server.ts";
import { actMutation } from "../fixtures/alerts.ts";
import { type AppProcess, startAppProcess, temporaryHome } from "../fixtures/app.ts";
import { temporaryDatabase } from "../fixtures/engines.ts";
import { type Answer, ask, INGEST_COLUMNS, minutes } from "../fixtures/graphql.ts";
import { LOOPBACK, type Received, withReceiver } from "../fixtures/receiver.ts";
import { SECRET } from "../fixtures/told.ts";
import { until } from "../fixtures/until.ts";

const MINUTE_MS = 60_000;
const LIMIT_MS = 120_000;
const READINGS = 700;
const databaseUrl = Deno.env.get("DATABASE_URL");

const CHANNEL = `mutation ($key: String!, $address: String!, $secret: String!) {
  saveChannel(input: { key: $key, kind: WEBHOOK, address: $address, secret: $secret }) { __typename ... on Error { message } } }`;
const ROUTING = `mutation { saveRouting(input: { routes: [
  { key: "all", steps: [{ channels: ["shift"] }, { after: "PT4S", channels: ["boss"] }] }] }) { __typename } }`;
const ALERTS = `query ($text: String!) { alerts(filter: { text: $text }) { edges { node {
  id severity state history(first: 100) { change } } } } }`;

type Table = "alert" | "notification" | "event" | "delivery" | "alert_timer";

interface Plant {
  readonly sql: postgres.Sql;
  readonly url: () => string;
  readonly received: readonly Received[];
  /** Kills the process, and starts it anew when `meanwhile` is over. */
  readonly kill: (part: "worker" | "gateway", meanwhile?: () => Promise<void>) => Promise<void>;
  /** From now on the shift's recipient answers, or does not. */
  readonly answers: (does: boolean) => void;
}

/** Half a day of a sensor whose last readings are far off; or, `calm`, some minutes behind them that are not. */
async function send(plant: Plant, sensor: string, calm = false): Promise<void> {
  const from = new Date(Date.now() - (READINGS + 40) * MINUTE_MS);
  const value = (i: number) => 50 + 5 * Math.sin(i / 9) + (i > READINGS - 10 && i < READINGS ? 60 : 0);
  const values = Array.from({ length: READINGS + 40 }, (_, i) => value(i));
  const [part, start] = calm ? [values.slice(READINGS), READINGS] : [values.slice(0, READINGS), 0];
  const at = new Date((origins.get(sensor) ?? origins.set(sensor, from).get(sensor)!).getTime() + start * MINUTE_MS);
  const input = { source: sensor, idempotencyKey: `${sensor} ${calm}`, ...minutes(sensor, at.toISOString(), part) };
  await ask(plant.url(), INGEST_COLUMNS, { input });
}
const origins = new Map<string, Date>();

interface Held {
  /** Of the store's process that waits. */
  readonly pid: number;
  readonly go: () => Promise<void>;
}

/** Locks the table until `go`. */
async function lock({ sql }: Plant, table: Table): Promise<() => Promise<void>> {
  const holding = await sql.reserve();
  await holding.unsafe(`BEGIN; LOCK TABLE ${table} IN EXCLUSIVE MODE`);
  return async () => {
    await holding.unsafe("ROLLBACK");
    holding.release();
  };
}

/** Which process waits for the table; of all, or whether it is this one. */
function waiting({ sql }: Plant, table: Table, pid: number | null = null): Promise<number> {
  return until(`a process to wait for ${table}`, async () => {
    const [found] = await sql<{ pid: number }[]>`
      SELECT pid FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock' AND (pid = ${pid} OR ${pid}::int IS NULL)
        AND query ~ ${`(INTO|UPDATE) ${table}\\M|FROM ${table}\\M.*FOR UPDATE`}`;
    return found?.pid;
  }, LIMIT_MS);
}

/** Does `work` until it waits for the first of the tables, then lets it go on to the next, and kills it in the last. */
async function killedAt(plant: Plant, tables: readonly Table[], { work, part = "worker" }: {
  work: () => Promise<unknown>;
  part?: "worker" | "gateway";
}): Promise<void> {
  let go = await lock(plant, tables[0]);
  const working = work();
  working.catch(() => {});
  let pid = await waiting(plant, tables[0]);
  for (const table of tables.slice(1)) {
    const goOn = await lock(plant, table);
    await go();
    pid = await waiting(plant, table, pid);
    go = goOn;
  }
  await plant.kill(part, go);
}

async function alertOf(plant: Plant, sensor: string): Promise<Answer> {
  return await until(
    `an alert of ${sensor}`,
    async () => (await ask(plant.url(), ALERTS, { text: sensor })).alerts.edges[0]?.node,
    LIMIT_MS,
  );
}

const heard = ({ received }: Plant, sensor: string) =>
  received.map(({ path, headers, body }) => ({ path, key: String(headers["webhook-id"]), ...JSON.parse(body) }))
    .filter(({ data }) => data.alert.sensor?.key === sensor);

/** Each step by the sensor that lives through it. */
const STEPS: Readonly<Record<string, (plant: Plant, sensor: string) => Promise<void>>> = {
  "before the alert is written": (plant, sensor) => killedAt(plant, ["alert"], { work: () => send(plant, sensor) }),
  "before it is decided who is told": (plant, sensor) =>
    killedAt(plant, ["alert", "alert_timer"], { work: () => send(plant, sensor) }),
  "before it is written who is told": (plant, sensor) =>
    killedAt(plant, ["alert", "notification"], { work: () => send(plant, sensor) }),
  "before the log, as the last step of the change": (plant, sensor) =>
    killedAt(plant, ["alert", "event"], { work: () => send(plant, sensor) }),
  async "while a message is under way"(plant, sensor) {
    plant.answers(false);
    await send(plant, sensor);
    await until("it to be under way", () => heard(plant, sensor).length > 0 || undefined, LIMIT_MS);
    await plant.kill("worker", () => Promise.resolve(plant.answers(true)));
  },
  "when a message has arrived, and that is not noted": (plant, sensor) =>
    killedAt(plant, ["delivery"], { work: () => send(plant, sensor) }),
  async "while its workflow sleeps"(plant, sensor) {
    await send(plant, sensor);
    await until("it to be told", () => heard(plant, sensor).length > 0 || undefined, LIMIT_MS);
    await plant.kill("worker");
  },
  async "while its workflow tells what is due"(plant, sensor) {
    await send(plant, sensor);
    await until("it to be told", () => heard(plant, sensor).length > 0 || undefined, LIMIT_MS);
    await killedAt(plant, ["alert_timer"], { work: () => Promise.resolve() });
  },
  async "before its end is written"(plant, sensor) {
    await send(plant, sensor);
    await alertOf(plant, sensor);
    await killedAt(plant, ["alert", "event"], { work: () => send(plant, sensor, true) });
  },
  async "while somebody acknowledges it"(plant, sensor) {
    await send(plant, sensor);
    const { id } = await alertOf(plant, sensor);
    const escalated = () => heard(plant, sensor).some(({ path }) => path === "/boss") || undefined;
    await until("the escalation", escalated, LIMIT_MS);
    const acknowledge = () => ask(plant.url(), actMutation("acknowledgeAlerts"), { input: { alerts: [{ id }] } });
    await killedAt(plant, ["alert", "event"], { part: "gateway", work: acknowledge });
    // Whoever got no answer asks again.
    await acknowledge();
    await acknowledge();
  },
};

if (databaseUrl !== undefined) {
  Deno.test("killed at each step of an alert's change and of what is told of it, each recipient has each message once", async (t) => {
    const [home, folder, database] = [
      await temporaryHome(),
      await mkdtemp(join(tmpdir(), "millwright-temporal-")),
      await temporaryDatabase(databaseUrl),
    ];
    const executable = Deno.env.get("MILLWRIGHT_TEMPORAL_CLI")!;
    const temporal = await startDevServer({ executable, dataFolder: folder, report: () => {} });
    const env = {
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: temporal.address,
      MILLWRIGHT_NOTIFY_NETWORKS: LOOPBACK.join(),
    };
    const sql = postgres(database.url, { max: 4, onnotice: () => {} });
    const start = {
      gateway: () => startAppProcess(home, { command: "gateway", env }),
      worker: () => startAppProcess(home, { command: "worker", env, ready: /started worker/ }),
    };
    let answers = true;
    try {
      await withReceiver((_, response) => void (answers && response.writeHead(204).end()), async (url, received) => {
        const processes: { gateway: AppProcess; worker: AppProcess } = {
          gateway: await start.gateway(),
          worker: await start.worker(),
        };
        const plant: Plant = {
          sql,
          received,
          url: () => processes.gateway.url,
          answers: (does) => answers = does,
          async kill(part, meanwhile) {
            await processes[part].end("SIGKILL");
            await meanwhile?.();
            processes[part] = await start[part]();
          },
        };
        try {
          for (const key of ["shift", "boss"]) {
            const { saveChannel } = await ask(plant.url(), CHANNEL, { key, address: `${url}/${key}`, secret: SECRET });
            assert.equal(saveChannel.message, undefined);
          }
          await ask(plant.url(), ROUTING);
          const sensors = new Map(Object.keys(STEPS).map((name, n) => [name, `sensor-${n}.`]));
          for (const [name, step] of Object.entries(STEPS)) {
            await t.step(name, () => step(plant, sensors.get(name)!));
          }
          for (const [name, sensor] of sensors) {
            await t.step(`all has come, once: ${name}`, () => once(plant, sensor));
          }
        } finally {
          for (const one of Object.values(processes)) await one.end("SIGTERM");
        }
      });
    } finally {
      await sql.end();
      await temporal.stop();
      await database.drop();
      for (const path of [home, folder]) await rm(path, { recursive: true });
    }
  });
}

/** One alert; one message to each recipient for what it is told of, by its key; nothing that waits or is to come. */
async function once(plant: Plant, sensor: string): Promise<void> {
  const { history } = await alertOf(plant, sensor);
  const changes = history.map(({ change }: Answer) => change);
  assert.equal(new Set(changes).size, changes.length, `${changes}`);
  const rows = await until("nothing to wait or to come", async () => {
    const rows = await plant.sql`
      SELECT notification.key, channel, occasion, notification.state, alert_timer.next_at FROM alert
      JOIN sensor ON sensor.id = alert.sensor_id LEFT JOIN notification ON notification.alert_id = alert.id
      LEFT JOIN alert_timer ON alert_timer.alert_id = alert.id WHERE sensor.key = ${sensor}`;
    return rows.every(({ state, next_at }) => state === "delivered" && next_at === null) ? rows : undefined;
  }, LIMIT_MS);
  const alerts = (await ask(plant.url(), ALERTS, { text: sensor })).alerts.edges;
  assert.equal(alerts.length, 1);
  const keys = new Map(heard(plant, sensor).map(({ key, path, type }) => [key, `${path.slice(1)} ${type}`]));
  const wanted = rows.map(({ channel, occasion }) => `${channel} alert.${occasion}`);
  assert.deepEqual([...keys.values()].sort(), wanted.sort());
  assert.equal(new Set(wanted).size, wanted.length, `${wanted}`);
  assert.ok(wanted.includes("shift alert.opened"));
}
