import type { TenantId } from "../../domain/access/tenant.ts";
import type { BatchId } from "../../domain/intake/batch.ts";
import type { KeptReading, Quarantined, QuarantineReason } from "../../domain/intake/quarantine.ts";
import type { Part } from "../page.ts";

/** A reading in quarantine: the batch that it came with, and its place in there. */
export interface QuarantinePlace {
  readonly batchId: BatchId;
  readonly index: number;
}

/** Which readings of processed batches are meant: those to which all applies that is given. */
export interface QuarantineFilter {
  readonly batchId?: BatchId;
  readonly reason?: QuarantineReason;
  readonly sensorKey?: string;
  /** Receipt (ms) before which their batches came. */
  readonly receivedBefore?: number;
  /** These alone. */
  readonly places?: readonly QuarantinePlace[];
}

export interface ReplayBounds {
  /** True: only conflicts, which a correction replays; false: all but these. */
  readonly conflicts: boolean;
  readonly readingsMax: number;
  /** Of their texts; one reading is taken whatever its length. */
  readonly bytesMax: number;
}

export interface ReplayableReading extends QuarantinePlace {
  readonly source: string;
  readonly raw: string;
}

/** How many readings a filter finds. */
export interface QuarantineTally {
  /** In quarantine, but for conflicts. */
  readonly open: number;
  readonly conflicts: number;
  /** Sent again before; 0 unless the filter names places. */
  readonly replayed: number;
}

export interface QuarantineStore {
  /** Keeps readings of a batch; those that it keeps already are left as they are. */
  add(tenantId: TenantId, id: BatchId, rows: readonly Quarantined[]): Promise<void>;
  /** Per batch, in its order, those behind the place `after`. */
  ofBatches(tenantId: TenantId, ids: readonly BatchId[], part: Part): Promise<Map<BatchId, KeptReading[]>>;
  indexes(tenantId: TenantId, id: BatchId): Promise<number[]>;
  /**
   * Readings that can be sent again, the oldest first, locked until the transaction ends: who asks meanwhile waits, and
   * does not find them.
   */
  lockReplayable(tenantId: TenantId, filter: QuarantineFilter, bounds: ReplayBounds): Promise<ReplayableReading[]>;
  /** Notes that readings were sent again with a batch. */
  markReplayed(tenantId: TenantId, places: readonly QuarantinePlace[], by: BatchId): Promise<void>;
  tally(tenantId: TenantId, filter: QuarantineFilter): Promise<QuarantineTally>;
  /** Per batch that replays readings, the batches out of whose quarantine they came, at most `limit` of each. */
  replayedFrom(tenantId: TenantId, ids: readonly BatchId[], limit: number): Promise<Map<BatchId, BatchId[]>>;
}
