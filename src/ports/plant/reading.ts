import type { TenantId } from "../../domain/access/tenant.ts";
import type { BatchId } from "../../domain/intake/batch.ts";
import type { Accepted } from "../../domain/intake/verdict.ts";
import type { Series } from "../../domain/plant/reading.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";

/** A reading by itself, or what stands for all readings of a stretch of time. */
export interface ReadingPoint {
  /** Of the reading, or the start of the stretch. */
  readonly ts: number;
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Length of the stretch; undefined for a reading by itself. */
  readonly widthMs: number | undefined;
  /** OPC UA status code; undefined for a stretch. */
  readonly status: number | undefined;
}

/** A value that a correction replaced. */
export interface ReadingRevision {
  readonly ts: number;
  readonly value: number;
  readonly status: number;
  /** The batch that had brought it, and the one that replaced it. */
  readonly batchId: BatchId;
  readonly replacedBy: BatchId;
  readonly replacedAt: number;
}

export interface ReadingStore {
  /**
   * Makes room for readings of these times, in small steps, so that storing them takes no longer than it has to. Not to
   * be called inside a transaction.
   */
  makeRoom(ts: Float64Array): Promise<void>;
  /** Stores what is not stored yet; answers the rows of `accepted` that were there already, with the stored values. */
  add(tenantId: TenantId, batchId: BatchId, accepted: Accepted): Promise<{ row: number; storedValue: number }[]>;
  /** Replaces stored readings by those of `accepted`, and keeps what was there as revisions. */
  correct(tenantId: TenantId, batchId: BatchId, accepted: Accepted): Promise<void>;
  /** What was replaced, newest first, in a range of data times. */
  revisions(
    tenantId: TenantId,
    sensorId: SensorId,
    range: { from: number; to: number; limit: number },
  ): Promise<ReadingRevision[]>;
  /** Up to `limit` readings with from <= ts < to, in time order: only those that nothing else stands for yet. */
  series(tenantId: TenantId, sensorId: SensorId, range: { from: number; to: number; limit: number }): Promise<Series>;
  /** The newest readings up to `to` (inclusive), at most `limit`, in time order: of the same sort. */
  latest(tenantId: TenantId, sensorId: SensorId, range: { to: number; limit: number }): Promise<Series>;
  /**
   * The same of many sensors at once, each with its own range; sensors without readings are left out. Statuses are left
   * out too.
   */
  seriesOf(
    tenantId: TenantId,
    ranges: readonly { sensorId: SensorId; from: number; to: number; limit: number }[],
  ): Promise<Map<SensorId, Omit<Series, "status">>>;
  /**
   * Up to `limit` points with from <= ts < to, in time order: readings, and the minutes and hours that stand for older
   * ones.
   */
  points(
    tenantId: TenantId,
    sensorId: SensorId,
    range: { from: number; to: number; limit: number },
  ): Promise<ReadingPoint[]>;
  /** The same, put together in stretches of `resolutionMs`, or of their own width where that is longer. */
  buckets(
    tenantId: TenantId,
    sensorId: SensorId,
    range: { from: number; to: number; resolutionMs: number; limit: number },
  ): Promise<ReadingPoint[]>;
}
