/** Describes a sensor: a new one, or the one that has the key, which batches may have brought into being. */
import { keyFault } from "../../domain/key.ts";
import type { Sensor } from "../../domain/plant/sensor.ts";
import type { Tenant } from "../../domain/access/tenant.ts";
import type { Deps } from "../deps.ts";
import { invalid } from "../errors.ts";
import { findAsset } from "./register_asset.ts";

export interface SensorInput {
  readonly key: string;
  readonly name?: string;
  readonly assetKey?: string;
  readonly quantity?: string;
  readonly unit?: string;
  readonly rangeMin?: number;
  readonly rangeMax?: number;
  readonly expectedIntervalMs?: number;
}

export async function registerSensor(
  deps: Pick<Deps, "store">,
  { tenant, input }: { tenant: Tenant; input: SensorInput },
): Promise<Sensor> {
  const fault = keyFault(input.key);
  if (fault !== undefined) throw invalid("key", `The key ${fault}.`);
  for (const field of ["rangeMin", "rangeMax"] as const) {
    if (input[field] !== undefined && !Number.isFinite(input[field])) {
      throw invalid(field, `The ${field} is not a finite number.`);
    }
  }
  if (input.rangeMin !== undefined && input.rangeMax !== undefined && input.rangeMin >= input.rangeMax) {
    throw invalid("rangeMin", `The range ${input.rangeMin} to ${input.rangeMax} is empty.`);
  }
  if (input.expectedIntervalMs !== undefined && !(input.expectedIntervalMs > 0)) {
    throw invalid("expectedIntervalMs", "The expected interval has to be longer than 0 ms.");
  }
  const asset = input.assetKey === undefined
    ? undefined
    : await findAsset(deps, { tenant, key: input.assetKey, field: "assetKey" });
  return await deps.store.sensors.save(tenant.id, {
    key: input.key,
    name: input.name ?? input.key,
    assetId: asset?.id,
    quantity: input.quantity ?? "generic",
    unit: input.unit,
    rangeMin: input.rangeMin,
    rangeMax: input.rangeMax,
    expectedIntervalMs: input.expectedIntervalMs,
    registered: true,
  });
}
