/** First stage: claim the landing row, decode it, and find or create the sensors that it names. */
import { type BatchId, type Columns, decodeColumns } from "../../domain/intake/batch.ts";
import { keyFault } from "../../domain/key.ts";
import type { TenantId } from "../../domain/access/tenant.ts";
import type { SensorLimits } from "../../domain/intake/verdict.ts";
import type { Deps } from "../deps.ts";
import { notFound } from "../errors.ts";

/** Which batch a stage works on; `run` tells a repeat of the whole batch from a repeat of the stage. */
export interface StageInput {
  readonly tenantId: TenantId;
  readonly tenantKey: string;
  readonly batchId: BatchId;
  readonly run: number;
}

export interface Ingested {
  readonly readings: number;
  readonly sensors: number;
  readonly newSensors: number;
}

export async function ingestReadings(deps: Deps, input: StageInput): Promise<Ingested> {
  const decoded = await decodeBatch(deps, input);
  const newSensors = await registerUnknown(deps, { input, decoded });
  const sensors = newSensors === 0
    ? decoded.sensors
    : await findSensors(deps, { tenantId: input.tenantId, columns: decoded.columns });
  const result: Ingested = {
    readings: decoded.columns.time.length,
    sensors: sensors.filter(Boolean).length,
    newSensors,
  };
  deps.batchMemory.put(input.batchId, { after: "ingest", ...decoded, sensors });
  const earlier = await deps.store.batches.passStage(
    input.tenantId,
    { batchId: input.batchId, run: input.run, stage: "ingest" },
    { result: JSON.stringify(result), counts: {} },
  );
  return earlier === undefined ? result : JSON.parse(earlier) as Ingested;
}

export interface DecodedBatch {
  readonly columns: Columns;
  readonly sensors: readonly (SensorLimits | undefined)[];
  readonly receivedAtMs: number;
}

/** A batch's columns from its landing row, with the sensors that exist. */
export async function decodeBatch(
  deps: Deps,
  { tenantId, batchId }: Pick<StageInput, "tenantId" | "batchId">,
): Promise<DecodedBatch> {
  const landed = await deps.store.batches.landed(tenantId, batchId);
  if (landed === undefined) throw notFound("batchId", `There is no batch ${batchId}.`);
  const columns = decodeColumns(landed.payload);
  return { columns, sensors: await findSensors(deps, { tenantId, columns }), receivedAtMs: landed.receivedAt };
}

async function findSensors(
  deps: Deps,
  { tenantId, columns }: { tenantId: TenantId; columns: Columns },
): Promise<(SensorLimits | undefined)[]> {
  const found = await deps.store.sensors.byKeys(tenantId, usableKeys(columns));
  const byKey = new Map(found.map((sensor) => [sensor.key as unknown, sensor]));
  return columns.sensors.map((key) => byKey.get(key));
}

function usableKeys(columns: Columns): string[] {
  return columns.sensors.filter((key): key is string => typeof key === "string" && keyFault(key) === undefined);
}

/** A new sensor starts in a learning state; the tenant's limit keeps a faulty source from filling the store with names. */
async function registerUnknown(
  deps: Deps,
  { input, decoded }: { input: StageInput; decoded: DecodedBatch },
): Promise<number> {
  const usable = new Set<unknown>(usableKeys(decoded.columns));
  const unknown = new Set(
    decoded.columns.sensors.filter((key, i) => decoded.sensors[i] === undefined && usable.has(key)),
  );
  if (unknown.size === 0) return 0;
  const tenant = await deps.store.tenants.byKey(input.tenantKey);
  if (tenant?.unknownSensors !== "register") return 0;
  const room = deps.limits.sensorsMax - await deps.store.sensors.count(input.tenantId);
  const added = [...unknown].slice(0, Math.max(0, room)) as string[];
  if (added.length === 0) return 0;
  await deps.store.sensors.addUnregistered(input.tenantId, added);
  deps.observe({ kind: "sensors.registered", batchId: input.batchId, count: added.length });
  return added.length;
}
