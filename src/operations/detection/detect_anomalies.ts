/**
 * Fourth stage: fold the stored readings into the detectors' states, in the order in which the batches of a source were accepted, and write states, alerts and
 * events in one transaction.
 */
import { assess } from "../../domain/detection/assess.ts";
import { decodeState, encodeState, newState, type SensorState } from "../../domain/detection/sensor_state.ts";
import type { Decision } from "../../domain/detection/episode.ts";
import { type Accepted, seriesOf } from "../../domain/intake/verdict.ts";
import type { EventRecord } from "../../ports/event.ts";
import type { LockedState, SavedState } from "../../ports/detection/detector_state.ts";
import type { Store } from "../../ports/store.ts";
import { type AlertEvent, applyDecision } from "../alerting/change_alert.ts";
import { type Deps, eventsTopic, sourceTopic } from "../deps.ts";
import { notFound } from "../errors.ts";
import type { StageInput } from "../intake/ingest_readings.ts";
import { recallVerdicts } from "../intake/validate_readings.ts";

/** Bounds the wait when a wake-up was lost. */
const TURN_POLL_MS = 500;
const AHEAD_WAITING_MAX = 24;
const AHEAD_COUNTED_MAX = 100;

export interface Detected {
  readonly folded: number;
  readonly late: number;
  readonly alertsOpened: number;
}

/** Places for those who wait for their turn. */
export interface WaitingRoom {
  /** Takes a place; false when all are taken. */
  enter(): boolean;
  leave(): void;
}

export interface TurnOptions {
  readonly room: WaitingRoom;
  readonly signal: AbortSignal;
}

/** It is the batch's turn, or it is too early to wait for it here: then `ahead` batches of the source come first, at least. */
export type Turn = { readonly now: true } | { readonly now: false; readonly ahead: number };

/** Waits for the earlier batches of the source, at most `turnWaitMaxMs`. */
export async function awaitTurn(deps: Deps, input: StageInput, { room, signal }: TurnOptions): Promise<Turn> {
  const { sourceId, position } = await findBatch(deps, input);
  const countAhead = () => deps.store.batches.unfinishedBefore(sourceId, position, AHEAD_COUNTED_MAX);
  const ahead = await countAhead();
  if (ahead === 0) return { now: true };
  // Only those at the front may wait, or the one whose turn is next would find no place.
  if (ahead > AHEAD_WAITING_MAX || !room.enter()) return { now: false, ahead };
  try {
    const beganMs = deps.clock.nowMs();
    for (let waitedMs = 0; waitedMs < deps.limits.turnWaitMaxMs; waitedMs = deps.clock.nowMs() - beganMs) {
      signal.throwIfAborted();
      const woken = deps.wakeUps.wait(sourceTopic(sourceId), { timeoutMs: TURN_POLL_MS, signal });
      if (await countAhead() === 0) return { now: true };
      await woken;
    }
    deps.observe({ kind: "batch.out_of_turn", batchId: input.batchId, waitedMs: deps.clock.nowMs() - beganMs });
    return { now: true };
  } finally {
    room.leave();
  }
}

export async function detectAnomalies(deps: Deps, input: StageInput): Promise<Detected> {
  const key = { batchId: input.batchId, run: input.run, stage: "detect" } as const;
  const { sourceId } = await findBatch(deps, input);
  const accepted = deps.batchMemory.get(input.batchId, "enrich")?.accepted ?? await recallStored(deps, input);
  const outcome = await deps.store.transaction(async (store) => {
    const earlier = await store.batches.beginStage(input.tenantId, key);
    if (earlier !== undefined) return { earlier };
    const folds = await foldAll(deps, { store, input, accepted });
    await store.detectorStates.save(input.tenantId, folds.map(({ saved }) => saved));
    const alertEvents: AlertEvent[] = [];
    for (const { saved, decisions } of folds) {
      for (const decision of decisions) {
        const event = await applyDecision(store, { input, sensorId: saved.sensorId, decision });
        if (event !== undefined) alertEvents.push(event);
      }
    }
    const result = summary(folds, alertEvents);
    await store.batches.endStage(input.tenantId, key, {
      result: JSON.stringify(result),
      counts: { late: result.late, alertsOpened: result.alertsOpened },
    });
    await store.events.append(input.tenantId, [...alertEvents.map(({ record }) => record), processed(input, result)]);
    return { folds, result, alertEvents };
  });
  deps.batchMemory.drop(input.batchId);
  deps.wakeUps.wake(sourceTopic(sourceId));
  if (outcome.earlier !== undefined) return JSON.parse(outcome.earlier) as Detected;
  for (const { saved, state, revision } of outcome.folds) deps.stateMemory.put(saved.sensorId, state, revision + 1);
  deps.wakeUps.wake(eventsTopic(input.tenantId));
  for (const { alert, change } of outcome.alertEvents) {
    deps.observe({ kind: "alert", change, alertId: alert.id, batchId: input.batchId, severity: alert.severity });
  }
  return outcome.result;
}

async function findBatch(deps: Deps, { tenantId, batchId }: StageInput) {
  const [batch] = await deps.store.batches.byIds(tenantId, [batchId]);
  if (batch === undefined) throw notFound("batchId", `There is no batch ${batchId}.`);
  return batch;
}

/** What the batch itself stored, read back: the process that enriched it is gone. */
async function recallStored(deps: Deps, input: StageInput): Promise<Accepted> {
  const { verdicts: { accepted } } = await recallVerdicts(deps, input);
  if (accepted.ts.length === 0) return accepted;
  const [from, to] = [accepted.ts.reduce((a, b) => Math.min(a, b)), accepted.ts.reduce((a, b) => Math.max(a, b))];
  return deps.store.readings.ofBatch(input.tenantId, input.batchId, { sensorIds: accepted.sensorIds, from, to });
}

interface Fold {
  readonly saved: SavedState;
  readonly state: SensorState;
  readonly revision: number;
  readonly folded: number;
  readonly decisions: readonly Decision[];
}

async function foldAll(
  deps: Deps,
  { store, input, accepted }: { store: Store; input: StageInput; accepted: Accepted },
): Promise<Fold[]> {
  const remembered = new Map(accepted.sensorIds.map((id) => [id, deps.stateMemory.take(id)]));
  const wanted = accepted.sensorIds.map((id) => ({ id, revision: remembered.get(id)?.revision ?? -1 }));
  const locked = new Map((await store.detectorStates.lock(input.tenantId, wanted)).map((row) => [row.sensorId, row]));
  return accepted.sensorIds.map((sensorId, i) => {
    const row = locked.get(sensorId);
    if (row === undefined) throw new Error(`sensor ${sensorId} of batch ${input.batchId} has no detector state`);
    const state = row.state === undefined ? remembered.get(sensorId)!.state : readState(deps, { row, input });
    const series = seriesOf(accepted, i);
    const { decisions, folded, late } = assess(state, series, row);
    const lateTs = late.map((row) => series.ts[row]);
    const saved: SavedState = {
      sensorId,
      state: encodeState(state),
      watermark: state.watermark,
      late: late.length,
      lateFrom: lateTs.at(0),
      lateTo: lateTs.at(-1),
    };
    return { saved, state, revision: row.revision, folded, decisions };
  });
}

/** A state that this code cannot read starts anew; the sensor says so and the others are untouched. */
function readState(deps: Deps, { row, input }: { row: LockedState; input: { batchId: number } }): SensorState {
  if (row.state === undefined || row.state === "") return newState(row);
  const { state, relearns } = decodeState(row.state, row);
  if (relearns !== undefined) {
    deps.observe({ kind: "sensor.relearns", sensorId: row.sensorId, batchId: input.batchId, reason: relearns });
  }
  return state;
}

function summary(folds: readonly Fold[], alertEvents: readonly AlertEvent[]): Detected {
  return {
    folded: folds.reduce((sum, { folded }) => sum + folded, 0),
    late: folds.reduce((sum, { saved }) => sum + saved.late, 0),
    alertsOpened: alertEvents.filter(({ change }) => change === "opened").length,
  };
}

function processed(input: StageInput, result: Detected): EventRecord {
  return { type: "batch.processed", batchId: input.batchId, alertId: undefined, body: JSON.stringify(result) };
}
