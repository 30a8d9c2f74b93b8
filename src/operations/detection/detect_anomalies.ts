/**
 * Fourth stage, in the order of the source: whoever comes folds what is ready, whoever is not next is folded by others
 * and told. Nobody waits here: no slot of a worker and no connection is held by a batch whose turn has not come.
 */
import { type BatchId, type SourceId } from "../../domain/intake/batch.ts";
import { conflict, notFound } from "../errors.ts";
import type { Scope } from "../scope.ts";
import { foldAssetsSoon } from "./fold_assets.ts";
import type { Detected } from "./fold_batch.ts";
import { BatchUnfoldable, foldSource } from "./fold_source.ts";
import { tellBatches, type ToldBatch } from "./tell_batches.ts";

/**
 * Runs that one call folds before it hands over to the batch that is next, so that its own batch is not kept from its
 * result.
 */
const RUNS_MAX = 20;

/** The batch's result, or: it is not its turn, and its workflow will be told. */
export type Turn = Detected | { readonly waiting: true };

/** Throws not found; conflict when the batch has failed; and what keeps the batch itself from being folded. */
export async function detectAnomalies(scope: Scope, batchId: BatchId): Promise<Turn> {
  const { store, tenant } = scope;
  const [batch] = await store.batches.byIds(tenant.id, [batchId]);
  if (batch === undefined) throw notFound("batchId", `There is no batch ${batchId}.`);
  if (batch.state === "failed") throw conflict("batchId", `Batch ${batchId} has failed: ${batch.failure}`);
  if (batch.state === "processed") {
    // It was folded before: by another one, or by a run of this that ended before it was through with the assets.
    await foldAssetsSoon(scope);
  } else {
    await foldReady(scope, { sourceId: batch.sourceId, asking: batchId });
  }
  const result = await store.batches.stageResult(tenant.id, batchId, "detect");
  if (result === undefined && batch.state === "processed") {
    throw conflict("batchId", `Batch ${batchId} was processed; what its stages said is not kept any more.`);
  }
  return result === undefined ? { waiting: true } : JSON.parse(result) as Detected;
}

interface Asking {
  readonly sourceId: SourceId;
  readonly asking: BatchId;
}

async function foldReady(scope: Scope, { sourceId, asking }: Asking): Promise<void> {
  const { store, tenant } = scope;
  for (let runs = 0; runs < RUNS_MAX; runs++) {
    let outcome = await foldOnce(scope, { sourceId, asking });
    if (outcome === "busy") {
      // Whoever folds this source looks again when done, and finds the batch then: it has to be noted before this is
      // asked again.
      await store.sources.await(tenant.id, asking);
      outcome = await foldOnce(scope, { sourceId, asking });
    }
    if (outcome !== "folded" || await store.sources.ready(tenant.id, sourceId) === undefined) return;
  }
  await askNext(scope, sourceId);
}

/**
 * One run, and the news of it; or another one folds this source; or its next batch cannot be folded. Throws if that is
 * `asking`.
 */
async function foldOnce(scope: Scope, { sourceId, asking }: Asking): Promise<"folded" | "busy" | "stuck"> {
  try {
    const fold = await foldSource(scope, { sourceId, asking });
    if (fold === undefined) return "busy";
    // Before anybody is told, so that who hears of a batch finds what its assets' rows came to.
    if (fold.states?.onAssets) await foldAssetsSoon(scope);
    const told = fold.folded.filter(({ batch, awaited }) => awaited && batch.id !== asking).map(({ batch, result }) => (
      { batchId: batch.id, outcome: { state: "processed", result } } satisfies ToldBatch
    ));
    await tellBatches(scope, told);
    return "folded";
  } catch (error) {
    if (!(error instanceof BatchUnfoldable)) throw error;
    if (error.batchId === asking) throw error.cause;
    // Its own workflow counts its faults and gives it up in the end; without one, the sweeper gives it one.
    await tellBatches(scope, [{ batchId: error.batchId, outcome: undefined }]);
    return "stuck";
  }
}

/** Has the batch that is next in the source, if it can be folded, ask for its turn. */
export async function askNext(scope: Scope, sourceId: SourceId): Promise<void> {
  const next = await scope.store.sources.ready(scope.tenant.id, sourceId);
  if (next !== undefined) await tellBatches(scope, [{ batchId: next, outcome: undefined }]);
}
