/** Starts the workflows of batches that were accepted while none could be started. */
import type { Deps } from "../deps.ts";

/** A start is normally a matter of milliseconds. */
const NEVER_BEGUN_AFTER_MS = 5_000;
const BATCHES_PER_SWEEP_MAX = 200;

/** Answers how many batches it handed to workflows; a batch whose workflow waits for its turn already is left alone by the start. */
export async function sweepBatches(deps: Deps): Promise<{ started: number }> {
  const batches = await deps.store.batches.neverBegun({
    olderThanMs: NEVER_BEGUN_AFTER_MS,
    limit: BATCHES_PER_SWEEP_MAX,
  });
  for (const { tenantId, tenantKey, id } of batches) {
    const [batch] = await deps.store.batches.byIds(tenantId, [id]);
    await deps.workflows.startBatch({
      tenant: { id: tenantId, key: tenantKey },
      batchId: id,
      source: batch.source,
      readings: batch.readings,
    });
  }
  if (batches.length > 0) deps.observe({ kind: "batches.swept", started: batches.length });
  return { started: batches.length };
}
