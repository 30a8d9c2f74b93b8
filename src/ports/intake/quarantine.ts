import type { TenantId } from "../../domain/access/tenant.ts";
import type { BatchId } from "../../domain/intake/batch.ts";
import type { Quarantined } from "../../domain/intake/quarantine.ts";

export interface QuarantineStore {
  /** Keeps readings of a batch; those that it keeps already are left as they are. */
  add(tenantId: TenantId, id: BatchId, rows: readonly Quarantined[]): Promise<void>;
  /** In the order of the batch, those behind the place `after`. */
  ofBatch(tenantId: TenantId, id: BatchId, page: { after?: number; limit: number }): Promise<Quarantined[]>;
  indexes(tenantId: TenantId, id: BatchId): Promise<number[]>;
}
