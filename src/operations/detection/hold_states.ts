/**
 * The detector states that a transaction has locked, decoded once and stored once, however many batches are folded into
 * them.
 */
import {
  decodeState,
  encodeState,
  type SensorRules,
  type SensorState,
  startState,
} from "../../domain/detection/sensor_state.ts";
import { detectorSet } from "../../domain/detection/detector_set.ts";
import type { BatchId } from "../../domain/intake/batch.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import type { LockedState } from "../../ports/detection/detector_state.ts";
import type { Store } from "../../ports/store.ts";
import type { Scope } from "../scope.ts";

export interface HeldState {
  readonly state: SensorState;
  readonly rules: SensorRules & { readonly reorderWindowMs: number | undefined };
  /** Counts readings that came behind the watermark. */
  addLate(ts: Float64Array): void;
}

export interface HeldStates {
  of(id: SensorId): HeldState;
  /** Whether any of the sensors belongs to an asset. */
  readonly onAssets: boolean;
  /** Stores the states. What is remembered of them becomes true with the commit: call `remember` behind it. */
  save(store: Store): Promise<void>;
  remember(): void;
}

interface Held extends HeldState {
  readonly revision: number;
  late: number;
  lateFrom: number | undefined;
  lateTo: number | undefined;
}

/** Locks the states of `sensorIds`, in the order of their ids, so that two folds never wait for each other. */
export async function holdStates(
  scope: Scope,
  store: Store,
  { sensorIds, batchId }: { sensorIds: ReadonlySet<SensorId>; batchId: BatchId },
): Promise<HeldStates> {
  const { tenant, stateMemory } = scope;
  const ids = [...sensorIds].sort((a, b) => a - b);
  const remembered = new Map(ids.map((id) => [id, stateMemory.get(id)]));
  for (const id of ids) stateMemory.delete(id);
  const wanted = ids.map((id) => ({ id, revision: remembered.get(id)?.revision ?? -1 }));
  const rows = await store.detectorStates.lock(tenant.id, wanted);
  const held = new Map(rows.map((row) => {
    const state = row.state === undefined ? remembered.get(row.sensorId)!.state : readState(scope, { row, batchId });
    return [row.sensorId, hold(row, state)];
  }));
  return {
    onAssets: rows.some(({ assetId }) => assetId !== undefined),
    of(id) {
      const one = held.get(id);
      if (one === undefined) throw new Error(`sensor ${id} of batch ${batchId} has no detector state`);
      return one;
    },
    save: (store) =>
      store.detectorStates.save(
        tenant.id,
        [...held].map(([sensorId, { state, late, lateFrom, lateTo }]) => (
          { sensorId, state: encodeState(state), watermark: state.watermark, late, lateFrom, lateTo }
        )),
      ),
    remember() {
      for (const [id, { state, revision }] of held) stateMemory.set(id, { state, revision: revision + 1 });
    },
  };
}

function hold(row: LockedState, state: SensorState): Held {
  const held: Held = {
    state,
    rules: { ...row, set: detectorSet(row.quantity) },
    revision: row.revision,
    late: 0,
    lateFrom: undefined,
    lateTo: undefined,
    addLate(ts) {
      if (ts.length === 0) return;
      held.late += ts.length;
      held.lateFrom = Math.min(held.lateFrom ?? Infinity, ts[0]);
      held.lateTo = Math.max(held.lateTo ?? -Infinity, ts[ts.length - 1]);
    },
  };
  return held;
}

/** A state that this code cannot read starts anew; the sensor says so and the others are untouched. */
function readState({ observe }: Scope, { row, batchId }: { row: LockedState; batchId: BatchId }): SensorState {
  if (row.state === undefined || row.state === "") return startState(detectorSet(row.quantity));
  const { state, relearns } = decodeState(row.state, detectorSet(row.quantity));
  if (relearns !== undefined) observe({ kind: "sensor.relearns", sensorId: row.sensorId, batchId, reason: relearns });
  return state;
}
