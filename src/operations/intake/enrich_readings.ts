/** Third stage: write the accepted readings, and find out which of them the store knew already. */
import { type Accepted, rawReading, without } from "../../domain/intake/verdict.ts";
import type { Quarantined } from "../../domain/intake/quarantine.ts";
import type { Columns } from "../../domain/intake/batch.ts";
import type { Deps } from "../deps.ts";
import type { StageInput } from "./ingest_readings.ts";
import { recallVerdicts } from "./validate_readings.ts";

export interface Enriched {
  readonly stored: number;
  readonly duplicates: number;
  readonly conflicts: number;
}

/**
 * Conflicts with stored values are found here and not while validating: only the insert itself can tell without a race between two batches.
 */
export async function enrichReadings(deps: Deps, input: StageInput): Promise<Enriched> {
  const key = { batchId: input.batchId, run: input.run, stage: "enrich" } as const;
  const { verdicts, columns } = deps.batchMemory.get(input.batchId, "validate") ?? await recallVerdicts(deps, input);
  const outcome = await deps.store.transaction(async (store) => {
    const earlier = await store.batches.beginStage(input.tenantId, key);
    if (earlier !== undefined) return { earlier };
    const known = await store.readings.add(input.tenantId, input.batchId, verdicts.accepted);
    const conflicts = conflicting(verdicts.accepted, { known, columns });
    if (conflicts.length > 0) await store.batches.quarantine(input.tenantId, input.batchId, conflicts);
    const accepted = without(verdicts.accepted, new Set(known.map(({ row }) => row)));
    const result: Enriched = {
      stored: accepted.ts.length,
      duplicates: known.length - conflicts.length,
      conflicts: conflicts.length,
    };
    const counts = { stored: result.stored, duplicates: result.duplicates, quarantined: result.conflicts };
    await store.batches.endStage(input.tenantId, key, { result: JSON.stringify(result), counts });
    return { result, accepted };
  });
  if (outcome.earlier !== undefined) return JSON.parse(outcome.earlier) as Enriched;
  deps.batchMemory.put(input.batchId, { after: "enrich", accepted: outcome.accepted });
  return outcome.result;
}

function conflicting(
  accepted: Accepted,
  { known, columns }: { known: readonly { row: number; storedValue: number }[]; columns: Columns },
): Quarantined[] {
  return known.filter(({ row, storedValue }) => accepted.value[row] !== storedValue).map(({ row, storedValue }) => ({
    index: accepted.index[row],
    reason: "conflict_with_stored",
    detail: `the store has the value ${storedValue} for this sensor and time`,
    raw: rawReading(columns, accepted.index[row]),
  }));
}
