/** Nothing acknowledged is lost, and nothing happens twice, whatever is killed when. */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { startAppProcess, temporaryHome } from "../fixtures/app.ts";
import { type Answer, ask, fetchInTime, INGEST_COLUMNS, minutes } from "../fixtures/graphql.ts";
import { openSse } from "../fixtures/sse.ts";
import { until } from "../fixtures/until.ts";

const BATCHES =
  `{ batches(first: 500) { edges { node { number idempotencyKey state readings stored quarantined duplicates late } } } }`;
const READINGS_PER_BATCH = 200;

/** A series with three steps, cut into batches. */
function batches(count: number) {
  const value = (i: number) => 50 + 5 * Math.sin(i / 9) + (i % 700 > 690 ? 60 * Math.ceil(i / 700) : 0);
  return Array.from({ length: count }, (_, n) => ({
    source: "press",
    idempotencyKey: `batch-${n}`,
    ...minutes(
      "press-load",
      new Date(Date.UTC(2024, 0, 1) + n * READINGS_PER_BATCH * 60_000).toISOString(),
      Array.from({ length: READINGS_PER_BATCH }, (_, i) => value(n * READINGS_PER_BATCH + i)),
    ),
  }));
}

async function send(url: string, input: unknown): Promise<Answer> {
  return (await ask(url, INGEST_COLUMNS, { input })).result;
}

async function allEnded(url: string, count: number): Promise<Answer[]> {
  return await until(`${count} batches to end`, async () => {
    const nodes = (await ask(url, BATCHES)).batches.edges.map(({ node }: Answer) => node);
    return nodes.length === count && nodes.every(({ state }: Answer) => state === "PROCESSED" || state === "FAILED")
      ? nodes
      : undefined;
  }, 120_000);
}

async function alertsOf(url: string): Promise<Answer[]> {
  const { alerts } = await ask(
    url,
    `{ alerts(first: 1000) { edges { node { episodeStart openedAt endedAt severity score } } } }`,
  );
  return alerts.edges.map(({ node }: Answer) => node).sort((a: Answer, b: Answer) => a.openedAt < b.openedAt ? -1 : 1);
}

/** Runs `work` on a service of its own and answers the alerts that came of it. */
async function calmRun(inputs: readonly unknown[]): Promise<Answer[]> {
  const home = await temporaryHome();
  const app = await startAppProcess(home);
  for (const input of inputs) await send(app.url, input);
  await allEnded(app.url, inputs.length);
  const alerts = await alertsOf(app.url);
  await app.end("SIGTERM");
  await rm(home, { recursive: true });
  return alerts;
}

Deno.test("killed twice in mid-flight, the service finishes every acknowledged batch, once, with the alerts of an undisturbed run", async () => {
  const inputs = batches(24);
  const expected = await calmRun(inputs);
  assert.ok(expected.length >= 3);

  const home = await temporaryHome();
  const seen: string[] = [];
  let cursor = btoa("event:0");
  for (const [from, to] of [[0, 8], [8, 16], [16, 24]]) {
    const app = await startAppProcess(home);
    for (const input of inputs.slice(from, to)) await send(app.url, input);
    const stream = await openSse(
      app.url,
      "subscription ($after: String) { alerts(after: $after) { cursor change alert { openedAt } } }",
      { variables: { after: cursor } },
    );
    if (to < inputs.length) {
      // Some of the last batches are accepted, some between stages, some done.
      await until("a batch to be processed", async () => {
        const { batches } = await ask(app.url, BATCHES);
        return batches.edges.some(({ node }: Answer) =>
          node.state === "PROCESSED" && Number(node.idempotencyKey.slice(6)) >= from
        ) || undefined;
      });
      await app.end("SIGKILL");
    } else {
      const nodes = await allEnded(app.url, inputs.length);
      for (const node of nodes) {
        assert.deepEqual([node.state, node.stored, node.duplicates, node.late], [
          "PROCESSED",
          READINGS_PER_BATCH,
          0,
          0,
        ]);
      }
      assert.deepEqual(await alertsOf(app.url), expected);
      while (seen.filter((line) => line.startsWith("OPENED")).length < expected.length) {
        const { change, alert, cursor: next } =
          (await stream.next(`${expected.length} alerts over all lives, of which came: ${seen}`))!.data.data.alerts;
        seen.push(`${change} ${alert.openedAt}`);
        cursor = next;
      }
      assert.equal(new Set(seen).size, seen.length, "an event came twice");
      const { sensor } = await ask(app.url, `{ sensor(key: "press-load") { late { count } } }`);
      assert.equal(sensor.late.count, 0);
      await app.end("SIGTERM");
    }
    await stream.close();
  }
  await rm(home, { recursive: true });
});

Deno.test("while Temporal is down batches are accepted, health says so, and the sweeper starts them when it is back", async () => {
  const home = await temporaryHome();
  const app = await startAppProcess(home);
  const temporal = /as process (\d+)/.exec(app.log())?.[1];
  assert.ok(temporal, "the log names the server's process");
  process.kill(Number(temporal), "SIGSTOP");
  const [input] = batches(1);
  const answer = await send(app.url, input);
  assert.equal(answer.batch.state, "ACCEPTED");
  const health = await fetchInTime(`${app.url}/health`);
  assert.equal(health.status, 503);
  const { checks, backlog } = await health.json();
  assert.match(checks.temporal, /does not answer/);
  assert.deepEqual([backlog.unfinished, backlog.oldest.source], [1, "press"]);
  for (const path of ["/health/ready", "/health/db"]) {
    const ready = await fetchInTime(`${app.url}${path}`);
    assert.equal(ready.status, 200, "it accepts all the same");
    await ready.body?.cancel();
  }
  await until("the start to be given up", () => /batch.not_started/.test(app.log()) || undefined);
  process.kill(Number(temporal), "SIGCONT");
  const [node] = await allEnded(app.url, 1);
  assert.equal(node.state, "PROCESSED");
  assert.equal(await app.end("SIGTERM"), 0);
  await rm(home, { recursive: true });
});
