/**
 * A full disk: nothing new is accepted, in a sentence; what was accepted is finished when there is room; and a database
 * that could not go on ends its process. Only the store's folder is on the small disk: Temporal's own files are not
 * what is tested here.
 */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type AppProcess, startAppProcess, temporaryHome } from "../fixtures/app.ts";
import { type Answer, ask, fetchInTime, INGEST_COLUMNS, minutes, post } from "../fixtures/graphql.ts";
import { MAY_MOUNT, mountSmallDisk, type SmallDisk } from "../fixtures/small_disk.ts";
import { until } from "../fixtures/until.ts";

const READINGS = 5_000;
const BATCHES = "{ batches(first: 500) { edges { node { idempotencyKey state stored } } } }";
const REGISTER_ASSET = `mutation { registerAsset(input: { key: "a" }) { __typename ... on Error { message } } }`;
const FULL = /The disk of \S+\/store is full: \d+ MB are free, and the store keeps 64 MB free\. Make room there/;

async function send(url: string, n: number): Promise<Answer> {
  const values = Array.from({ length: READINGS }, (_, i) => 50 + Math.sin(n + i / 9) + Math.random());
  const from = new Date(Date.UTC(2024, 0, 1) + n * READINGS * 60_000).toISOString();
  const input = { source: "press", idempotencyKey: `batch-${n}`, ...minutes("press-load", from, values) };
  return (await post(url, { query: INGEST_COLUMNS, variables: { input } })).body.data.result;
}

async function storeHealth(url: string): Promise<{ status: number; store: string }> {
  const health = await fetchInTime(`${url}/health/db`);
  return { status: health.status, store: (await health.json()).checks.store };
}

/** Runs `test` with a home whose store lies on a disk of `megabytes`. */
function withSmallDisk(
  megabytes: number,
  test: (home: string, disk: SmallDisk) => Promise<void>,
): () => Promise<void> {
  return async () => {
    const home = await temporaryHome();
    const disk = await mountSmallDisk(join(home, "store"), megabytes);
    try {
      await test(home, disk);
    } finally {
      await disk.unmount();
      await rm(home, { recursive: true });
    }
  };
}

async function whileRunning(app: AppProcess, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    console.error(app.log().slice(-4_000));
    throw error;
  } finally {
    await app.end("SIGTERM");
  }
}

/** Sends batches from number `from` on until one is refused; answers its number and its answer. */
async function sendUntilRefused(url: string, from = 0): Promise<{ refused: number; answer: Answer }> {
  for (let n = from;; n++) {
    const answer = await send(url, n);
    if (answer.__typename !== "IngestBatchPayload") return { refused: n, answer };
  }
}

async function allProcessed(url: string, count: number): Promise<void> {
  const nodes = await until("all batches to be processed", async () => {
    const nodes = (await ask(url, BATCHES)).batches.edges.map(({ node }: Answer) => node);
    return nodes.every(({ state }: Answer) => state === "PROCESSED") ? nodes : undefined;
  }, 60_000);
  assert.equal(nodes.length, count);
  for (const { stored } of nodes) assert.equal(stored, READINGS);
}

Deno.test({
  name:
    "on a full disk batches are refused in a sentence and reading goes on; with room again what was accepted is finished",
  ignore: !MAY_MOUNT,
  fn: withSmallDisk(160, async (home, disk) => {
    const app = await startAppProcess(home);
    await whileRunning(app, async () => {
      const { refused, answer } = await sendUntilRefused(app.url);
      assert.ok(refused >= 2, `${refused} accepted`);
      assert.equal(answer.__typename, "UnavailableError");
      assert.match(answer.message, FULL);
      const { status, store } = await storeHealth(app.url);
      assert.equal(status, 503);
      assert.match(store, FULL);
      assert.equal((await ask(app.url, BATCHES)).batches.edges.length, refused);
      const { registerAsset } = await ask(app.url, REGISTER_ASSET);
      assert.match(registerAsset.message, FULL);

      await disk.resize(1_000);
      assert.deepEqual(await storeHealth(app.url), { status: 200, store: "ok" });
      assert.equal((await send(app.url, refused)).__typename, "IngestBatchPayload");
      await allProcessed(app.url, refused + 1);
    });
  }),
});

Deno.test({
  name:
    "a database that its disk lets down ends its process with a sentence, and the next one has all that was accepted",
  ignore: !MAY_MOUNT,
  fn: withSmallDisk(1_000, async (home, disk) => {
    let app = await startAppProcess(home);
    let accepted = 0;
    await whileRunning(app, async () => {
      // There is room, but not for one more file: PostgreSQL itself finds out.
      await disk.limitFiles(0);
      const { refused, answer } = await sendUntilRefused(app.url);
      accepted = refused;
      assert.equal(answer.__typename, "UnavailableError");
      await until("the process to end", () => /info {2}stopped process/.test(app.log()) || undefined);
      assert.match(
        app.log(),
        /The embedded store in \S+\/store stopped: .*No space left on device.* Restart the process\./,
      );
    });
    assert.equal(await app.end("SIGTERM"), 1);

    await disk.limitFiles(100_000);
    await disk.resize(Math.ceil(disk.usedMegabytes()) + 30);
    await assert.rejects(startAppProcess(home), FULL);
    await disk.resize(1_000);
    app = await startAppProcess(home);
    await whileRunning(app, async () => {
      await allProcessed(app.url, accepted);
      assert.equal((await send(app.url, accepted)).__typename, "IngestBatchPayload");
      await allProcessed(app.url, accepted + 1);
    });
  }),
});
