/**
 * The set-up for servers: gateway and worker as processes of their own, the worker on Deno and, as a way out, on Node.
 */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startDevServer } from "../../src/temporal/dev_server.ts";
import { type AppProcess, startAppProcess, temporaryHome } from "../fixtures/app.ts";
import { temporaryDatabase } from "../fixtures/engines.ts";
import { fetchInTime, ingest } from "../fixtures/graphql.ts";
import { until } from "../fixtures/until.ts";
import { createWire } from "../fixtures/wire.ts";

const NODE = ["node", "node_modules/tsx/dist/cli.mjs"];
const READY = /started worker/;
const databaseUrl = Deno.env.get("DATABASE_URL");

Deno.test("without servers to meet at, a part alone says what to set", async () => {
  const home = await temporaryHome();
  await assert.rejects(startAppProcess(home, { command: "worker" }), /Set DATABASE_URL and TEMPORAL_ADDRESS/);
  await rm(home, { recursive: true });
});

Deno.test("the worker's code loads and runs under Node, and says there too when the store cannot be reached", async () => {
  const home = await temporaryHome();
  const env = { DATABASE_URL: "postgres://nobody@127.0.0.1:1/none", TEMPORAL_ADDRESS: "127.0.0.1:1" };
  await assert.rejects(
    startAppProcess(home, { command: "worker", runtime: NODE, env }),
    /The store at 127.0.0.1:1\/none \(DATABASE_URL\) cannot be used/,
  );
  await rm(home, { recursive: true });
});

if (databaseUrl !== undefined) {
  Deno.test("a gateway and a worker on a server process batches, also when the worker runs under Node and when it is replaced", async () => {
    const [home, folder, database] = [
      await temporaryHome(),
      await mkdtemp(join(tmpdir(), "millwright-temporal-")),
      await temporaryDatabase(databaseUrl),
    ];
    const temporal = await startDevServer({
      executable: Deno.env.get("MILLWRIGHT_TEMPORAL_CLI")!,
      dataFolder: folder,
      report: () => {},
    });
    const env = { DATABASE_URL: database.url, TEMPORAL_ADDRESS: temporal.address };
    const gateway = await startAppProcess(home, { command: "gateway", env });
    const workers: AppProcess[] = [];
    try {
      const ready = await fetchInTime(`${gateway.url}/health/ready`);
      assert.equal(ready.status, 200, "a gateway accepts without workers");
      await ready.body?.cancel();
      const health = await fetchInTime(`${gateway.url}/health`);
      assert.equal(health.status, 503);
      assert.match((await health.json()).checks.worker, /deno task worker/);
      for (const runtime of [undefined, NODE]) {
        const worker = await startAppProcess(home, { command: "worker", env, ready: READY, runtime });
        workers.push(worker);
        const answer = await ingest(gateway.url, `by-${runtime?.[0]}`, [{
          sensor: "s",
          time: Date.UTC(2024, 0, workers.length),
          value: 1,
        }]);
        assert.deepEqual([answer.batch.state, answer.batch.stored], ["PROCESSED", 1]);
        assert.equal(await worker.end("SIGTERM"), 0);
      }
    } finally {
      for (const process of [...workers, gateway]) await process.end("SIGTERM");
      await temporal.stop();
      await database.drop();
      for (const path of [home, folder]) await rm(path, { recursive: true });
    }
  });

  Deno.test("a gateway starts and accepts while Temporal cannot be reached, and goes on with it when it can", async () => {
    const [home, folder, database] = [
      await temporaryHome(),
      await mkdtemp(join(tmpdir(), "millwright-temporal-")),
      await temporaryDatabase(databaseUrl),
    ];
    const temporal = await startDevServer({
      executable: Deno.env.get("MILLWRIGHT_TEMPORAL_CLI")!,
      dataFolder: folder,
      report: () => {},
    });
    const wire = await createWire(new URL(`http://${temporal.address}`));
    wire.cut();
    const env = { DATABASE_URL: database.url, TEMPORAL_ADDRESS: wire.url.host };
    const gateway = await startAppProcess(home, { command: "gateway", env });
    try {
      const reading = { sensor: "s", time: Date.UTC(2024, 0, 1), value: 1 };
      const { batch } = await ingest(gateway.url, "unreached", [reading]);
      assert.equal(batch.state, "ACCEPTED");
      const health = await fetchInTime(`${gateway.url}/health`);
      assert.match((await health.json()).checks.temporal, /has not answered since this process started/);
      const ready = await fetchInTime(`${gateway.url}/health/ready`);
      assert.equal(ready.status, 200);
      await ready.body?.cancel();
      wire.mend();
      await until("the gateway to reach Temporal", async () => {
        const { checks } = await (await fetchInTime(`${gateway.url}/health`)).json();
        return checks.temporal === "ok" || undefined;
      });
    } finally {
      assert.equal(await gateway.end("SIGTERM"), 0);
      await wire.close();
      await temporal.stop();
      await database.drop();
      for (const path of [home, folder]) await rm(path, { recursive: true });
    }
  });
}
