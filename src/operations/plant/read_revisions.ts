/** Values of a sensor that corrections have replaced. */
import type { ReadingRevision } from "../../ports/plant/reading.ts";
import { invalid } from "../errors.ts";
import type { Scope } from "../scope.ts";
import { findSensor } from "./find_sensor.ts";

export interface RevisionsInput {
  readonly sensorKey: string;
  /** Data times in ms: from inclusive, to exclusive. */
  readonly from: number;
  readonly to: number;
  readonly limit: number;
}

const REVISIONS_MAX = 1_000;

/** The newest corrections first. Throws invalid and not found. */
export async function readRevisions(
  scope: Pick<Scope, "store" | "tenant">,
  { sensorKey, from, to, limit }: RevisionsInput,
): Promise<ReadingRevision[]> {
  if (!(from < to)) throw invalid("from", "The range is empty: from has to be before to.");
  if (!(limit >= 1 && limit <= REVISIONS_MAX)) throw invalid("first", `first has to be 1 to ${REVISIONS_MAX}.`);
  const sensor = await findSensor(scope, { key: sensorKey, field: "sensor" });
  return await scope.store.readings.revisions(scope.tenant.id, sensor.id, { from, to, limit });
}
