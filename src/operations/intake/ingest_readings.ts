/** First stage: claim the landing row, decode it, and find or create the sensors that it names. */
import { type BatchId, type Columns, decodeColumns } from "../../domain/intake/batch.ts";
import type { SensorLimits } from "../../domain/intake/verdict.ts";
import { keyFault } from "../../domain/key.ts";
import { conflict, notFound } from "../errors.ts";
import type { Scope } from "../scope.ts";
import type { RememberedBatch } from "./batch_memory.ts";
import { resultOf } from "./pass_stage.ts";

export interface Ingested {
  readonly readings: number;
  readonly sensors: number;
  readonly newSensors: number;
}

export async function ingestReadings(scope: Scope, batchId: BatchId): Promise<Ingested> {
  const decoded = await decodeBatch(scope, batchId);
  const newSensors = await registerUnknown(scope, { batchId, decoded });
  const sensors = newSensors === 0 ? decoded.sensors : await findSensors(scope, decoded.columns);
  const result: Ingested = {
    readings: decoded.columns.time.length,
    sensors: sensors.filter(Boolean).length,
    newSensors,
  };
  scope.batchMemory.set(batchId, { ...decoded, sensors });
  const end = { stage: "ingest", result: JSON.stringify(result), counts: {} } as const;
  return resultOf(await scope.store.batches.passStage(scope.tenant.id, batchId, end), { batchId, result });
}

/** A batch's columns from its landing row, with the sensors that exist. */
export async function decodeBatch(scope: Pick<Scope, "store" | "tenant">, batchId: BatchId): Promise<RememberedBatch> {
  const landed = await scope.store.batches.landed(scope.tenant.id, batchId);
  if (landed === undefined) throw notFound("batchId", `There is no batch ${batchId}.`);
  if (landed.payload === undefined) {
    throw conflict("batchId", `What was sent as batch ${batchId} is not kept any more.`);
  }
  const columns = decodeColumns(landed.payload);
  return { columns, sensors: await findSensors(scope, columns), receivedAtMs: landed.receivedAt };
}

async function findSensors(
  { store, tenant }: Pick<Scope, "store" | "tenant">,
  columns: Columns,
): Promise<(SensorLimits | undefined)[]> {
  const found = await store.sensors.byKeys(tenant.id, usableKeys(columns));
  const byKey = new Map(found.map((sensor) => [sensor.key as unknown, sensor]));
  return columns.sensors.map((key) => byKey.get(key));
}

function usableKeys(columns: Columns): string[] {
  return columns.sensors.filter((key): key is string => typeof key === "string" && keyFault(key) === undefined);
}

/** A new sensor starts in a learning state; the tenant's limit keeps a faulty source from filling the store with names. */
async function registerUnknown(
  { store, tenant, limits, observe }: Scope,
  { batchId, decoded }: { batchId: BatchId; decoded: RememberedBatch },
): Promise<number> {
  const usable = new Set<unknown>(usableKeys(decoded.columns));
  const unknown = new Set(
    decoded.columns.sensors.filter((key, i) => decoded.sensors[i] === undefined && usable.has(key)),
  );
  if (unknown.size === 0) return 0;
  const owner = await store.tenants.byKey(tenant.key);
  if (owner?.unknownSensors !== "register") return 0;
  const room = limits.sensorsMax - await store.sensors.count(tenant.id);
  const added = [...unknown].slice(0, Math.max(0, room)) as string[];
  if (added.length === 0) return 0;
  await store.sensors.addUnregistered(tenant.id, added);
  observe({ kind: "sensors.registered", batchId, count: added.length });
  return added.length;
}
