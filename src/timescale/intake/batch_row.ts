/** A batch as the store keeps it, with the key of its source. */
import type { TenantId } from "../../domain/access/tenant.ts";
import type { Batch, BatchId, BatchState, SourceId } from "../../domain/intake/batch.ts";
import { optional, type Sql } from "../sql.ts";

export interface BatchRow {
  readonly id: BatchId;
  readonly tenant_id: TenantId;
  readonly source_id: SourceId;
  readonly source: string;
  readonly position: number;
  readonly idempotency_key: string;
  readonly readings: number;
  readonly received_at: number;
  readonly state: BatchState;
  readonly stored: number;
  readonly quarantined: number;
  readonly duplicates: number;
  readonly corrected: number;
  readonly late: number;
  readonly alerts_opened: number;
  readonly failure: string | null;
  readonly faults: number;
  readonly finished_at: number | null;
}

/** The columns of `batch` joined with `source`. */
export function batchColumns(sql: Sql) {
  return sql`batch.id, batch.tenant_id, source_id, source.key AS source, position, idempotency_key, readings, received_at, state,
    stored, quarantined, duplicates, corrected, late, alerts_opened, failure, faults, finished_at`;
}

export function toBatch(row: BatchRow): Batch {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    sourceId: row.source_id,
    source: row.source,
    position: row.position,
    idempotencyKey: row.idempotency_key,
    readings: row.readings,
    receivedAt: row.received_at,
    state: row.state,
    stored: row.stored,
    quarantined: row.quarantined,
    duplicates: row.duplicates,
    corrected: row.corrected,
    late: row.late,
    alertsOpened: row.alerts_opened,
    failure: optional(row.failure),
    faults: row.faults,
    finishedAt: optional(row.finished_at),
  };
}
