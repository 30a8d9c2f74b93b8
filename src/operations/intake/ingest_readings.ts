/** First stage: claim the landing row, decode it, and find or create the sensors that it names. */
import { type BatchId, type Columns, decodeColumns } from "../../domain/intake/batch.ts";
import type { SensorLimits } from "../../domain/intake/verdict.ts";
import { keyFault } from "../../domain/key.ts";
import type { Sensor } from "../../domain/plant/sensor.ts";
import { conflict, notFound } from "../errors.ts";
import type { Scope } from "../scope.ts";
import type { RememberedBatch } from "./batch_memory.ts";
import { resultOf } from "./pass_stage.ts";
import { limitsOf } from "./sensor_limits.ts";

export interface Ingested {
  readonly readings: number;
  readonly sensors: number;
  readonly newSensors: number;
}

export async function ingestReadings(scope: Scope, batchId: BatchId): Promise<Ingested> {
  const { batchMemory, store, tenant } = scope;
  const landed = await landedColumns(scope, batchId);
  const known = await findSensors(scope, landed.columns);
  const news = await registerNews(scope, { batchId, columns: landed.columns, known });
  const found = news.changed ? await findSensors(scope, landed.columns) : known;
  const sensors = toLimits(scope, { columns: landed.columns, found });
  const result: Ingested = {
    readings: landed.columns.time.length,
    sensors: sensors.filter(Boolean).length,
    newSensors: news.newSensors,
  };
  batchMemory.set(batchId, { ...landed, sensors });
  const end = { stage: "ingest", result: JSON.stringify(result), counts: {} } as const;
  return resultOf(await store.batches.passStage(tenant.id, batchId, end), { batchId, result });
}

type ReadScope = Pick<Scope, "store" | "tenant" | "units">;

/** A batch's columns from its landing row, with what judging needs to know of the sensors that exist. */
export async function decodeBatch(scope: ReadScope, batchId: BatchId): Promise<RememberedBatch> {
  const landed = await landedColumns(scope, batchId);
  const found = await findSensors(scope, landed.columns);
  return { ...landed, sensors: toLimits(scope, { columns: landed.columns, found }) };
}

async function landedColumns({ store, tenant }: ReadScope, batchId: BatchId) {
  const landed = await store.batches.landed(tenant.id, batchId);
  if (landed === undefined) throw notFound("batchId", `There is no batch ${batchId}.`);
  if (landed.payload === undefined) {
    throw conflict("batchId", `What was sent as batch ${batchId} is not kept any more.`);
  }
  return { columns: decodeColumns(landed.payload), receivedAtMs: landed.receivedAt };
}

type SensorsByKey = ReadonlyMap<unknown, Sensor>;

async function findSensors({ store, tenant }: ReadScope, columns: Columns): Promise<SensorsByKey> {
  const found = await store.sensors.byKeys(tenant.id, usableKeys(columns));
  return new Map(found.map((sensor) => [sensor.key, sensor]));
}

function toLimits(
  { units }: ReadScope,
  { columns, found }: { columns: Columns; found: SensorsByKey },
): (SensorLimits | undefined)[] {
  return columns.sensors.map((key, place) => {
    const sensor = found.get(key);
    return sensor && limitsOf(sensor, { sent: columns.units?.[place] ?? undefined, units });
  });
}

function usableKeys(columns: Columns): string[] {
  return columns.sensors.filter((key): key is string => typeof key === "string" && keyFault(key) === undefined);
}

interface News {
  readonly batchId: BatchId;
  readonly columns: Columns;
  readonly known: SensorsByKey;
}

/**
 * A new sensor starts in a learning state, with the unit that it is first sent in; the tenant's limit keeps a faulty
 * source from filling the store with names. A sensor whose unit nobody has said takes the first one that comes with a
 * value.
 */
async function registerNews(
  scope: Scope,
  { batchId, columns, known }: News,
): Promise<{ changed: boolean; newSensors: number }> {
  const { store, tenant, observe } = scope;
  const sent = firstUnits(scope, columns);
  const unsaid = [...sent].flatMap(([key, unit]) => {
    const sensor = known.get(key);
    return sensor !== undefined && sensor.unit === undefined ? [{ id: sensor.id, unit }] : [];
  });
  if (unsaid.length > 0) await store.sensors.adoptUnits(tenant.id, unsaid);
  const unknown = [...new Set(usableKeys(columns))].filter((key) => !known.has(key));
  const added = unknown.slice(0, await roomFor(scope, unknown)).map((key) => ({ key, unit: sent.get(key) }));
  if (added.length > 0) {
    await store.sensors.addUnregistered(tenant.id, added);
    observe({ kind: "sensors.registered", batchId, count: added.length });
  }
  return { changed: unsaid.length + added.length > 0, newSensors: added.length };
}

/** How many of the unknown sensors the tenant takes. */
async function roomFor({ store, tenant, limits }: Scope, unknown: readonly string[]): Promise<number> {
  if (unknown.length === 0) return 0;
  const owner = await store.tenants.byKey(tenant.key);
  if (owner?.unknownSensors !== "register") return 0;
  return Math.max(0, limits.sensorsMax - await store.sensors.count(tenant.id));
}

/** Per sensor key, the first unit that its values are sent in. */
function firstUnits({ units }: Pick<Scope, "units">, columns: Columns): Map<string, string> {
  const first = new Map<string, string>();
  for (const [place, unit] of (columns.units ?? []).entries()) {
    const key = columns.sensors[place] as string;
    if (typeof unit === "string" && !first.has(key) && units.fault(unit) === undefined) first.set(key, unit);
  }
  return first;
}
