/** Describes a sensor: a new one, or the one that has the key, which batches may have brought into being. */
import { keyFault } from "../../domain/key.ts";
import { textFault } from "../../domain/text.ts";
import type { Sensor } from "../../domain/plant/sensor.ts";
import { invalid } from "../errors.ts";
import type { Scope } from "../scope.ts";
import { findAsset, NAME_LENGTH_MAX } from "./register_asset.ts";

export interface SensorInput {
  readonly key: string;
  readonly name?: string;
  readonly assetKey?: string;
  readonly quantity?: string;
  readonly unit?: string;
  readonly rangeMin?: number;
  readonly rangeMax?: number;
  readonly expectedIntervalMs?: number;
  /** How far behind the newest reading others may still come and be judged in their place. */
  readonly reorderWindowMs?: number;
}

/** Alerts come later by the window: with more than a day, nobody would be warned in time. */
const REORDER_WINDOW_MAX_MS = 86_400_000;

/** Throws invalid and not found. */
export async function registerSensor(
  scope: Pick<Scope, "store" | "tenant">,
  input: SensorInput,
): Promise<Sensor> {
  const fault = keyFault(input.key);
  if (fault !== undefined) throw invalid("key", `The key ${fault}.`);
  for (const field of ["name", "quantity", "unit"] as const) {
    const fault = input[field] === undefined ? undefined : textFault(input[field], NAME_LENGTH_MAX);
    if (fault !== undefined) throw invalid(field, `The ${field} ${fault}.`);
  }
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
  const { reorderWindowMs } = input;
  if (reorderWindowMs !== undefined && !(reorderWindowMs > 0 && reorderWindowMs <= REORDER_WINDOW_MAX_MS)) {
    throw invalid("reorderWindow", "The reorder window has to be longer than nothing and at most a day.");
  }
  const asset = input.assetKey === undefined
    ? undefined
    : await findAsset(scope, { key: input.assetKey, field: "assetKey" });
  return await scope.store.sensors.save(scope.tenant.id, {
    key: input.key,
    name: input.name ?? input.key,
    assetId: asset?.id,
    quantity: input.quantity ?? "generic",
    unit: input.unit,
    rangeMin: input.rangeMin,
    rangeMax: input.rangeMax,
    expectedIntervalMs: input.expectedIntervalMs,
    reorderWindowMs,
    registered: true,
    retiredAt: undefined,
  });
}
