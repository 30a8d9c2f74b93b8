/** A batch that no retry can finish ends as failed, with its reason, and its source goes on with the next one. */
import type { BatchId } from "../../domain/intake/batch.ts";
import { askNext } from "../detection/detect_anomalies.ts";
import { eventsTopic, type Scope } from "../scope.ts";

/** True when it failed now; false when it had ended before, or there is none. */
export async function failBatch(
  scope: Scope,
  { batchId, reason }: { batchId: BatchId; reason: string },
): Promise<boolean> {
  const { store, tenant, batchMemory, wakeUps, observe } = scope;
  const [batch] = await store.batches.byIds(tenant.id, [batchId]);
  if (batch === undefined) return false;
  const failed = await store.transaction(async (store) => {
    if (!await store.batches.fail(tenant.id, batchId, reason)) return false;
    const body = JSON.stringify({ reason });
    await store.events.append(tenant.id, [{ type: "batch.failed", batchId, alertId: undefined, body }]);
    return true;
  });
  batchMemory.delete(batchId);
  if (failed) {
    wakeUps.wake(eventsTopic(tenant.id));
    observe({ kind: "batch.failed", batchId, reason });
  }
  await askNext(scope, batch.sourceId);
  return failed;
}
