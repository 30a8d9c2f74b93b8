/**
 * docs/clients/webhook.mjs against the service: it gets every change of an alert once, whoever else hangs, and whenever
 * the service is killed.
 */
import assert from "node:assert/strict";
import { readFile, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { startAppProcess, temporaryHome } from "../fixtures/app.ts";
import { type Answer, ask, fetchInTime, INGEST_COLUMNS } from "../fixtures/graphql.ts";
import { LOOPBACK, withReceiver } from "../fixtures/receiver.ts";
import { SECRET } from "../fixtures/told.ts";
import { until } from "../fixtures/until.ts";
import { runExample } from "./example.ts";

const README = fileURLToPath(new URL("../../README.md", import.meta.url));
const ENV = { MILLWRIGHT_NOTIFY_NETWORKS: LOOPBACK.join() };
const SAVE_CHANNEL =
  `mutation ($input: SaveChannelInput!) { saveChannel(input: $input) { __typename ... on Error { message } } }`;
const SAVE_ROUTING =
  `mutation ($input: SaveRoutingInput!) { saveRouting(input: $input) { __typename ... on Error { message } } }`;
const NOTIFICATIONS = `{ alerts(first: 1) { totalCount }
  notifications(first: 200) { edges { node { key channel occasion state alert { id endedAt } } } } }`;

/** Calm, a step for two minutes, calm again, up to now: each sensor's alert opens and closes. */
function steps(name: string, sensors: number) {
  const values = Array.from({ length: 480 }, (_, i) => 20 + Math.sin(i / 7) + (i === 400 || i === 401 ? 20 : 0));
  const from = Date.now() - values.length * 60_000;
  const rows = Array.from({ length: sensors }, (_, sensor) => values.map((value, i) => ({ sensor, value, i }))).flat();
  return {
    source: name,
    idempotencyKey: name,
    sensors: Array.from({ length: sensors }, (_, i) => `${name}-${i}`),
    sensor: rows.map(({ sensor }) => sensor),
    time: rows.map(({ i }) => from + i * 60_000),
    value: rows.map(({ value }) => value),
  };
}

async function configure(url: string, addresses: Record<string, string>): Promise<void> {
  for (const [key, address] of Object.entries(addresses)) {
    const { saveChannel } = await ask(url, SAVE_CHANNEL, { input: { key, kind: "WEBHOOK", address, secret: SECRET } });
    assert.equal(saveChannel.__typename, "SaveChannelPayload", saveChannel.message);
  }
  const routes = [{ key: "all", steps: [{ channels: Object.keys(addresses) }] }];
  const { saveRouting } = await ask(url, SAVE_ROUTING, { input: { routes } });
  assert.equal(saveRouting.__typename, "SaveRoutingPayload", saveRouting.message);
}

/** The mutation of the README, as it stands there but for the port. */
async function configureByReadme(url: string, port: number): Promise<void> {
  const blocks = [...(await readFile(README, "utf8")).matchAll(/```graphql\n([^`]*)```/g)].map(([, text]) => text);
  const mutation = blocks.find((text) => text.includes("saveRouting"))!.replace("127.0.0.1:8080", `127.0.0.1:${port}`);
  const { hook, log, saveRouting } = await ask(url, mutation);
  const types = [hook, log, saveRouting].map(({ __typename }: Answer) => __typename);
  assert.deepEqual(types, ["SaveChannelPayload", "SaveChannelPayload", "SaveRoutingPayload"]);
}

async function toldOf(url: string, channel: string): Promise<Answer[]> {
  const { notifications } = await ask(url, NOTIFICATIONS);
  return notifications.edges.map(({ node }: Answer) => node).filter((node: Answer) => node.channel === channel);
}

Deno.test("the example gets each change once while another recipient hangs, and across kills of the service", async () => {
  const home = await temporaryHome();
  const example = runExample("webhook.mjs", [Deno.execPath(), "run", "-A", "--no-check", "webhook.mjs", SECRET, "0"]);
  const received = () => example.answers.filter(({ id }) => id !== undefined);
  try {
    const port = await until(
      "the example to listen",
      () => example.answers.find(({ listening }) => listening)?.listening,
    );
    await withReceiver(() => {}, async (hanging, hung) => {
      let app = await startAppProcess(home, { env: ENV });
      await configureByReadme(app.url, port);
      await configure(app.url, { hook: `http://127.0.0.1:${port}/`, hangs: hanging });

      // Detection waits for nobody: the batch has its outcome while a recipient has not answered.
      const { result } = await ask(app.url, INGEST_COLUMNS, { input: steps("first", 2), wait: true });
      assert.equal(result.batch.state, "PROCESSED");
      assert.ok(result.batch.alertsOpened >= 2, `${result.batch.alertsOpened} alerts`);
      assert.ok((await toldOf(app.url, "hangs")).every(({ state }) => state === "PENDING"));
      await until("the one that hangs to be tried", () => hung.length > 0 || undefined);
      const settled = async (url: string) =>
        (await toldOf(url, "hook")).every(({ state }) => state === "DELIVERED") || undefined;
      await until("all to arrive", () => settled(app.url));

      for (const name of ["second", "third"]) {
        await ask(app.url, INGEST_COLUMNS, { input: steps(name, 5) });
        const known = received().length;
        await until("some to arrive", () => received().length > known || undefined);
        await app.end("SIGKILL");
        app = await startAppProcess(home, { env: ENV });
      }
      await until("all batches to end", async () => {
        const { batches } = await ask(app.url, "{ batches(first: 10) { edges { node { state } } } }");
        return batches.edges.every(({ node }: Answer) => node.state === "PROCESSED") || undefined;
      }, 60_000);
      await until("all to arrive", () => settled(app.url), 60_000);

      const told = await toldOf(app.url, "hook");
      const { alerts } = await ask(app.url, NOTIFICATIONS);
      const opened = told.filter(({ occasion }) => occasion === "OPENED");
      assert.equal(opened.length, alerts.totalCount);
      const over = new Set(told.filter(({ alert }) => alert.endedAt !== null).map(({ alert }) => alert.id));
      assert.equal(told.filter(({ occasion }) => occasion === "CLOSED").length, over.size);
      assert.deepEqual(received().map(({ id }) => id).sort(), told.map(({ key }) => key).sort());

      const headers = { "webhook-id": "x", "webhook-timestamp": String(Math.floor(Date.now() / 1_000)) };
      const forged = await fetchInTime(`http://127.0.0.1:${port}/`, { method: "POST", body: "{}", headers });
      assert.equal(forged.status, 401);
      await forged.body?.cancel();
      const log = app.log();
      for (const secret of [SECRET, hanging]) assert.ok(!log.includes(secret), "the log holds a secret");
      assert.equal(await app.end("SIGTERM"), 0);
    });
  } finally {
    await example.kill();
    await rm(home, { recursive: true });
  }
});
