/** The tenant's log of what happened, which subscriptions follow. */
import type { AuditRecord } from "../domain/access/audit.ts";
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
  /**
   * Appends to the tenant's log. Must be the last step of its transaction, because it holds up the tenant's other
   * writers.
   */
  append(tenantId: TenantId, events: readonly EventRecord[]): Promise<void>;
  /**
   * Up to `limit` events after `seq` whose type begins with `prefix`, in order. It looks through all that come before
   * them.
   */
  after(
    tenantId: TenantId,
    seq: number,
    options: { prefix: string; limit: number },
  ): Promise<(EventRecord & { readonly seq: number })[]>;
  /** Up to `limit` events about alerts after `seq`, in order, however many others lie between them. */
  alertsAfter(
    tenantId: TenantId,
    seq: number,
    limit: number,
  ): Promise<(EventRecord & { readonly seq: number })[]>;
  /**
   * Number of the newest event about an alert that is not kept any more: whoever stands before it has missed it. 0:
   * none.
   */
  alertsGoneTo(tenantId: TenantId): Promise<number>;
  /** Up to `limit` records of changes that people and programs have asked for before `seq`, the newest first. */
  audits(tenantId: TenantId, options: { before?: number; limit: number }): Promise<AuditRecord[]>;
  /** The same of any event. */
  goneTo(tenantId: TenantId): Promise<number>;
  lastSeq(tenantId: TenantId): Promise<number>;
}
