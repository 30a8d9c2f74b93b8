import type { TenantId } from "../../domain/access/tenant.ts";
import type { Batch, BatchId, SourceId } from "../../domain/intake/batch.ts";

/** A batch of a source that has not come to its end. */
export interface QueuedBatch extends Batch {
  /** Its workflow has asked for its turn in vain and wants to be told. */
  readonly awaited: boolean;
}

export interface SourceStore {
  /** Takes the right to fold this source until the transaction ends; false when another has it: this never waits. */
  tryLock(id: SourceId): Promise<boolean>;
  /** The unfinished batches of the source in the order of acceptance, the next one first. */
  queue(tenantId: TenantId, id: SourceId, limit: number): Promise<QueuedBatch[]>;
  /** The batch that is next, if it can be folded now. */
  ready(tenantId: TenantId, id: SourceId): Promise<BatchId | undefined>;
  /** Notes that the batch's workflow waits to be told. */
  await(tenantId: TenantId, id: BatchId): Promise<void>;
  keys(tenantId: TenantId, ids: readonly SourceId[]): Promise<Map<SourceId, string>>;
  byKey(tenantId: TenantId, key: string): Promise<SourceId | undefined>;
}
