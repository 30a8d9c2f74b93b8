/** Histories are only ever added: whatever is recorded, those that are there stay as they are. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addHistory, readHistories, type RecordedEvent, shapeOf } from "./files.ts";

const STARTED: RecordedEvent = { eventType: "EVENT_TYPE_WORKFLOW_EXECUTION_STARTED" };
const TASK: RecordedEvent = { eventType: "EVENT_TYPE_WORKFLOW_TASK_STARTED" };

function scheduled(name: string): RecordedEvent {
  return {
    eventType: "EVENT_TYPE_ACTIVITY_TASK_SCHEDULED",
    activityTaskScheduledEventAttributes: { activityType: { name } },
  };
}

async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "millwright-histories-"));
  try {
    await test(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

Deno.test("a path that is recorded is not recorded again, and another one of its case is added beside it", async () => {
  await withFolder(async (folder) => {
    const options = { day: "2026-01-31", folder };
    const add = (...events: RecordedEvent[]) => addHistory({ name: "a_case", events }, options);
    assert.deepEqual(await add(STARTED, scheduled("one")), { file: "a_case.2026-01-31.json", added: true });
    const first = await readFile(join(folder, "a_case.2026-01-31.json"), "utf8");
    assert.deepEqual(await add(STARTED, TASK, scheduled("one")), { file: "a_case.2026-01-31.json", added: false });
    assert.deepEqual(await add(STARTED, scheduled("one"), scheduled("one")), {
      file: "a_case.2026-01-31.2.json",
      added: true,
    });
    assert.deepEqual((await add(STARTED, scheduled("two"))).file, "a_case.2026-01-31.3.json");
    assert.equal(await readFile(join(folder, "a_case.2026-01-31.json"), "utf8"), first);
    // Back to the first path: it is there, although it is not the newest.
    assert.equal((await add(STARTED, scheduled("one"))).added, false);
    assert.equal((await addHistory({ name: "other", events: [STARTED, scheduled("one")] }, options)).added, true);
    assert.deepEqual((await readHistories(folder)).map(({ name }) => name), ["a_case", "a_case", "a_case", "other"]);
  });
});

Deno.test("a history whose name says neither case nor day is refused", async () => {
  await withFolder(async (folder) => {
    await writeFile(join(folder, "newest.json"), `{"events":[]}`);
    await assert.rejects(readHistories(folder), /newest.json is not named as case.day.json/);
  });
});

Deno.test("a path is what came in and what was asked for, with names, and not when tasks were handed out", () => {
  const told = {
    eventType: "EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED",
    workflowExecutionSignaledEventAttributes: { signalName: "told" },
  };
  assert.deepEqual(shapeOf([STARTED, TASK, scheduled("detect"), told]), [
    "workflow_execution_started",
    "activity_task_scheduled detect",
    "workflow_execution_signaled told",
  ]);
});
