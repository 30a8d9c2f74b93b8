/** Lookups by id, collected over one request into one query each. */
import DataLoader from "dataloader";
import type { Alert, AlertId } from "../src/domain/alerting/alert.ts";
import type { Asset, AssetId } from "../src/domain/plant/asset.ts";
import type { Batch, BatchId } from "../src/domain/intake/batch.ts";
import type { Sensor, SensorId, SensorProgress } from "../src/domain/plant/sensor.ts";
import type { TenantId } from "../src/domain/access/tenant.ts";
import type { AlertProof } from "../src/ports/alerting/alert.ts";
import type { Store } from "../src/ports/store.ts";

export interface Loaders {
  readonly assets: DataLoader<AssetId, Asset>;
  readonly sensors: DataLoader<SensorId, Sensor>;
  readonly progress: DataLoader<SensorId, SensorProgress & { readonly state: string }>;
  readonly batches: DataLoader<BatchId, Batch>;
  readonly alerts: DataLoader<AlertId, Alert>;
  readonly proofs: DataLoader<AlertId, AlertProof[]>;
}

export function createLoaders(store: Store, tenantId: TenantId): Loaders {
  return {
    assets: byId("asset", (ids) => store.assets.byIds(tenantId, ids), ({ id }) => id),
    sensors: byId("sensor", (ids) => store.sensors.byIds(tenantId, ids), ({ id }) => id),
    progress: byId("sensor", (ids) => store.sensors.progress(tenantId, ids), ({ sensorId }) => sensorId),
    batches: byId("batch", (ids) => store.batches.byIds(tenantId, ids), ({ id }) => id),
    alerts: byId("alert", (ids) => store.alerts.byIds(tenantId, ids), ({ id }) => id),
    proofs: new DataLoader(async (ids) => {
      const proofs = Map.groupBy(await store.alerts.proofs(tenantId, ids), ({ alertId }) => alertId);
      return ids.map((id) => proofs.get(id) ?? []);
    }),
  };
}

function byId<Id, Row>(
  noun: string,
  load: (ids: readonly Id[]) => Promise<Row[]>,
  idOf: (row: Row) => Id,
): DataLoader<Id, Row> {
  return new DataLoader(async (ids) => {
    const rows = new Map((await load(ids)).map((row) => [idOf(row), row]));
    return ids.map((id) => rows.get(id) ?? new Error(`there is no ${noun} ${id}`));
  });
}

/** Rows in the order of `ids`, null where there is none: what a lookup of nodes answers. */
export async function orNull<Id, Row>(loader: DataLoader<Id, Row>, ids: readonly string[]): Promise<(Row | null)[]> {
  const rows = await loader.loadMany(ids.map((id) => Number(id) as Id));
  return rows.map((row) => row instanceof Error ? null : row);
}
