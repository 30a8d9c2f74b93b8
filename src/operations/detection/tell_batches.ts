/** Tells workflows that wait for their turn. What cannot be told is no loss: they ask by themselves after a while. */
import type { BatchId, BatchOutcome } from "../../domain/intake/batch.ts";
import { allOf } from "../all_of.ts";
import type { Scope } from "../scope.ts";

export interface ToldBatch {
  readonly batchId: BatchId;
  /** How it ended; undefined: it may be its turn. */
  readonly outcome: BatchOutcome | undefined;
}

const AT_ONCE = 16;

export async function tellBatches({ workflows, tenant, observe }: Scope, told: readonly ToldBatch[]): Promise<void> {
  await allOf(told, { atOnce: AT_ONCE }, async ({ batchId, outcome }) => {
    try {
      await workflows.tellBatch(tenant, batchId, outcome);
    } catch (cause) {
      observe({ kind: "batch.not_told", batchId, cause });
    }
  });
}
