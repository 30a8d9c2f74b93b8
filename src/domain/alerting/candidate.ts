/** An episode that is kept below the line of the alarm budget: no alert, but listed, counted, and lost never. */
import type { BatchId } from "../intake/batch.ts";
import type { RarityNow } from "../detection/episode.ts";
import type { Severity } from "../detection/severity.ts";
import type { Subject } from "../plant/subject.ts";

export type CandidateId = number & { readonly noun: "candidate" };

export type Candidate = Subject & RarityNow & {
  readonly id: CandidateId;
  readonly kind: string;
  /** Data times in ms. */
  readonly episodeStart: number;
  readonly keptAt: number;
  readonly endedAt: number | undefined;
  readonly severity: Severity;
  /** Highest score of the episode so far. */
  readonly score: number;
  readonly reason: string;
  /** The batch whose readings began it. */
  readonly batchId: BatchId;
};
