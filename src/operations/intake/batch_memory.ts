/**
 * Decoded batches between their stages, so that a stage need not do the work of those before it again. Bounded in bytes; what is not here is made
 * again from the store, so losing it costs time only.
 */
import type { BatchId, Columns } from "../../domain/intake/batch.ts";
import type { SensorLimits, Verdicts } from "../../domain/intake/verdict.ts";
import type { Accepted } from "../../domain/intake/verdict.ts";

/** A batch as the stage named left it. */
export type Remembered =
  | {
    readonly after: "ingest";
    readonly columns: Columns;
    readonly sensors: readonly (SensorLimits | undefined)[];
    readonly receivedAtMs: number;
  }
  | { readonly after: "validate"; readonly verdicts: Verdicts; readonly columns: Columns }
  | { readonly after: "enrich"; readonly accepted: Accepted };

export interface BatchMemory {
  put(id: BatchId, remembered: Remembered): void;
  /** What `after` left, if it is still here. */
  get<After extends Remembered["after"]>(id: BatchId, after: After): Extract<Remembered, { after: After }> | undefined;
  drop(id: BatchId): void;
}

// Rows of a batch as JavaScript values: five columns, boxed at worst.
const BYTES_PER_READING = 120;

export function createBatchMemory(bytesMax: number): BatchMemory {
  const entries = new Map<BatchId, { remembered: Remembered; bytes: number }>();
  let bytes = 0;

  function drop(id: BatchId): void {
    const entry = entries.get(id);
    if (entry === undefined) return;
    bytes -= entry.bytes;
    entries.delete(id);
  }

  return {
    put(id, remembered) {
      drop(id);
      const size = BYTES_PER_READING * rowsOf(remembered);
      entries.set(id, { remembered, bytes: size });
      bytes += size;
      // Maps keep the order of insertion: the oldest go first.
      for (const oldest of entries.keys()) {
        if (bytes <= bytesMax) break;
        drop(oldest);
      }
    },
    get<After extends Remembered["after"]>(id: BatchId, after: After) {
      const remembered = entries.get(id)?.remembered;
      return remembered?.after === after ? remembered as Extract<Remembered, { after: After }> : undefined;
    },
    drop,
  };
}

function rowsOf(remembered: Remembered): number {
  switch (remembered.after) {
    case "ingest":
    case "validate":
      return remembered.columns.time.length;
    case "enrich":
      return remembered.accepted.ts.length;
  }
}
