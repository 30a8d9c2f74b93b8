/**
 * Folds one batch whose turn it is: stores its readings, folds them into the detectors' states and applies what that
 * decides to alerts. All of it is part of the caller's transaction, so what is stored is judged, and of two values for
 * one sensor and time the one that was accepted first counts.
 */
import { assess } from "../../domain/detection/assess.ts";
import { seriesOf } from "../../domain/intake/verdict.ts";
import type { Decision } from "../../domain/detection/episode.ts";
import type { Batch } from "../../domain/intake/batch.ts";
import { type Quarantined } from "../../domain/intake/quarantine.ts";
import { type Accepted, closedSince, rawReading, type Verdicts, without } from "../../domain/intake/verdict.ts";
import type { Series } from "../../domain/plant/reading.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import { EARLIEST_MS, MICROSECOND_MS } from "../../domain/timestamp.ts";
import type { EventRecord } from "../../ports/event.ts";
import type { Store } from "../../ports/store.ts";
import { type AlertEvent, applyDecision } from "../alerting/change_alert.ts";
import type { RememberedBatch } from "../intake/batch_memory.ts";
import type { HeldPresences } from "./hold_presences.ts";
import type { HeldState, HeldStates } from "./hold_states.ts";

/** Readings behind a reorder window that are read at once. */
const READINGS_PER_LOOK = 10_000;

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
  readonly alertEvents: readonly AlertEvent[];
  readonly events: readonly EventRecord[];
}

/** What a batch is folded into, and the data time before which nothing more is stored. */
export interface FoldOptions {
  readonly states: HeldStates;
  readonly presences: HeldPresences;
  readonly closedBeforeMs: number;
}

export async function foldBatch(
  store: Store,
  foldable: FoldableBatch,
  { states, presences, closedBeforeMs }: FoldOptions,
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

  let [folded, late] = [0, 0];
  // Before the readings are judged: what a sensor says that is back is not hidden by the silence that it ends.
  const alertEvents: AlertEvent[] = await presences.hear(foldable);
  for (const [i, sensorId] of added.sensorIds.entries()) {
    const held = states.of(sensorId);
    const { receivedAt } = batch;
    const fold = await foldSensor(store, { tenantId, sensorId, held, added: seriesOf(added, i), receivedAt });
    folded += fold.folded;
    late += fold.late;
    for (const decision of fold.decisions) {
      const event = await applyDecision(store, { tenantId, batchId: id, subject: { sensorId }, decision });
      if (event !== undefined) alertEvents.push(event);
    }
  }
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

interface SensorFold {
  readonly folded: number;
  readonly late: number;
  readonly decisions: readonly Decision[];
}

interface Folding {
  readonly tenantId: Batch["tenantId"];
  readonly sensorId: SensorId;
  readonly held: HeldState;
  readonly added: Series;
  readonly receivedAt: number;
}

/**
 * A sensor without a reorder window is folded as its readings come; what lies behind its watermark is late. No reading
 * is folded before its time has come: one whose clock runs ahead would put all that comes until then behind the
 * watermark. It is stored, and folded in its place with the first batch that is received behind it.
 */
async function foldSensor(
  store: Store,
  { tenantId, sensorId, held, added, receivedAt }: Folding,
): Promise<SensorFold> {
  const { state, rules } = held;
  const before = state.watermark ?? -Infinity;
  const lateTs = added.ts.filter((ts) => ts <= before);
  held.addLate(lateTs);
  const newest = Math.max(state.newest ?? -Infinity, added.ts.at(-1) ?? -Infinity);
  const heldBack = state.newest !== undefined || newest > receivedAt;
  if (rules.reorderWindowMs === undefined && !heldBack) {
    const { decisions, folded } = assess(state, added, rules);
    return { decisions, folded, late: lateTs.length };
  }
  state.newest = newest;
  const decisions: Decision[] = [];
  let folded = 0;
  // Whatever source they came from: all that is stored and older than the window, in its place.
  for (let more = true; more;) {
    const from = state.watermark === undefined ? EARLIEST_MS : state.watermark + MICROSECOND_MS;
    const to = Math.min(newest - (rules.reorderWindowMs ?? 0), receivedAt) + MICROSECOND_MS;
    if (from >= to) break;
    const due = await store.readings.series(tenantId, sensorId, { from, to, limit: READINGS_PER_LOOK });
    const fold = assess(state, due, rules);
    decisions.push(...fold.decisions);
    folded += fold.folded;
    more = due.ts.length === READINGS_PER_LOOK;
  }
  // Without a window nothing is held back any more once the newest has been folded.
  if (rules.reorderWindowMs === undefined && (state.watermark ?? -Infinity) >= newest) delete state.newest;
  return { decisions, folded, late: lateTs.length };
}
