/** How the instruments themselves are, by the classes of NAMUR NE 107. */
import {
  FAULTS_LOOK_BACK_MS,
  INSTRUMENT_KINDS,
  type InstrumentState,
  instrumentState,
} from "../../domain/alerting/instrument.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import type { Scope } from "../scope.ts";

/** Per sensor how it is by now; those are left out of which there is nothing to be said. */
export async function readInstruments(
  { store, tenant, clock }: Pick<Scope, "store" | "tenant" | "clock">,
  ids: readonly SensorId[],
): Promise<Map<SensorId, InstrumentState>> {
  const now = clock.nowMs();
  const workedOn = await store.windows.heldAt(tenant.id, ids, now);
  const since = now - FAULTS_LOOK_BACK_MS;
  const faults = await store.alerts.faultsOf(tenant.id, ids, { kinds: INSTRUMENT_KINDS, since });
  const states = new Map<SensorId, InstrumentState>();
  for (const id of ids) {
    const state = instrumentState({ workedOn: workedOn.has(id), faults: faults.get(id) ?? [] });
    if (state !== undefined) states.set(id, state);
  }
  return states;
}
