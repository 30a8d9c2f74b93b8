/** Histories that earlier versions of the workflows made have to replay on this one: a workflow that is running when the code changes goes on. */
import { DefaultLogger, Runtime, Worker } from "@temporalio/worker";
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { workflowBundle } from "../../src/temporal/bundle.ts";

const HISTORIES = fileURLToPath(new URL("../histories/", import.meta.url));

Runtime.install({ shutdownSignals: [], logger: new DefaultLogger("ERROR", () => {}) });

async function replay(history: unknown): Promise<void> {
  await Worker.runReplayHistory({ workflowBundle: { codePath: await workflowBundle(".millwright/cache") } }, history);
}

Deno.test({
  name: "recorded histories",
  // The Temporal SDK's native part keeps operations and handles of its own across tests.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const names = (await readdir(HISTORIES)).filter((name) => name.endsWith(".json"));
    assert.ok(names.length >= 6);
    for (const name of names) {
      await t.step(`${name} replays`, async () => {
        await replay(JSON.parse(await readFile(`${HISTORIES}${name}`, "utf8")));
      });
    }
    await t.step("a history that the code would not have made is refused", async () => {
      const text = await readFile(`${HISTORIES}ingest_batch.json`, "utf8");
      const other = text.replaceAll('"name": "validate"', '"name": "enrich"');
      assert.notEqual(other, text);
      await assert.rejects(replay(JSON.parse(other)), /[Nn]ondeterminism|determinis/);
    });
  },
});
