/**
 * Folds one batch whose turn it is: stores its readings, folds them into the detectors' states and applies what that
 * decides to alerts. All of it is part of the caller's transaction, so what is stored is judged, and of two values for
 * one sensor and time the one that was accepted first counts.
 */
import { seriesOf } from "../../domain/intake/verdict.ts";
import type { Batch } from "../../domain/intake/batch.ts";
import { type Quarantined } from "../../domain/intake/quarantine.ts";
import { type Accepted, closedSince, rawReading, type Verdicts, without } from "../../domain/intake/verdict.ts";
import type { EventRecord } from "../../ports/event.ts";
import type { Store } from "../../ports/store.ts";
import { applyDecisions } from "../alerting/apply_decisions.ts";
import type { AlertEvent } from "../alerting/change_alert.ts";
import type { HeldLines } from "../alerting/hold_lines.ts";
import type { RememberedBatch } from "../intake/batch_memory.ts";
import { foldDays } from "./fold_days.ts";
import type { HeldPresences } from "./hold_presences.ts";
import type { HeldStates } from "./hold_states.ts";

/** What a batch's turn came to. */
export interface Detected {
  readonly stored: number;
  readonly corrected: number;
  readonly conflicts: number;
  readonly folded: number;
  readonly late: number;
  readonly alertsOpened: number;
}

export type FoldableBatch = RememberedBatch & { readonly batch: Batch; readonly verdicts: Verdicts };

export interface FoldedBatch {
  readonly batch: Batch;
  readonly result: Detected;
  /** What it has stored that was not stored before. */
  readonly added: Accepted;
  readonly alertEvents: readonly AlertEvent[];
  readonly events: readonly EventRecord[];
}

/** What a batch is folded into, and the data time before which nothing more is stored. */
export interface FoldOptions {
  readonly states: HeldStates;
  readonly presences: HeldPresences;
  readonly lines: HeldLines;
  readonly closedBeforeMs: number;
}

export async function foldBatch(
  store: Store,
  foldable: FoldableBatch,
  { states, presences, lines, closedBeforeMs }: FoldOptions,
): Promise<FoldedBatch> {
  const { batch, verdicts, columns } = foldable;
  const { tenantId, id } = batch;
  // What was accepted may have been closed since. A reading that is rolled up already must not be stored again beside
  // it.
  const { accepted, quarantined: closed } = closedSince(verdicts.accepted, { columns, closedBeforeMs });
  const known = await store.readings.add(tenantId, id, accepted);
  const others = known.filter(({ row, storedValue }) => accepted.value[row] !== storedValue);
  const correcting = columns.correction === true && others.length > 0;
  if (correcting) await store.readings.correct(tenantId, id, only(accepted, others));
  const conflicts = correcting ? [] : conflicting(accepted, { others, columns });
  const refused = [...verdicts.quarantined, ...closed, ...conflicts];
  if (refused.length > 0) await store.quarantine.add(tenantId, id, refused);
  const added = without(accepted, new Set(known.map(({ row }) => row)));
  const corrected = correcting ? others.length : 0;
  const duplicates = verdicts.duplicates + known.length - others.length;

  // Before the readings are judged: what a sensor says that is back is not hidden by the silence that it ends.
  const alertEvents: AlertEvent[] = await presences.hear(foldable);
  const sensors = added.sensorIds.map((sensorId, i) => (
    { sensorId, held: states.of(sensorId), added: seriesOf(added, i) }
  ));
  const { receivedAt } = batch;
  const { folded, late: stretches } = await foldDays(store, sensors, {
    tenantId,
    receivedAt,
    lines,
    async apply(sensorId, decisions) {
      const { settingsId } = states.of(sensorId);
      const keeping = { tenantId, batchId: id, subject: { sensorId }, settingsId };
      const events = await applyDecisions(store, { ...keeping, decisions, lines });
      alertEvents.push(...events);
    },
  });
  if (stretches.length > 0) await store.lanes.addLate(tenantId, id, stretches);
  const late = stretches.reduce((sum, { count }) => sum + count, 0);
  const stored = added.ts.length;
  const alertsOpened = alertEvents.filter(({ change }) => change === "opened").length;
  const result: Detected = { stored, corrected, conflicts: conflicts.length, folded, late, alertsOpened };
  // What was neither stored nor known is in quarantine, whichever stage put it there.
  const quarantined = batch.readings - stored - corrected - duplicates;
  const passing = await store.batches.passStage(tenantId, id, {
    stage: "detect",
    result: JSON.stringify(result),
    counts: { stored, quarantined, duplicates, corrected, late, alertsOpened },
  });
  // Given up in the meantime: nothing of this may stay.
  if (passing.kind !== "passed") throw new Error(`batch ${id} was ${passing.kind} at the end of its fold`);
  const processed = { type: "batch.processed", batchId: id, alertId: undefined, body: JSON.stringify(result) };
  return {
    batch,
    result,
    added,
    alertEvents,
    events: [...alertEvents.flatMap(({ record, further }) => [record, ...further]), processed],
  };
}

type Known = readonly { readonly row: number; readonly storedValue: number }[];

/** The rows of `accepted` that are in `known`. */
function only(accepted: Accepted, known: Known): Accepted {
  const kept = new Set(known.map(({ row }) => row));
  return without(accepted, new Set(accepted.ts.keys().filter((row) => !kept.has(row))));
}

function conflicting(
  accepted: Accepted,
  { others, columns }: { others: Known; columns: RememberedBatch["columns"] },
): Quarantined[] {
  return others.map(({ row, storedValue }) => ({
    index: accepted.index[row],
    reason: "conflict_with_stored",
    detail: `the store has the value ${storedValue} for this sensor and time`,
    raw: rawReading(columns, accepted.index[row]),
  }));
}
