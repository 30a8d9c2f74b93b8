/** A sensor by its key. */
import { keyFault } from "../../domain/key.ts";
import type { Sensor } from "../../domain/plant/sensor.ts";
import { notFound } from "../errors.ts";
import type { Scope } from "../scope.ts";

/** Throws not found, naming `field`. */
export async function findSensor(
  { store, tenant }: Pick<Scope, "store" | "tenant">,
  { key, field }: { key: string; field: string },
): Promise<Sensor> {
  // What can be no key need not be looked up; the store refuses some of it.
  const [sensor] = keyFault(key) === undefined ? await store.sensors.byKeys(tenant.id, [key]) : [];
  if (sensor === undefined) throw notFound(field, `There is no sensor with the key ${JSON.stringify(key)}.`);
  return sensor;
}
