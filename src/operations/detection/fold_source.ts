/**
 * Folds what is next in a source: a run of batches, in the order in which they were accepted, in one transaction.
 * Anybody may call it at any time: it folds what is ready and stops at the first batch that is not.
 */
import type { BatchId, SourceId } from "../../domain/intake/batch.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import type { QueuedBatch } from "../../ports/intake/source.ts";
import { type Store, StoreUnavailable } from "../../ports/store.ts";
import { afterNotifying, tellOf } from "../alerting/notify_of_alerts.ts";
import type { AlertEvent } from "../alerting/change_alert.ts";
import { holdLines } from "../alerting/hold_lines.ts";
import { recallVerdicts } from "../intake/validate_readings.ts";
import { eventsTopic, type Scope } from "../scope.ts";
import { type FoldableBatch, foldBatch, type FoldedBatch } from "./fold_batch.ts";
import { type HeldStates, holdStates } from "./hold_states.ts";
import { noteAssets } from "./note_assets.ts";
import { holdPresences } from "./hold_presences.ts";

/** Bounds on one transaction, so that it holds up others for some tenths of a second at most. */
const BATCHES_PER_RUN = 32;
const READINGS_PER_RUN = 20_000;

/** A batch that cannot be folded, for a reason of its own. */
export class BatchUnfoldable extends Error {
  override readonly name = "BatchUnfoldable";

  constructor(readonly batchId: BatchId, override readonly cause: unknown) {
    super(`batch ${batchId} cannot be folded: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

/**
 * What one call folded; `awaited` are those whose workflows want to be told. Undefined when another one folds this
 * source.
 */
export interface SourceFold {
  readonly folded: readonly (FoldedBatch & { readonly awaited: boolean })[];
  /** Undefined when there was nothing to fold. */
  readonly states: HeldStates | undefined;
}

/**
 * Folds the next run. When `asking` is not in it, it is noted as waiting to be told. Throws `BatchUnfoldable` for the
 * batch whose turn it is.
 */
export async function foldSource(
  scope: Scope,
  { sourceId, asking }: { sourceId: SourceId; asking: BatchId },
): Promise<SourceFold | undefined> {
  try {
    return await foldRun(scope, { sourceId, asking, batchesMax: BATCHES_PER_RUN });
  } catch (error) {
    if (error instanceof StoreUnavailable || error instanceof BatchUnfoldable) throw error;
    // One of the run is at fault: alone, the first one either goes through or is the one.
    return await foldRun(scope, { sourceId, asking, batchesMax: 1 });
  }
}

interface Run {
  readonly sourceId: SourceId;
  readonly asking: BatchId;
  readonly batchesMax: number;
}

async function foldRun(scope: Scope, { sourceId, asking, batchesMax }: Run): Promise<SourceFold | undefined> {
  const { tenant, batchMemory, wakeUps, observe } = scope;
  let first: BatchId | undefined;
  const observeAlert = ({ alert, change }: AlertEvent, batchId: BatchId) =>
    observe({ kind: "alert", change, alertId: alert.id, batchId, severity: alert.severity });
  try {
    const outcome = await scope.store.transaction(async (store) => {
      if (!await store.sources.tryLock(sourceId)) return undefined;
      const run = nextRun(await store.sources.queue(tenant.id, sourceId, batchesMax));
      if (!run.some(({ id }) => id === asking)) await store.sources.await(tenant.id, asking);
      if (run.length === 0) return { folded: [], states: undefined, notified: undefined };
      first = run[0].id;
      return await foldAll(scope, { store, run });
    });
    if (outcome === undefined) return undefined;
    outcome.states?.remember();
    for (const event of outcome.states?.alertEvents ?? []) observeAlert(event, outcome.folded[0].batch.id);
    for (const { batch, result, alertEvents } of outcome.folded) {
      batchMemory.delete(batch.id);
      if (result.late > 0) observe({ kind: "readings.late", batchId: batch.id, count: result.late });
      for (const event of alertEvents) observeAlert(event, batch.id);
    }
    if (outcome.folded.length > 0) wakeUps.wake(eventsTopic(tenant.id));
    if (outcome.notified !== undefined) afterNotifying(scope, outcome.notified);
    return outcome;
  } catch (error) {
    if (error instanceof StoreUnavailable || batchesMax > 1 || first === undefined) throw error;
    throw new BatchUnfoldable(first, error);
  }
}

/** From the head of the queue those that have passed all stages before, up to the bounds of a transaction. */
function nextRun(queue: readonly QueuedBatch[]): QueuedBatch[] {
  const run: QueuedBatch[] = [];
  let readings = 0;
  for (const batch of queue) {
    readings += batch.readings;
    if (batch.state !== "enriched" || (run.length > 0 && readings > READINGS_PER_RUN)) break;
    run.push(batch);
  }
  return run;
}

async function foldAll(scope: Scope, { store, run }: { store: Store; run: readonly QueuedBatch[] }) {
  const { tenant } = scope;
  const closedBeforeMs = await store.horizons.hold(tenant.id);
  const batches: FoldableBatch[] = [];
  for (const batch of run) batches.push({ ...await recallVerdicts({ ...scope, store }, batch.id), batch });
  const sensorIds = new Set<SensorId>(batches.flatMap(({ verdicts }) => verdicts.accepted.sensorIds));
  const states = await holdStates(scope, store, { sensorIds, batchId: run[0].id });
  const presences = await holdPresences(store, batches);
  const lines = holdLines(store, {
    tenantId: tenant.id,
    subjects: [...sensorIds].map((sensorId) => ({ sensorId })),
    of: "sensors",
  });
  const folded: (FoldedBatch & { awaited: boolean })[] = [];
  for (const [i, batch] of batches.entries()) {
    folded.push({
      ...await foldBatch(store, batch, { states, presences, lines, closedBeforeMs }),
      awaited: run[i].awaited,
    });
  }
  await states.save(store);
  await presences.save();
  const superseded = states.alertEvents.flatMap(({ record, further }) => [record, ...further]);
  await lines.save();
  if (states.onAssets) {
    const batchesAdded = folded.map(({ batch, added }) => ({ id: batch.id, added }));
    await noteAssets(store, { tenantId: tenant.id, batches: batchesAdded });
  }
  const events = [...superseded, ...folded.flatMap(({ events }) => events)];
  const notified = await tellOf(store, { tenant, nowMs: scope.clock.nowMs() }, events);
  return { folded, states, notified };
}
