/**
 * Second stage: a verdict on each reading. What is not accepted goes to quarantine with its reason and as it was sent.
 */
import type { BatchId } from "../../domain/intake/batch.ts";
import { judge, type Verdicts } from "../../domain/intake/verdict.ts";
import type { Scope } from "../scope.ts";
import type { RememberedBatch } from "./batch_memory.ts";
import { decodeBatch } from "./ingest_readings.ts";
import { resultOf } from "./pass_stage.ts";

export interface Validated {
  readonly accepted: number;
  readonly quarantined: number;
  readonly duplicates: number;
}

export async function validateReadings(scope: Scope, batchId: BatchId): Promise<Validated> {
  const { store, tenant, batchMemory } = scope;
  const decoded = batchMemory.get(batchId) ?? await decodeBatch(scope, batchId);
  const { closedBefore: closedBeforeMs } = await store.horizons.of(tenant.id);
  const verdicts = judge(decoded.columns, { ...decoded, futureMaxMs: scope.limits.futureMaxMs, closedBeforeMs });
  const quarantined = verdicts.quarantined.length;
  const result: Validated = { accepted: verdicts.accepted.ts.length, quarantined, duplicates: verdicts.duplicates };
  const end = {
    stage: "validate",
    result: JSON.stringify(result),
    counts: { quarantined, duplicates: verdicts.duplicates },
  } as const;
  const passing = quarantined === 0
    ? await store.batches.passStage(tenant.id, batchId, end)
    : await store.transaction(async (store) => {
      const passing = await store.batches.passStage(tenant.id, batchId, end);
      if (passing.kind === "passed") await store.quarantine.add(tenant.id, batchId, verdicts.quarantined);
      return passing;
    });
  // A repeat may have judged by sensors that were changed in between: what was stored first stands.
  if (passing.kind === "passed") batchMemory.set(batchId, { ...decoded, verdicts: { ...verdicts, quarantined: [] } });
  else batchMemory.delete(batchId);
  return resultOf(passing, { batchId, result });
}

/**
 * A batch with the verdicts that were stored for it: as this process remembers them, or made again from its landing
 * row. What is in quarantine is left out; `quarantined` are those for which no verdict was stored, because their sensor
 * has gone since.
 */
export async function recallVerdicts(
  scope: Pick<Scope, "store" | "tenant" | "units" | "batchMemory">,
  batchId: BatchId,
): Promise<RememberedBatch & { readonly verdicts: Verdicts }> {
  const remembered = scope.batchMemory.get(batchId);
  if (remembered?.verdicts !== undefined) return { ...remembered, verdicts: remembered.verdicts };
  const decoded = await decodeBatch(scope, batchId);
  const skip = new Set(await scope.store.quarantine.indexes(scope.tenant.id, batchId));
  // Ranges and limits may have changed since; the stored verdicts hold.
  const sensors = decoded.sensors.map((sensor) =>
    sensor && { ...sensor, rangeMin: undefined, rangeMax: undefined, retired: false }
  );
  const verdicts = judge(decoded.columns, { ...decoded, sensors, skip, futureMaxMs: Infinity });
  return { ...decoded, verdicts };
}
