/** Second stage: a verdict on each reading. What is not accepted goes to quarantine with its reason and as it was sent. */
import { judge, type Verdicts } from "../../domain/intake/verdict.ts";
import type { Columns } from "../../domain/intake/batch.ts";
import type { Deps } from "../deps.ts";
import { decodeBatch, type StageInput } from "./ingest_readings.ts";

export interface Validated {
  readonly accepted: number;
  readonly quarantined: number;
  readonly duplicates: number;
}

export async function validateReadings(deps: Deps, input: StageInput): Promise<Validated> {
  const key = { batchId: input.batchId, run: input.run, stage: "validate" } as const;
  const decoded = deps.batchMemory.get(input.batchId, "ingest") ?? await decodeBatch(deps, input);
  const verdicts = judge(decoded.columns, { ...decoded, futureMaxMs: deps.limits.futureMaxMs });
  const quarantined = verdicts.quarantined.length;
  const result: Validated = { accepted: verdicts.accepted.ts.length, quarantined, duplicates: verdicts.duplicates };
  const end = { result: JSON.stringify(result), counts: { quarantined, duplicates: verdicts.duplicates } };
  const earlier = quarantined === 0
    ? await deps.store.batches.passStage(input.tenantId, key, end)
    : await deps.store.transaction(async (store) => {
      const earlier = await store.batches.beginStage(input.tenantId, key);
      if (earlier !== undefined) return earlier;
      await store.batches.quarantine(input.tenantId, input.batchId, verdicts.quarantined);
      await store.batches.endStage(input.tenantId, key, end);
    });
  // A repeat may have judged by sensors that were changed in between: what was stored first stands.
  if (earlier !== undefined) return JSON.parse(earlier) as Validated;
  deps.batchMemory.put(input.batchId, { after: "validate", verdicts, columns: decoded.columns });
  return result;
}

/** The verdicts that were stored for a batch, made again from its landing row. */
export async function recallVerdicts(deps: Deps, input: StageInput): Promise<{ verdicts: Verdicts; columns: Columns }> {
  const decoded = await decodeBatch(deps, input);
  const skip = new Set(await deps.store.batches.quarantinedIndexes(input.tenantId, input.batchId));
  // Ranges may have changed since; the stored verdicts hold.
  const sensors = decoded.sensors.map((sensor) =>
    sensor && { id: sensor.id, rangeMin: undefined, rangeMax: undefined }
  );
  const verdicts = judge(decoded.columns, { ...decoded, sensors, skip, futureMaxMs: deps.limits.futureMaxMs });
  return { verdicts, columns: decoded.columns };
}
