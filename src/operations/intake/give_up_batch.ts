/** A person ends a batch that stands in the way of its source. Nothing of it is stored; it can be retried later. */
import type { Batch, BatchId } from "../../domain/intake/batch.ts";
import { textFault } from "../../domain/text.ts";
import { tellBatches } from "../detection/tell_batches.ts";
import { conflict, invalid, notFound } from "../errors.ts";
import type { Scope } from "../scope.ts";
import { failBatch } from "./fail_batch.ts";

/** Throws invalid, not found, and conflict for a batch that has ended. */
export async function giveUpBatch(
  scope: Scope,
  { batchId, reason }: { batchId: BatchId; reason: string },
): Promise<Batch> {
  const fault = textFault(reason);
  if (fault !== undefined) throw invalid("reason", `The reason ${fault}.`);
  const find = async () => (await scope.store.batches.byIds(scope.tenant.id, [batchId])).at(0);
  const before = await find();
  if (before === undefined) throw notFound("batch", "There is no such batch.");
  const failure = `given up by ${scope.actor.name}: ${reason}`;
  const failed = await failBatch(scope, { batchId, reason: failure });
  const now = (await find())!;
  if (!failed) throw conflict("batch", `Batch ${batchId} has ended before: it is ${now.state}.`);
  scope.observe({ kind: "batch.given_up", batchId, actor: scope.actor.name, reason });
  await tellBatches(scope, [{ batchId, outcome: { state: "failed", reason: failure } }]);
  return now;
}
