import type { TenantId } from "../../domain/access/tenant.ts";
import type { BatchId } from "../../domain/intake/batch.ts";
import type { Quarantined } from "../../domain/intake/quarantine.ts";
import type { Part } from "../page.ts";

export interface QuarantineStore {
  /** Keeps readings of a batch; those that it keeps already are left as they are. */
  add(tenantId: TenantId, id: BatchId, rows: readonly Quarantined[]): Promise<void>;
  /** Per batch, in its order, those behind the place `after`. */
  ofBatches(tenantId: TenantId, ids: readonly BatchId[], part: Part): Promise<Map<BatchId, Quarantined[]>>;
  indexes(tenantId: TenantId, id: BatchId): Promise<number[]>;
}
