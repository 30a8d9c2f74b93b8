import type { TenantId } from "../../domain/access/tenant.ts";
import type { Candidate } from "../../domain/alerting/candidate.ts";
import type { RarityNow } from "../../domain/detection/episode.ts";
import type { Severity } from "../../domain/detection/severity.ts";
import type { BatchId } from "../../domain/intake/batch.ts";
import type { AlertFilter, EpisodeKey } from "./alert.ts";

export interface CandidateFacts extends RarityNow {
  readonly severity: Severity;
  readonly score: number;
  readonly reason: string;
}

/** Which: all conditions hold; one that is left out asks nothing. */
export interface CandidateFilter extends Pick<AlertFilter, "subjects"> {
  /** Data time at which it began to be kept: from inclusive, to exclusive. */
  readonly from?: number;
  readonly to?: number;
}

export interface CandidateStore {
  /** Keeps an episode; one that is kept already stays as it is. */
  keep(
    tenantId: TenantId,
    key: EpisodeKey,
    facts: CandidateFacts & { keptAt: number; batchId: BatchId },
  ): Promise<void>;
  /** What the episode has come to be; nothing when it is not kept. */
  change(tenantId: TenantId, key: EpisodeKey, facts: CandidateFacts): Promise<void>;
  end(
    tenantId: TenantId,
    key: EpisodeKey,
    facts: RarityNow & { endedAt: number; score: number; reason: string },
  ): Promise<
    void
  >;
  /** It has become an alert. */
  remove(tenantId: TenantId, key: EpisodeKey): Promise<void>;
  /** The rarest first. */
  rarest(tenantId: TenantId, filter: CandidateFilter & { limit: number }): Promise<Candidate[]>;
  count(tenantId: TenantId, filter: CandidateFilter): Promise<number>;
}
