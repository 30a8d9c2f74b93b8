/** A backlog is worked off in order, whatever makes it: nothing that was accepted is left unjudged. */
import assert from "node:assert/strict";
import { runBacklog } from "../fixtures/backlog.ts";

Deno.test("batches that come in while Temporal is stopped are all judged, in order, when it is back, on a busy machine", async () => {
  const shape = { sources: 12, batchesPerSource: 5, readingsPerBatch: 20, stoppedMs: 3_000, busyLoops: 2 };
  const { processed, late } = await runBacklog({ ...shape, limitMs: 240_000 });
  assert.deepEqual({ processed, late }, { processed: shape.sources * shape.batchesPerSource, late: 0 });
});

Deno.test("many batches of one source at once are folded in runs, in order", async () => {
  const shape = { sources: 1, batchesPerSource: 150, readingsPerBatch: 20 };
  const { processed, late } = await runBacklog({ ...shape, limitMs: 120_000 });
  assert.deepEqual({ processed, late }, { processed: 150, late: 0 });
});
