/**
 * Temporal's database is lost while batches are between their stages: the store knows what is not done, and it is done.
 */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { startAppProcess, temporaryHome } from "../fixtures/app.ts";
import { type Answer, ask, fetchInTime, ingest, INGEST_COLUMNS, minutes } from "../fixtures/graphql.ts";
import { until } from "../fixtures/until.ts";

const BATCHES = "{ batches(first: 500) { edges { node { state stored late } } } }";
const COUNT = 120;
const READINGS = 50;

async function batchesOf(url: string): Promise<Answer[]> {
  return (await ask(url, BATCHES)).batches.edges.map(({ node }: Answer) => node);
}

Deno.test("a lost Temporal database loses nothing: batches begun, waiting and not begun are finished in order, and new ones go on", async () => {
  const home = await temporaryHome();
  let app = await startAppProcess(home, { env: { MILLWRIGHT_LOG_LEVEL: "info" } });
  try {
    for (let n = 0; n < COUNT; n++) {
      const from = new Date(Date.UTC(2024, 0, 1) + n * READINGS * 60_000).toISOString();
      const values = Array.from({ length: READINGS }, (_, i) => 20 + Math.sin(i + n));
      const input = { source: "z", idempotencyKey: `z/${n}`, ...minutes("z", from, values) };
      await ask(app.url, INGEST_COLUMNS, { input });
    }
    await until("some to be under way", async () => {
      const states = new Set((await batchesOf(app.url)).map(({ state }) => state));
      return states.has("PROCESSED") && states.size > 1 || undefined;
    });
    await app.end("SIGKILL");
    await rm(join(home, "temporal"), { recursive: true });
    app = await startAppProcess(home, { env: { MILLWRIGHT_LOG_LEVEL: "info" } });
    const ended = await until("all batches to end", async () => {
      const batches = await batchesOf(app.url);
      return batches.every(({ state }) => state === "PROCESSED" || state === "FAILED") ? batches : undefined;
    }, 120_000);
    const expected = { state: "PROCESSED", stored: READINGS, late: 0 };
    assert.deepEqual(ended, Array.from({ length: COUNT }, () => expected));
    const { batch } = await ingest(app.url, "after", [{ sensor: "z", time: "2025-01-01T00:00:00Z", value: 1 }], "z");
    assert.equal(batch.state, "PROCESSED");
    const health = await (await fetchInTime(`${app.url}/health`)).json();
    assert.deepEqual([health.ok, health.backlog.unfinished], [true, 0]);
  } finally {
    await app.end("SIGTERM");
    await rm(home, { recursive: true });
  }
});
