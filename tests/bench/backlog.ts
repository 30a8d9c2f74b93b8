/**
 * Backlogs: what sources that send faster than they can be worked off wait for, and that nothing of it is left
 * unjudged.
 */
import { type BacklogShape, runBacklog } from "../fixtures/backlog.ts";

const MINUTES = 60_000;
const SHAPES: Readonly<Record<string, BacklogShape>> = {
  "60 sources x 16 batches": { sources: 60, batchesPerSource: 16, readingsPerBatch: 20, limitMs: 15 * MINUTES },
  "the same, Temporal stopped for 12 s, starved by four loops": {
    sources: 60,
    batchesPerSource: 16,
    readingsPerBatch: 20,
    stoppedMs: 12_000,
    busyLoops: 4,
    limitMs: 25 * MINUTES,
  },
  "1 source x 600 batches": { sources: 1, batchesPerSource: 600, readingsPerBatch: 20, limitMs: 10 * MINUTES },
};

export async function run(): Promise<void> {
  console.log("\nbatches processed  with late readings  accepted s  finished s  last source's first batch s");
  for (const [name, shape] of Object.entries(SHAPES)) {
    const { processed, late, acceptedMs, finishedMs, firstFinishedOfLastSourceMs } = await runBacklog(shape);
    const cells = [
      processed,
      late,
      ...[acceptedMs, finishedMs, firstFinishedOfLastSourceMs].map((ms) => (ms / 1_000).toFixed(1)),
    ];
    const widths = [17, 18, 10, 10, 27];
    console.log(`${cells.map((cell, i) => String(cell).padStart(widths[i])).join("  ")}  ${name}`);
  }
}
