/** Describes a sensor: a new one, or the one that has the key, which batches may have brought into being. */
import { keyFault } from "../../domain/key.ts";
import type { AssetId } from "../../domain/plant/asset.ts";
import { quantityFault } from "../../domain/plant/quantity.ts";
import type { Sensor } from "../../domain/plant/sensor.ts";
import { textFault } from "../../domain/text.ts";
import type { Store } from "../../ports/store.ts";
import { conflict, invalid } from "../errors.ts";
import type { Scope } from "../scope.ts";
import { findAsset, NAME_LENGTH_MAX } from "./register_asset.ts";
import { type Told, toldOr } from "./told.ts";

export interface SensorInput {
  readonly key: string;
  readonly name?: Told<string>;
  readonly assetKey?: Told<string>;
  readonly quantity?: Told<string>;
  /** UCUM code. */
  readonly unit?: Told<string>;
  readonly rangeMin?: Told<number>;
  readonly rangeMax?: Told<number>;
  readonly expectedIntervalMs?: Told<number>;
  /** How far behind the newest reading others may still come and be judged in their place. */
  readonly reorderWindowMs?: Told<number>;
}

type RegisterScope = Pick<Scope, "store" | "tenant" | "units">;

/** Alerts come later by the window: with more than a day, nobody would be warned in time. */
const REORDER_WINDOW_MAX_MS = 86_400_000;

/**
 * What is left out stays as it is, null clears. A retired sensor is in use again. Throws invalid, not found, and
 * conflict.
 */
export async function registerSensor(scope: RegisterScope, input: SensorInput): Promise<Sensor> {
  checkTexts(scope, input);
  checkNumbers(input);
  const { tenant } = scope;
  const assetId = input.assetKey == null
    ? input.assetKey
    : (await findAsset(scope, { key: input.assetKey, field: "assetKey" })).id;
  return await scope.store.transaction(async (store) => {
    const known = await store.sensors.lock(tenant.id, input.key);
    if (known !== undefined) await refuseOtherUnit({ ...scope, store }, { known, unit: input.unit });
    const sensor = described(input, { known, assetId });
    const { rangeMin = -Infinity, rangeMax = Infinity } = sensor;
    if (rangeMin >= rangeMax) throw invalid("rangeMin", `The range ${rangeMin} to ${rangeMax} is empty.`);
    return await store.sensors.save(tenant.id, sensor);
  });
}

function described(
  input: SensorInput,
  { known, assetId }: { known: Sensor | undefined; assetId: Told<AssetId> },
): Omit<Sensor, "id"> {
  return {
    key: input.key,
    name: toldOr(input.name, known?.name) ?? input.key,
    assetId: toldOr(assetId, known?.assetId),
    quantity: toldOr(input.quantity, known?.quantity) ?? "generic",
    unit: toldOr(input.unit, known?.unit),
    rangeMin: toldOr(input.rangeMin, known?.rangeMin),
    rangeMax: toldOr(input.rangeMax, known?.rangeMax),
    expectedIntervalMs: toldOr(input.expectedIntervalMs, known?.expectedIntervalMs),
    reorderWindowMs: toldOr(input.reorderWindowMs, known?.reorderWindowMs),
    registered: true,
    retiredAt: undefined,
  };
}

function checkTexts({ units }: Pick<Scope, "units">, { key, name, quantity, unit }: SensorInput): void {
  const fault = keyFault(key);
  if (fault !== undefined) throw invalid("key", `The key ${fault}.`);
  for (const [field, text] of Object.entries({ name, quantity, unit })) {
    const fault = text == null ? undefined : textFault(text, NAME_LENGTH_MAX);
    if (fault !== undefined) throw invalid(field, `The ${field} ${fault}.`);
  }
  const unknown = quantity == null ? undefined : quantityFault(quantity);
  if (unknown !== undefined) throw invalid("quantity", `The quantity ${unknown}.`);
  const strange = unit == null ? undefined : units.fault(unit);
  if (strange !== undefined) throw invalid("unit", `The unit ${strange}.`);
}

function checkNumbers({ rangeMin, rangeMax, expectedIntervalMs, reorderWindowMs }: SensorInput): void {
  for (const [field, value] of Object.entries({ rangeMin, rangeMax })) {
    if (value != null && !Number.isFinite(value)) throw invalid(field, `The ${field} is not a finite number.`);
  }
  if (expectedIntervalMs != null && !(expectedIntervalMs > 0)) {
    throw invalid("expectedIntervalMs", "The expected interval has to be longer than 0 ms.");
  }
  if (reorderWindowMs != null && !(reorderWindowMs > 0 && reorderWindowMs <= REORDER_WINDOW_MAX_MS)) {
    throw invalid("reorderWindow", "The reorder window has to be longer than nothing and at most a day.");
  }
}

/** What is stored is stored in the sensor's unit: another label would make it other values. */
async function refuseOtherUnit(
  { store, tenant }: { store: Store; tenant: Scope["tenant"] },
  { known, unit }: { known: Sensor; unit: Told<string> },
): Promise<void> {
  if (unit === undefined || known.unit === undefined || unit === known.unit) return;
  const [progress] = await store.sensors.progress(tenant.id, [known.id]);
  if (progress?.watermark === undefined) return;
  throw conflict(
    "unit",
    `The readings of this sensor are kept in ${known.unit}. Send values with their unit, and they are converted; for another unit register another sensor.`,
  );
}
