/** What people have set about what is kept, and the removal of what is due, in pages. */
import type { TenantId } from "../../domain/access/tenant.ts";
import type { RetentionNoun, RetentionSetting } from "../../domain/history/retention.ts";

/** Nouns whose rows go one by one; readings and their minutes go by the week (thinning.ts). */
export type RemovableNoun = Exclude<RetentionNoun, "reading" | "minute">;

export interface RemovalPage {
  readonly noun: RemovableNoun;
  /**
   * Rows go whose batch or run ended before this time, or, for events, that happened before it; of candidates those
   * that came and ended before it.
   */
  readonly beforeMs: number;
  /** Where the page before this one ended; 0 at first. */
  readonly after: number;
  /** Rows that are looked at, at most. */
  readonly limit: number;
  /** False: only say what would go. */
  readonly remove: boolean;
}

export interface Removal {
  readonly rows: number;
  readonly bytes: number;
  readonly oldestMs: number | undefined;
  /** Where the next page goes on; undefined: there is nothing more. */
  readonly after: number | undefined;
}

export interface RetentionStore {
  settings(tenantId: TenantId): Promise<RetentionSetting[]>;
  /** Keeps the noun for `keepMs`, or for ever without it. */
  set(tenantId: TenantId, setting: { noun: RetentionNoun; keepMs: number | undefined; by: string }): Promise<void>;
  /** Goes back to the default. */
  unset(tenantId: TenantId, noun: RetentionNoun): Promise<void>;
  /** One page of what is due, in a transaction of its own. Batches that have not ended keep all that they have. */
  page(tenantId: TenantId, page: RemovalPage): Promise<Removal>;
}
