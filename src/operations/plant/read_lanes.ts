/**
 * What happened to a sensor over a range besides its values: late and corrected readings, doubtful ones, episodes, when
 * it was worked on or out of service, and when alerts about it were shelved. As many stretches as a picture of the
 * width can show, whatever the range.
 */
import type { ServiceWindow } from "../../domain/alerting/window.ts";
import type { Lane, ShelvedTime } from "../../ports/plant/lane.ts";
import { invalid } from "../errors.ts";
import type { Scope } from "../scope.ts";
import { findSensor } from "./find_sensor.ts";
import { WIDTH_MAX } from "./read_trend.ts";

export interface LanesInput {
  readonly sensorKey: string;
  /** In ms: from inclusive, to exclusive. */
  readonly from: number;
  readonly to: number;
  /** How many stretches a lane has at most. */
  readonly width: number;
}

export interface SensorLanes {
  readonly late: Lane;
  readonly corrected: Lane;
  readonly uncertain: Lane;
  readonly episodes: Lane;
  /** At most 200 of each, the last to begin first. */
  readonly windows: readonly ServiceWindow[];
  readonly shelved: readonly ShelvedTime[];
}

/** Windows and shelves are of people: more of them than these are in no range that one looks at. */
const PEOPLES_MAX = 200;

/** Throws invalid and not found. */
export async function readLanes(
  scope: Pick<Scope, "store" | "tenant">,
  { sensorKey, from, to, width }: LanesInput,
): Promise<SensorLanes> {
  const { store, tenant } = scope;
  if (!(from < to)) throw invalid("from", "The range is empty: from has to be before to.");
  if (!(width >= 1 && width <= WIDTH_MAX)) throw invalid("width", `width has to be 1 to ${WIDTH_MAX}.`);
  const { id } = await findSensor(scope, { key: sensorKey, field: "sensor" });
  const range = { from, to, slotMs: (to - from) / width };
  return {
    late: await store.lanes.late(tenant.id, id, range),
    corrected: await store.lanes.corrected(tenant.id, id, range),
    uncertain: await store.lanes.uncertain(tenant.id, id, range),
    episodes: await store.lanes.episodes(tenant.id, id, range),
    windows: await store.windows.during(tenant.id, { sensorId: id }, { from, to, limit: PEOPLES_MAX }),
    shelved: await store.lanes.shelved(tenant.id, id, { from, to, limit: PEOPLES_MAX }),
  };
}
