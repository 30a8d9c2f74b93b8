/** What the worker can run. */
export { ingestBatch } from "./ingest_batch.ts";
export { reprocessRange } from "./reprocess_range.ts";
export { sweepBatches } from "./sweep_batches.ts";
