/**
 * Histories that earlier versions of the workflows made have to replay on this one: a workflow that is running when the
 * code changes goes on.
 */
import { DefaultLogger, Runtime, Worker } from "@temporalio/worker";
import assert from "node:assert/strict";
import { workflowBundle } from "../../src/temporal/bundle.ts";
import { HISTORY_CASES } from "../histories/cases.ts";
import { readHistories, type RecordedEvent } from "../histories/files.ts";

Runtime.install({ shutdownSignals: [], logger: new DefaultLogger("ERROR", () => {}) });

async function replay(events: readonly RecordedEvent[]): Promise<void> {
  const options = { workflowBundle: { codePath: await workflowBundle(".millwright/cache") } };
  await Worker.runReplayHistory(options, { events });
}

const REMEDY =
  "This change would break workflows that are running. Branch with patched() in the workflow, so that those that began " +
  "before go on as they began; see CONTRIBUTING.md. Recording again does not help: the old history stays.";

Deno.test({
  name: "recorded histories",
  // The Temporal SDK's native part keeps operations and handles of its own across tests.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const histories = await readHistories();
    await t.step("there is one of each path through the workflows", () => {
      const missing = Object.keys(HISTORY_CASES).filter((name) => !histories.some((one) => one.name === name));
      assert.deepEqual(missing, [], "Add them: deno task record");
    });
    for (const { file, events } of histories) {
      await t.step(`${file} replays`, async () => {
        try {
          await replay(events);
        } catch (cause) {
          throw new Error(`${file} does not replay: ${(cause as Error).message}\n${REMEDY}`, { cause });
        }
      });
    }
    await t.step("a history that the code would not have made is refused", async () => {
      const { events } = histories.find(({ name }) => name === "ingest_batch")!;
      const other = JSON.stringify(events).replaceAll('"name":"validate"', '"name":"enrich"');
      assert.notEqual(other, JSON.stringify(events));
      await assert.rejects(replay(JSON.parse(other)), /[Nn]ondeterminism|determinis/);
    });
  },
});
