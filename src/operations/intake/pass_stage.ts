/** What passing a stage of a batch came to. */
import type { BatchId } from "../../domain/intake/batch.ts";
import type { StagePassing } from "../../ports/intake/batch.ts";
import { conflict } from "../errors.ts";

/**
 * The result of a stage: the caller's own, or the one that an earlier attempt stored. Throws conflict when the batch
 * has ended in the meantime; thrown inside a transaction, it leaves nothing of the stage.
 */
export function resultOf<Result>(
  passing: StagePassing,
  { batchId, result }: { batchId: BatchId; result: Result },
): Result {
  switch (passing.kind) {
    case "passed":
      return result;
    case "repeated":
      return JSON.parse(passing.result) as Result;
    case "refused":
      throw conflict("batchId", `Batch ${batchId} is ${passing.state}: this attempt came too late.`);
  }
}
