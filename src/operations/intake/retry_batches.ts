/**
 * Failed batches are taken up again from their beginning: judged anew, and folded behind all that their source has sent
 * since, so that readings behind their sensors' watermarks are late.
 */
import type { Batch, BatchId } from "../../domain/intake/batch.ts";
import { allOf } from "../all_of.ts";
import { conflict, invalid, notFound } from "../errors.ts";
import type { Scope } from "../scope.ts";
import { startBatch } from "./accept_batch.ts";

/** One batch, or all of a source that have failed. */
export interface RetryInput {
  readonly batchId?: BatchId;
  readonly source?: string;
}

const BATCHES_MAX = 1_000;
const STARTS_AT_ONCE = 16;

/**
 * The batches that were taken up, oldest first: at most 1,000, call again for more. Throws invalid, not found,
 * conflict.
 */
export async function retryBatches(scope: Scope, { batchId, source }: RetryInput): Promise<Batch[]> {
  if ((batchId === undefined) === (source === undefined)) throw invalid("batch", "Name either a batch or a source.");
  const { store, tenant } = scope;
  const ids = batchId === undefined ? await failedOf(scope, source!) : [batchId];
  const retried = await store.batches.retry(tenant.id, ids);
  if (batchId !== undefined && retried.length === 0) {
    const [batch] = await store.batches.byIds(tenant.id, [batchId]);
    if (batch === undefined) throw notFound("batch", "There is no such batch.");
    const why = batch.state === "failed" ? "what was sent is not kept any more" : `it is ${batch.state}, not failed`;
    throw conflict("batch", `Batch ${batchId} cannot be retried: ${why}.`);
  }
  scope.observe({ kind: "batches.retried", count: retried.length, actor: scope.actor.name });
  scope.background(
    allOf(retried, { atOnce: STARTS_AT_ONCE }, (batch) => startBatch(scope, batch, { fresh: false })),
  );
  return retried;
}

async function failedOf({ store, tenant }: Scope, source: string): Promise<BatchId[]> {
  if (await store.sources.byKey(tenant.id, source) === undefined) {
    throw notFound("source", `There is no source with the key ${JSON.stringify(source)}.`);
  }
  const failed = await store.batches.page(tenant.id, { state: "failed", source, limit: BATCHES_MAX });
  return failed.map(({ id }) => id);
}
