/**
 * What the operations need of the store, noun by noun. Every call names its tenant. Times are data times or receipt times in ms.
 * Any call may throw `StoreUnavailable`.
 */
import type { Alert, AlertChange, AlertId } from "../domain/alert.ts";
import type { Asset, AssetId } from "../domain/asset.ts";
import type { Batch, BatchCounts, BatchId, BatchState, SourceId, Stage } from "../domain/batch.ts";
import type { Evidence } from "../domain/episode.ts";
import type { Series } from "../domain/reading.ts";
import type { ReprocessedAlert, ReprocessRun, ReprocessRunId, ReprocessSubject } from "../domain/reprocess.ts";
import type { Sensor, SensorId, SensorProgress } from "../domain/sensor.ts";
import type { Criticality, Severity } from "../domain/severity.ts";
import type { Tenant, TenantId } from "../domain/tenant.ts";
import type { Accepted, Quarantined } from "../domain/verdict.ts";

/** The store cannot be reached or cannot write now; the same call may succeed later. */
export class StoreUnavailable extends Error {
  override readonly name: string = "StoreUnavailable";
}

/** There is no room to write; reading goes on. The message says where and what to do, and is for clients too. */
export class StoreFull extends StoreUnavailable {
  override readonly name = "StoreFull";
}

export interface Store {
  readonly tenants: TenantStore;
  readonly assets: AssetStore;
  readonly sensors: SensorStore;
  readonly batches: BatchStore;
  readonly readings: ReadingStore;
  readonly detectorStates: DetectorStateStore;
  readonly alerts: AlertStore;
  readonly events: EventStore;
  readonly reprocessing: ReprocessStore;
  /** Runs `work` in one transaction. Inside, only the store handed to `work` may be used: there may be a single connection. */
  transaction<T>(work: (store: Store) => Promise<T>): Promise<T>;
  /** Number of the last migration that the store has. */
  schemaVersion(): Promise<number>;
  /** What keeps it from writing now, for people; undefined: nothing that is known. */
  writeFault(): string | undefined;
}

/** A page of a list: at most `limit` rows with an id below `before`, newest first. */
export interface Page {
  readonly before?: number;
  readonly limit: number;
}

export interface TenantStore {
  byKey(key: string): Promise<Tenant | undefined>;
}

export interface AssetStore {
  /** Creates the asset, or changes the one with this key. */
  save(tenantId: TenantId, asset: Omit<Asset, "id">): Promise<Asset>;
  byKey(tenantId: TenantId, key: string): Promise<Asset | undefined>;
  byIds(tenantId: TenantId, ids: readonly AssetId[]): Promise<Asset[]>;
  page(tenantId: TenantId, page: Page): Promise<Asset[]>;
}

export interface SensorStore {
  /** Creates the sensor, or describes the one with this key. */
  save(tenantId: TenantId, sensor: Omit<Sensor, "id">): Promise<Sensor>;
  /** Creates sensors that are known by their key alone; those that exist by now are left as they are. */
  addUnregistered(tenantId: TenantId, keys: readonly string[]): Promise<void>;
  count(tenantId: TenantId): Promise<number>;
  byKeys(tenantId: TenantId, keys: readonly string[]): Promise<Sensor[]>;
  byIds(tenantId: TenantId, ids: readonly SensorId[]): Promise<Sensor[]>;
  ofAsset(tenantId: TenantId, assetId: AssetId): Promise<Sensor[]>;
  page(tenantId: TenantId, page: Page): Promise<Sensor[]>;
  progress(
    tenantId: TenantId,
    ids: readonly SensorId[],
  ): Promise<(SensorProgress & { readonly sensorId: SensorId; readonly state: string })[]>;
}

export interface Landing {
  readonly idempotencyKey: string;
  readonly source: string;
  readonly contentHash: string;
  readonly payload: string;
  readonly readings: number;
}

export interface LandedBatch {
  readonly id: BatchId;
  readonly sourceId: SourceId;
  readonly position: number;
  readonly receivedAt: number;
  readonly state: BatchState;
  readonly payload: string;
}

export interface StageKey {
  readonly batchId: BatchId;
  readonly run: number;
  readonly stage: Stage;
}

export interface BatchStore {
  /** Writes the landing row; when the key is taken, answers the batch that has it, and `created` is false. */
  accept(tenantId: TenantId, landing: Landing): Promise<{ batch: Batch; contentHash: string; created: boolean }>;
  landed(tenantId: TenantId, id: BatchId): Promise<LandedBatch | undefined>;
  byIds(tenantId: TenantId, ids: readonly BatchId[]): Promise<Batch[]>;
  page(tenantId: TenantId, page: Page & { readonly state?: BatchState }): Promise<Batch[]>;
  /** Claims the stage in the ledger: undefined when the caller is the first, else the stored result. Locks it until the transaction ends. */
  beginStage(tenantId: TenantId, key: StageKey): Promise<string | undefined>;
  /** Stores the result of a stage that was begun, and what it did to the batch. */
  endStage(tenantId: TenantId, key: StageKey, end: { result: string; counts: Partial<BatchCounts> }): Promise<void>;
  /** Both at once, for a stage without other effects: undefined, or the result that was stored before. */
  passStage(
    tenantId: TenantId,
    key: StageKey,
    end: { result: string; counts: Partial<BatchCounts> },
  ): Promise<string | undefined>;
  /** Ends the batch as failed; false when it had ended before. */
  fail(tenantId: TenantId, id: BatchId, reason: string): Promise<boolean>;
  quarantine(tenantId: TenantId, id: BatchId, rows: readonly Quarantined[]): Promise<void>;
  quarantined(tenantId: TenantId, id: BatchId, page: { after?: number; limit: number }): Promise<Quarantined[]>;
  quarantinedIndexes(tenantId: TenantId, id: BatchId): Promise<number[]>;
  /** How many earlier batches of the source have yet to be folded, up to `limit`. */
  unfinishedBefore(sourceId: SourceId, position: number, limit: number): Promise<number>;
  unfinished(tenantId: TenantId): Promise<number>;
  /** Batches of all tenants that were accepted before `acceptedBefore` and never begun, oldest first. */
  neverBegun(
    options: { olderThanMs: number; limit: number },
  ): Promise<{ tenantKey: string; tenantId: TenantId; id: BatchId }[]>;
}

export interface ReadingBucket {
  /** Start of the bucket. */
  readonly ts: number;
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
}

export interface ReadingStore {
  /** Stores what is not stored yet; answers the rows of `accepted` that were there already, with the stored values. */
  add(tenantId: TenantId, batchId: BatchId, accepted: Accepted): Promise<{ row: number; storedValue: number }[]>;
  /** The rows that `batchId` itself added, in the order of `Accepted`. */
  ofBatch(
    tenantId: TenantId,
    batchId: BatchId,
    span: { sensorIds: readonly SensorId[]; from: number; to: number },
  ): Promise<Accepted>;
  /** Up to `limit` readings with from <= ts < to, in time order. */
  series(tenantId: TenantId, sensorId: SensorId, range: { from: number; to: number; limit: number }): Promise<Series>;
  buckets(
    tenantId: TenantId,
    sensorId: SensorId,
    range: { from: number; to: number; resolutionMs: number; limit: number },
  ): Promise<ReadingBucket[]>;
}

export interface LockedState {
  readonly sensorId: SensorId;
  readonly quantity: string;
  readonly criticality: Criticality;
  readonly revision: number;
  /** Undefined when the caller's known revision is the stored one. */
  readonly state: string | undefined;
}

export interface SavedState {
  readonly sensorId: SensorId;
  readonly state: string;
  readonly watermark: number | undefined;
  readonly late: number;
  readonly lateFrom: number | undefined;
  readonly lateTo: number | undefined;
}

export interface DetectorStateStore {
  /** Locks the states of `sensors` in ascending order; `revision` is the one whose state the caller still has, or -1. */
  lock(tenantId: TenantId, sensors: readonly { id: SensorId; revision: number }[]): Promise<LockedState[]>;
  /** Stores locked states, each with the next revision. `late...` are added to what is stored. */
  save(tenantId: TenantId, states: readonly SavedState[]): Promise<void>;
}

export interface EpisodeKey {
  readonly sensorId: SensorId;
  readonly kind: string;
  readonly episodeStart: number;
}

export interface AlertProof {
  readonly alertId: AlertId;
  readonly ts: number;
  readonly change: AlertChange;
  readonly batchId: BatchId;
  readonly evidence: Evidence;
}

export interface AlertStore {
  /** Opens the alert of an episode; undefined when it was opened before. */
  open(
    tenantId: TenantId,
    key: EpisodeKey,
    facts: { openedAt: number; severity: Severity; score: number; reason: string; batchId: BatchId },
  ): Promise<Alert | undefined>;
  /** Raises severity and score; undefined when there is no such open alert. */
  raise(
    tenantId: TenantId,
    key: EpisodeKey,
    facts: { severity: Severity; score: number; reason: string },
  ): Promise<Alert | undefined>;
  /** Ends the episode; undefined when there is no such open alert. */
  close(tenantId: TenantId, key: EpisodeKey, facts: { endedAt: number; score: number }): Promise<Alert | undefined>;
  addProof(tenantId: TenantId, proof: AlertProof): Promise<void>;
  proofs(tenantId: TenantId, ids: readonly AlertId[]): Promise<AlertProof[]>;
  byIds(tenantId: TenantId, ids: readonly AlertId[]): Promise<Alert[]>;
  page(tenantId: TenantId, page: Page & { readonly sensorId?: SensorId; readonly batchId?: BatchId }): Promise<Alert[]>;
}

export interface EventRecord {
  readonly type: string;
  readonly batchId: BatchId | undefined;
  readonly alertId: AlertId | undefined;
  /** The subject as it was then, as JSON text. */
  readonly body: string;
}

export interface EventStore {
  /** Appends to the tenant's log. Must be the last step of its transaction, because it holds up the tenant's other writers. */
  append(tenantId: TenantId, events: readonly EventRecord[]): Promise<void>;
  /** Up to `limit` events after `seq` whose type begins with `prefix`, in order. */
  after(
    tenantId: TenantId,
    seq: number,
    options: { prefix: string; limit: number },
  ): Promise<(EventRecord & { readonly seq: number })[]>;
  lastSeq(tenantId: TenantId): Promise<number>;
}

export interface ReprocessCursor {
  readonly sensorId: SensorId;
  readonly quantity: string;
  readonly criticality: Criticality;
  readonly state: string;
  readonly watermark: number | undefined;
  readonly finished: boolean;
}

export interface ReprocessStore {
  create(
    tenantId: TenantId,
    run: { subject: ReprocessSubject; from: number; to: number; sensorIds: readonly SensorId[] },
  ): Promise<ReprocessRunId>;
  byIds(tenantId: TenantId, ids: readonly ReprocessRunId[]): Promise<ReprocessRun[]>;
  page(tenantId: TenantId, page: Page): Promise<ReprocessRun[]>;
  /** The next sensor of the run that is not finished, locked; undefined when all are. */
  lockNext(tenantId: TenantId, id: ReprocessRunId): Promise<ReprocessCursor | undefined>;
  saveCursor(
    tenantId: TenantId,
    id: ReprocessRunId,
    cursor: { sensorId: SensorId; state: string; watermark: number | undefined; folded: number; finished: boolean },
  ): Promise<void>;
  saveAlert(tenantId: TenantId, id: ReprocessRunId, alert: Omit<ReprocessedAlert, "live">): Promise<void>;
  /** Changes an alert that the run found; nothing happens when it found none with this key. */
  changeAlert(
    tenantId: TenantId,
    id: ReprocessRunId,
    change: EpisodeKey & { severity?: Severity; score: number; endedAt?: number },
  ): Promise<void>;
  alerts(tenantId: TenantId, id: ReprocessRunId, limit: number): Promise<ReprocessedAlert[]>;
  end(tenantId: TenantId, id: ReprocessRunId, failure: string | undefined): Promise<void>;
}
