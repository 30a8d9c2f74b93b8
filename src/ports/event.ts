/** The tenant's log of what happened, which subscriptions follow. */
import type { TenantId } from "../domain/access/tenant.ts";
import type { AlertId } from "../domain/alerting/alert.ts";
import type { BatchId } from "../domain/intake/batch.ts";

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
