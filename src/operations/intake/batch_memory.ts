/**
 * Decoded batches between their stages, so that a stage need not do the work of those before it again. Bounded in
 * bytes; what is not here is made again from the store, so losing it costs time only.
 */
import { LRUCache } from "lru-cache";
import type { BatchId, Columns } from "../../domain/intake/batch.ts";
import type { SensorLimits, Verdicts } from "../../domain/intake/verdict.ts";

/** A batch as its ingestion left it, and the verdicts once it is validated. */
export interface RememberedBatch {
  readonly columns: Columns;
  readonly sensors: readonly (SensorLimits | undefined)[];
  readonly receivedAtMs: number;
  readonly verdicts?: Verdicts;
}

/** Rows of a batch as JavaScript values: five columns, boxed at worst, and five of what was accepted. */
const BYTES_PER_READING = 160;

export function createBatchMemory(bytesMax: number): LRUCache<BatchId, RememberedBatch> {
  return new LRUCache({
    maxSize: bytesMax,
    sizeCalculation: ({ columns }) => 1 + BYTES_PER_READING * columns.time.length,
  });
}
