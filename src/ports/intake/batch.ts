import type { TenantId } from "../../domain/access/tenant.ts";
import type { Batch, BatchCounts, BatchId, BatchState, Stage } from "../../domain/intake/batch.ts";
import type { Page } from "../page.ts";

export interface Landing {
  readonly idempotencyKey: string;
  readonly source: string;
  readonly contentHash: string;
  readonly payload: string;
  readonly readings: number;
}

export interface LandedBatch extends Batch {
  /** What was sent; undefined when its time to be kept is over. */
  readonly payload: string | undefined;
}

/** What a stage did: `counts` replace those that the batch had. */
export interface StageEnd {
  readonly stage: Stage;
  /** For people and for a repeat, as JSON text. */
  readonly result: string;
  readonly counts: Partial<BatchCounts>;
}

/** Passed now, passed before with this result, or refused, since the batch is not where the stage begins. */
export type StagePassing =
  | { readonly kind: "passed" }
  | { readonly kind: "repeated"; readonly result: string }
  | { readonly kind: "refused"; readonly state: BatchState };

/** What is not done yet, over all tenants or one. */
export interface Backlog {
  readonly unfinished: number;
  /** The one that was accepted first. */
  readonly oldest: { readonly id: BatchId; readonly source: string; readonly ageMs: number } | undefined;
}

export interface BatchStore {
  /** Writes the landing row; when the key is taken, answers the batch that has it, and `created` is false. */
  accept(tenantId: TenantId, landing: Landing): Promise<{ batch: Batch; contentHash: string; created: boolean }>;
  landed(tenantId: TenantId, id: BatchId): Promise<LandedBatch | undefined>;
  byIds(tenantId: TenantId, ids: readonly BatchId[]): Promise<Batch[]>;
  page(
    tenantId: TenantId,
    page: Page & { readonly state?: BatchState; readonly source?: string },
  ): Promise<Batch[]>;
  /**
   * Moves the batch on by a stage and writes its row in the ledger. In a transaction the batch stays locked until its
   * end.
   */
  passStage(tenantId: TenantId, id: BatchId, end: StageEnd): Promise<StagePassing>;
  /** What a stage said when it was passed; undefined when it was not. */
  stageResult(tenantId: TenantId, id: BatchId, stage: Stage): Promise<string | undefined>;
  /** Counts alerts that its readings have opened since it was processed. */
  addAlerts(tenantId: TenantId, id: BatchId, opened: number): Promise<void>;
  /** Ends the batch as failed; false when it had ended before. */
  fail(tenantId: TenantId, id: BatchId, reason: string): Promise<boolean>;
  /**
   * Takes failed batches up again from their beginning, each as the newest of its source; answers those that had failed
   * and whose payload is still kept.
   */
  retry(tenantId: TenantId, ids: readonly BatchId[]): Promise<Batch[]>;
  /** Counts an attempt that ended in a fault that nobody foresaw, and answers how many there were. */
  addFault(tenantId: TenantId, id: BatchId): Promise<number>;
  unfinished(tenantId: TenantId): Promise<number>;
  backlog(): Promise<Backlog>;
  /**
   * Unfinished batches of all tenants, accepted at least `olderThanMs` ago: in turns over their sources, so that a long
   * queue of one source is in nobody's way.
   */
  unfinishedInTurns(
    options: { olderThanMs: number; limit: number },
  ): Promise<{ tenantKey: string; tenantId: TenantId; id: BatchId; source: string; readings: number }[]>;
}
