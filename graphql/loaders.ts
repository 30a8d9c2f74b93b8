/** Lookups by id, and lists of many parents, collected over one request into one statement each. */
import DataLoader from "dataloader";
import type { Delivery, Notification, NotificationId } from "../src/domain/alerting/notification.ts";
import type { Alert, AlertId, AlertSubject } from "../src/domain/alerting/alert.ts";
import type { InstrumentState } from "../src/domain/alerting/instrument.ts";
import type { KnownTransition } from "../src/domain/alerting/history.ts";
import type { AppliedSettingsId } from "../src/domain/detection/settings_layers.ts";
import type { ReprocessedAlert, ReprocessRunId } from "../src/domain/history/reprocess.ts";
import type { Batch, BatchId, SourceId } from "../src/domain/intake/batch.ts";
import type { KeptReading } from "../src/domain/intake/quarantine.ts";
import type { Asset, AssetId } from "../src/domain/plant/asset.ts";
import type { Sensor, SensorId, SensorProgress } from "../src/domain/plant/sensor.ts";
import { type AssetDetection, readAssetDetections } from "../src/operations/detection/read_asset_detection.ts";
import { readInstruments } from "../src/operations/alerting/read_instruments.ts";
import type { AlertTimer } from "../src/ports/alerting/timer.ts";
import type { AlertProof } from "../src/ports/alerting/alert.ts";
import type { AppliedSettings } from "../src/ports/detection/settings.ts";
import type { Part } from "../src/ports/page.ts";
import { judgingsOf } from "../src/operations/detection/resolve_settings.ts";
import type { Judging } from "../src/operations/detection/settings_memory.ts";
import type { Scope } from "../src/operations/scope.ts";

type ListLoader<Id extends number, Row> = DataLoader<Part & { readonly of: Id }, Row[], string>;

export interface Loaders {
  readonly assets: DataLoader<AssetId, Asset>;
  readonly sensors: DataLoader<SensorId, Sensor>;
  readonly progress: DataLoader<SensorId, SensorProgress & { readonly state: string }>;
  /** Undefined: there is nothing to be said against the instrument. */
  readonly instruments: DataLoader<SensorId, InstrumentState | undefined>;
  readonly sourceKeys: DataLoader<SourceId, string>;
  readonly batches: DataLoader<BatchId, Batch>;
  readonly alerts: DataLoader<AlertId, Alert>;
  readonly proofs: DataLoader<AlertId, AlertProof[]>;
  readonly alertTimers: DataLoader<AlertId, AlertTimer | undefined>;
  readonly notifications: DataLoader<NotificationId, Notification>;
  readonly deliveries: DataLoader<NotificationId, Delivery[]>;
  readonly alertMembers: ListLoader<AlertId, Alert>;
  readonly alertHistory: ListLoader<AlertId, KnownTransition>;
  /** What a sensor is judged by now. */
  readonly judgings: DataLoader<Sensor, Judging, SensorId>;
  readonly appliedSettings: DataLoader<AppliedSettingsId, AppliedSettings>;
  readonly assetDetections: DataLoader<AssetId, AssetDetection>;
  readonly batchAlerts: ListLoader<BatchId, Alert>;
  readonly quarantine: ListLoader<BatchId, KeptReading>;
  readonly assetSensors: ListLoader<AssetId, Sensor>;
  readonly reprocessedAlerts: ListLoader<ReprocessRunId, ReprocessedAlert>;
}

export function createLoaders(scope: Scope): Loaders {
  const { store, tenant: { id: tenantId } } = scope;
  return {
    assets: byId("asset", (ids) => store.assets.byIds(tenantId, ids), ({ id }) => id),
    sensors: byId("sensor", (ids) => store.sensors.byIds(tenantId, ids), ({ id }) => id),
    progress: byId("sensor", (ids) => store.sensors.progress(tenantId, ids), ({ sensorId }) => sensorId),
    instruments: new DataLoader(async (ids) => {
      const states = await readInstruments(scope, ids);
      return ids.map((id) => states.get(id));
    }),
    sourceKeys: new DataLoader(async (ids) => {
      const keys = await store.sources.keys(tenantId, ids);
      return ids.map((id): string | Error => keys.get(id) ?? new NoSuchRow(`there is no source ${id}`));
    }),
    judgings: new DataLoader(async (sensors) => {
      const judgings = await judgingsOf(scope, store, sensors);
      return sensors.map(({ id }) => judgings.get(id)!);
    }, { cacheKeyFn: ({ id }) => id }),
    batches: byId("batch", (ids) => store.batches.byIds(tenantId, ids), ({ id }) => id),
    alerts: byId("alert", (ids) => store.alerts.byIds(tenantId, ids), ({ id }) => id),
    proofs: new DataLoader(async (ids) => {
      const proofs = Map.groupBy(await store.alerts.proofs(tenantId, ids), ({ alertId }) => alertId);
      return ids.map((id) => proofs.get(id) ?? []);
    }),
    alertTimers: new DataLoader(async (ids) => {
      const timers = new Map((await store.alertTimers.byAlerts(tenantId, ids)).map((timer) => [timer.alertId, timer]));
      return ids.map((id) => timers.get(id));
    }),
    notifications: byId("notification", (ids) => store.notifications.byIds(tenantId, ids), ({ id }) => id),
    deliveries: new DataLoader(async (ids) => {
      const deliveries = Map.groupBy(
        await store.notifications.deliveriesOf(tenantId, ids),
        ({ notificationId }) => notificationId,
      );
      return ids.map((id) => deliveries.get(id) ?? []);
    }),
    alertMembers: lists((ids, part) => store.alerts.members(tenantId, ids, part)),
    alertHistory: lists((ids, part) => store.alertHistory.of(tenantId, ids, part)),
    appliedSettings: byId("row of settings", (ids) => store.settings.appliedByIds(tenantId, ids), ({ id }) => id),
    assetDetections: byId(
      "asset",
      (ids) => readAssetDetections(scope, ids),
      ({ assetId }) => assetId,
    ),
    batchAlerts: lists((ids, part) => store.alerts.ofBatches(tenantId, ids, part)),
    quarantine: lists((ids, part) => store.quarantine.ofBatches(tenantId, ids, part)),
    assetSensors: lists((ids, part) => store.sensors.ofAssets(tenantId, ids, part)),
    reprocessedAlerts: lists((ids, part) => store.reprocessing.alertsOf(tenantId, ids, part)),
  };
}

/** The asset of a subject: itself, or the one that the sensor belongs to. */
export async function assetOf(
  { sensorId, assetId, sourceId }: AlertSubject,
  { assets, sensors }: Loaders,
): Promise<Asset | null> {
  if (sourceId !== undefined) return null;
  const id = assetId ?? (await sensors.load(sensorId)).assetId;
  return id === undefined ? null : await assets.load(id);
}

/** Forgets what was loaded, so that what comes next is seen as it is then. */
export function clearLoaders(loaders: Loaders): void {
  for (const loader of Object.values(loaders) as DataLoader<unknown, unknown>[]) loader.clearAll();
}

function byId<Id, Row>(
  noun: string,
  load: (ids: readonly Id[]) => Promise<Row[]>,
  idOf: (row: Row) => Id,
): DataLoader<Id, Row> {
  return new DataLoader(async (ids) => {
    const rows = new Map((await load(ids)).map((row) => [idOf(row), row]));
    return ids.map((id): Row | Error => rows.get(id) ?? new NoSuchRow(`there is no ${noun} ${id}`));
  });
}

/** Rows of one statement; more come in several, since each keeps a write waiting on the embedded store. */
const ROWS_PER_STATEMENT = 2_000;

/** Parents of whom the same part is asked for, most often all of them, share statements. */
function lists<Id extends number, Row>(
  load: (ids: readonly Id[], part: Part) => Promise<Map<Id, Row[]>>,
): ListLoader<Id, Row> {
  const partOf = ({ limit, after }: Part) => `${limit}/${after ?? ""}`;
  return new DataLoader(async (keys) => {
    const statements = [...Map.groupBy(keys, partOf).values()].flatMap((keys) =>
      chunked(keys, Math.ceil(ROWS_PER_STATEMENT / keys[0].limit))
    );
    const rows = new Map<typeof keys[number], Row[]>();
    await Promise.all(statements.map(async (keys) => {
      const loaded = await load(keys.map((key) => key.of), keys[0]);
      for (const key of keys) rows.set(key, loaded.get(key.of) ?? []);
    }));
    return keys.map((key) => rows.get(key)!);
  }, { cacheKeyFn: (key) => `${key.of}/${partOf(key)}` });
}

function chunked<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

class NoSuchRow extends Error {
  override readonly name = "NoSuchRow";
}

/** Rows in the order of `ids`, null where there is none: what a lookup of nodes answers. */
export async function orNull<Id, Row>(loader: DataLoader<Id, Row>, ids: readonly Id[]): Promise<(Row | null)[]> {
  const rows = await loader.loadMany(ids);
  return rows.map((row) => {
    if (row instanceof NoSuchRow) return null;
    if (row instanceof Error) throw row;
    return row;
  });
}
