/** A batch that no retry can finish ends as failed, with its reason, and its source goes on with the next one. */
import { type Deps, eventsTopic, sourceTopic } from "../deps.ts";
import type { StageInput } from "./ingest_readings.ts";

export async function failBatch(deps: Deps, input: StageInput & { readonly reason: string }): Promise<void> {
  const [batch] = await deps.store.batches.byIds(input.tenantId, [input.batchId]);
  if (batch === undefined) return;
  const failed = await deps.store.transaction(async (store) => {
    const failed = await store.batches.fail(input.tenantId, input.batchId, input.reason);
    if (failed) {
      const body = JSON.stringify({ reason: input.reason });
      await store.events.append(input.tenantId, [{
        type: "batch.failed",
        batchId: input.batchId,
        alertId: undefined,
        body,
      }]);
    }
    return failed;
  });
  deps.batchMemory.drop(input.batchId);
  deps.wakeUps.wake(sourceTopic(batch.sourceId));
  deps.wakeUps.wake(eventsTopic(input.tenantId));
  if (failed) deps.observe({ kind: "batch.failed", batchId: input.batchId, reason: input.reason });
}
