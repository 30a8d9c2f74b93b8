/**
 * The detector states that a transaction has locked, decoded once and stored once, however many batches are folded into
 * them. What sensors are judged by is read behind the locks: who gets a sensor's lock later reads the same or newer, so
 * no two workers ever judge one sensor by different versions.
 */
import {
  encodeState,
  newestIn,
  parseState,
  type SensorRules,
  type SensorState,
  startState,
} from "../../domain/detection/sensor_state.ts";
import type { AppliedSettingsId } from "../../domain/detection/settings_layers.ts";
import type { BatchId } from "../../domain/intake/batch.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import type { JudgedSensor, LockedState } from "../../ports/detection/detector_state.ts";
import type { Store } from "../../ports/store.ts";
import type { AlertEvent } from "../alerting/change_alert.ts";
import type { Scope } from "../scope.ts";
import { type Adopting, adoptStates, type Begun } from "./adopt_states.ts";
import { appliedIds, judgingsOf } from "./resolve_settings.ts";
import type { Judging } from "./settings_memory.ts";
import type { RememberedState } from "./state_memory.ts";

export interface HeldState {
  readonly state: SensorState;
  readonly rules: SensorRules & { readonly reorderWindowMs: number | undefined };
  /** The row of the settings that it is judged by. */
  settingsId(): Promise<AppliedSettingsId>;
  /** It goes on from another state of the same settings. */
  replace(state: SensorState): void;
  /** Counts readings that came behind the watermark. */
  addLate(ts: Float64Array): void;
}

export interface HeldStates {
  of(id: SensorId): HeldState;
  /** Of alerts that ended when sensors went over to other settings. */
  readonly alertEvents: readonly AlertEvent[];
  /** Whether any of the sensors belongs to an asset. */
  readonly onAssets: boolean;
  /** Stores the states. What is remembered of them becomes true with the commit: call `remember` behind it. */
  save(store: Store): Promise<void>;
  remember(): void;
}

interface Held extends HeldState {
  state: SensorState;
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
  const sensors = await store.detectorStates.sensors(tenant.id, ids);
  const judgings = await judgingsOf(scope, store, sensors.map((sensor) => ({ ...sensor, id: sensor.sensorId })));
  const idOf = appliedIds(store, tenant.id);
  const { current, adopting, begun } = sortStates(rows, { remembered, judgings });
  const adopted = await adoptStates(scope, store, { adopting, begun, batchId, idOf });
  const sensorsById = new Map(sensors.map((sensor) => [sensor.sensorId, sensor]));
  const held = new Map(rows.map(({ sensorId, revision }) => {
    const state = current.get(sensorId) ?? adopted.states.get(sensorId)!;
    const judging = judgings.get(sensorId)!;
    return [sensorId, hold({ revision, state, judging, sensor: sensorsById.get(sensorId)!, idOf })];
  }));
  return {
    onAssets: sensors.some(({ assetId }) => assetId !== undefined),
    of(id) {
      const one = held.get(id);
      if (one === undefined) throw new Error(`sensor ${id} of batch ${batchId} has no detector state`);
      return one;
    },
    alertEvents: adopted.alertEvents,
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

interface Sorting {
  readonly remembered: ReadonlyMap<SensorId, RememberedState | undefined>;
  readonly judgings: ReadonlyMap<SensorId, Judging>;
}

/** States that are of the settings that hold, some of them begun just now, and those that have to go over to them. */
function sortStates(rows: readonly LockedState[], { remembered, judgings }: Sorting) {
  const current = new Map<SensorId, SensorState>();
  const adopting: Adopting[] = [];
  const begun: Begun[] = [];
  for (const { sensorId, state: text, watermark } of rows) {
    const judging = judgings.get(sensorId)!;
    if (text === "") {
      current.set(sensorId, startState(judging.set));
      begun.push({ sensorId, judging });
      continue;
    }
    const state = text === undefined ? remembered.get(sensorId)!.state : parseState(text);
    if (state?.version === judging.set.version) current.set(sensorId, state);
    else adopting.push({ sensorId, judging, state, watermark, newest: state?.newest ?? newestIn(text ?? "") });
  }
  return { current, adopting, begun };
}

interface Holding {
  readonly revision: number;
  readonly state: SensorState;
  readonly judging: Judging;
  readonly sensor: JudgedSensor;
  readonly idOf: (judging: Judging) => Promise<AppliedSettingsId>;
}

function hold({ revision, state, judging, sensor, idOf }: Holding): Held {
  const { criticality, reorderWindowMs } = sensor;
  const held: Held = {
    state,
    rules: { set: judging.set, criticality, reorderWindowMs },
    settingsId: () => idOf(judging),
    revision,
    late: 0,
    lateFrom: undefined,
    lateTo: undefined,
    replace(state) {
      held.state = state;
    },
    addLate(ts) {
      if (ts.length === 0) return;
      held.late += ts.length;
      held.lateFrom = Math.min(held.lateFrom ?? Infinity, ts[0]);
      held.lateTo = Math.max(held.lateTo ?? -Infinity, ts[ts.length - 1]);
    },
  };
  return held;
}
