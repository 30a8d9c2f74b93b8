import type { TenantId } from "../../domain/access/tenant.ts";
import type { BatchId } from "../../domain/intake/batch.ts";
import type { Asset, AssetId } from "../../domain/plant/asset.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";

/** What a fold brought of one sensor: first and last data time (ms) of its new readings, and the last such batch. */
export interface Arrival {
  readonly sensorId: SensorId;
  readonly first: number;
  readonly last: number;
  readonly batchId: BatchId;
}

/** An asset that has something to do, locked. */
export interface DueAsset {
  readonly asset: Asset;
  readonly revision: number;
  /** Data times in ms. */
  readonly watermark: number | undefined;
  readonly beginsAt: number;
  readonly lagMs: number;
  readonly arrivals: number;
  /** The last batch that brought readings of it. */
  readonly batchId: BatchId;
}

/** A sensor in use that belongs to an asset itself, not to one below it. */
export interface JudgedSensor {
  readonly assetId: AssetId;
  readonly id: SensorId;
  readonly key: string;
  readonly expectedIntervalMs: number | undefined;
  readonly reorderWindowMs: number | undefined;
  readonly watermark: number | undefined;
}

export interface SavedAsset {
  readonly assetId: AssetId;
  /** Undefined: as it was. */
  readonly state: string | undefined;
  readonly watermark: number | undefined;
  readonly beginsAt: number;
  /** False: there is more to do. */
  readonly done: boolean;
}

/** How far detection has come on one asset. */
export interface AssetProgress {
  readonly assetId: AssetId;
  readonly state: string;
  readonly watermark: number | undefined;
  readonly lagMs: number;
  readonly arrivals: number;
  readonly late: number;
  readonly lateFrom: number | undefined;
  readonly lateTo: number | undefined;
}

/** Score of the row that begins at `ts` (ms). */
export interface AssetScore {
  readonly ts: number;
  readonly score: number;
}

export interface AssetStateStore {
  /**
   * Notes, in the order of their ids, for the assets of these sensors that there is something to do, and answers those
   * whose rows are closed beyond an arrival's first reading. They stay locked until the transaction ends, so that no
   * row is closed in between.
   */
  note(tenantId: TenantId, arrivals: readonly Arrival[]): Promise<{ sensorId: SensorId; watermark: number }[]>;
  /** Counts readings that came for closed rows. */
  addLate(tenantId: TenantId, sensorId: SensorId, late: { count: number; from: number; to: number }): Promise<void>;
  /**
   * Locks up to `limit` assets that have something to do, those that are farthest behind first; those locked already,
   * and those of `skip`, are left out.
   */
  lockDue(tenantId: TenantId, options: { skip: readonly AssetId[]; limit: number }): Promise<DueAsset[]>;
  /** Locks an asset, whatever there is to do; undefined: it has never been judged. */
  lock(tenantId: TenantId, assetId: AssetId): Promise<Omit<DueAsset, "batchId"> | undefined>;
  /** Tenants that have assets with something to do. */
  tenantsDue(): Promise<{ tenantId: TenantId; tenantKey: string }[]>;
  states(tenantId: TenantId, ids: readonly AssetId[]): Promise<Map<AssetId, string>>;
  models(tenantId: TenantId, ids: readonly AssetId[]): Promise<Map<AssetId, string>>;
  /** By asset, in the order of their ids. */
  sensorsOf(tenantId: TenantId, ids: readonly AssetId[]): Promise<JudgedSensor[]>;
  /** Stores locked assets, each with the next revision. */
  save(tenantId: TenantId, assets: readonly SavedAsset[]): Promise<void>;
  saveModel(tenantId: TenantId, assetId: AssetId, model: { version: number; text: string }): Promise<void>;
  /** Adds scores of assets' rows, each list in time order and not empty. */
  addScores(
    tenantId: TenantId,
    added: readonly { assetId: AssetId; scores: readonly AssetScore[] }[],
  ): Promise<void>;
  /** Forgets scores of rows that begin before `before`; a few of them may stay. */
  forgetScores(tenantId: TenantId, assetId: AssetId, before: number): Promise<void>;
  /** Up to `limit` scores of rows with from <= ts < to, in time order. */
  scores(
    tenantId: TenantId,
    assetId: AssetId,
    range: { from: number; to: number; limit: number },
  ): Promise<AssetScore[]>;
  progress(tenantId: TenantId, ids: readonly AssetId[]): Promise<AssetProgress[]>;
}
