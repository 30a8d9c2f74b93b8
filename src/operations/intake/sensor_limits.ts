/** What judging a batch's readings needs to know of a sensor, and of the unit that they were sent in. */
import type { SensorLimits } from "../../domain/intake/verdict.ts";
import type { Sensor } from "../../domain/plant/sensor.ts";
import type { Units } from "../../ports/plant/unit.ts";

export function limitsOf(
  { id, rangeMin, rangeMax, expectedIntervalMs, retiredAt, unit: own }: Sensor,
  { sent, units }: { sent: unknown; units: Units },
): SensorLimits {
  const limits = { id, rangeMin, rangeMax, expectedIntervalMs, retired: retiredAt !== undefined };
  if (sent === undefined || sent === own) return limits;
  const fault = typeof sent === "string" ? units.fault(sent) : `${JSON.stringify(sent)} is not text`;
  if (fault !== undefined) return { ...limits, unitFault: { reason: "unknown_unit", detail: fault } };
  // Its first unit is taken when a batch is ingested; where somebody has cleared it since, values are taken as they
  // are.
  if (own === undefined) return limits;
  const convert = units.fault(own) === undefined ? units.converter(sent as string, own) : undefined;
  if (convert !== undefined) return { ...limits, convert };
  const detail = `values in ${sent} cannot be converted into the sensor's unit, ${own}`;
  return { ...limits, unitFault: { reason: "incommensurable_unit", detail } };
}
