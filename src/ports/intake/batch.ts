import type { TenantId } from "../../domain/access/tenant.ts";
import type { Batch, BatchCounts, BatchId, BatchState, SourceId, Stage } from "../../domain/intake/batch.ts";
import type { Quarantined } from "../../domain/intake/quarantine.ts";
import type { Page } from "../page.ts";

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
