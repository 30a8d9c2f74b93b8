/**
 * An episode is a stretch of anomalies with a start and perhaps an end. Threshold, deadband, on-delay and off-delay turn scores into episodes;
 * what an episode does is a decision, and a decision carries its reason.
 */
import type { Severity } from "./severity.ts";

/** What one detector added to the ensemble's score. `facts` are the numbers it judged by, for people and for computing the score again. */
export interface Contribution {
  readonly detector: string;
  readonly score: number;
  readonly facts: Readonly<Record<string, number>>;
}

/** The numbers behind one ensemble score. */
export interface Evidence {
  readonly ts: number;
  readonly value: number;
  readonly score: number;
  readonly threshold: number;
  readonly contributions: readonly Contribution[];
  /** Detectors of the settings that gave no score here, for example because they are still warming up or failed. */
  readonly missing: readonly string[];
}

/** What a fold decided; `episodeStart` (data time, ms) names the episode within its sensor and kind. */
export type Decision =
  | {
    readonly type: "opened";
    readonly kind: string;
    readonly episodeStart: number;
    readonly ts: number;
    readonly severity: Severity;
    readonly reason: string;
    readonly evidence: Evidence;
  }
  | {
    readonly type: "raised";
    readonly kind: string;
    readonly episodeStart: number;
    readonly ts: number;
    readonly severity: Severity;
    readonly reason: string;
    readonly evidence: Evidence;
  }
  | {
    readonly type: "closed";
    readonly kind: string;
    readonly episodeStart: number;
    readonly ts: number;
    readonly peakScore: number;
    readonly reason: string;
  };
