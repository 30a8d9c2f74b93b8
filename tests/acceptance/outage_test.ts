/** The store's server goes away and comes back: nothing is lost, and everybody is told. */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { startAppProcess, temporaryHome } from "../fixtures/app.ts";
import { temporaryDatabase } from "../fixtures/engines.ts";
import { type Answer, ask, fetchInTime, INGEST_COLUMNS, minutes, post } from "../fixtures/graphql.ts";
import { until } from "../fixtures/until.ts";
import { createWire } from "../fixtures/wire.ts";

const databaseUrl = Deno.env.get("DATABASE_URL");

if (databaseUrl !== undefined) {
  Deno.test("while the store is away mutations say so and when to come back, and what was accepted is finished when it returns", async () => {
    const database = await temporaryDatabase(databaseUrl);
    const wire = await createWire(new URL(database.url));
    const home = await temporaryHome();
    const app = await startAppProcess(home, { env: { DATABASE_URL: wire.url.href } });
    const send = async (n: number) => {
      const input = {
        source: "s",
        idempotencyKey: `b${n}`,
        ...minutes("s", new Date(Date.UTC(2024, 0, 1 + n)).toISOString(), [1, 2, 3]),
      };
      return (await post(app.url, { query: INGEST_COLUMNS, variables: { input } })).body.data.result as Answer;
    };
    try {
      const accepted = await Promise.all([0, 1, 2, 3].map(send));
      wire.cut();
      const refused = await send(4);
      assert.equal(refused.__typename, "UnavailableError");
      assert.ok(refused.retryAfterMs > 0);
      const { body } = await post(app.url, { query: "{ batches { edges { node { number } } } }" });
      assert.equal(body.errors[0].extensions.code, "UNAVAILABLE");
      for (const path of ["/health", "/health/db", "/health/ready"]) {
        const health = await fetchInTime(`${app.url}${path}`);
        assert.equal(health.status, 503, path);
        assert.match((await health.json()).checks.store, /not available/);
      }
      wire.mend();
      await until(
        "the same batch to be taken",
        async () => (await send(4)).__typename === "IngestBatchPayload" || undefined,
      );
      const nodes = await until("all batches", async () => {
        const { batches } = await ask(app.url, "{ batches { edges { node { number state stored duplicates } } } }");
        const nodes = batches.edges.map(({ node }: Answer) => node);
        return nodes.length === accepted.length + 1 && nodes.every(({ state }: Answer) => state === "PROCESSED")
          ? nodes
          : undefined;
      }, 60_000);
      for (const { stored, duplicates } of nodes) assert.deepEqual([stored, duplicates], [3, 0]);
    } finally {
      await app.end("SIGTERM");
      await wire.close();
      await database.drop();
      await rm(home, { recursive: true });
    }
  });
}
