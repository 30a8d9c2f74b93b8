/** The ensemble joins detectors' scores and keeps each contribution. */
import { type FieldsOf, readings, share } from "./field.ts";

/**
 * Noisy-or: 1 - product of (1 - weight * score). Each detector that speaks raises the score, none can lower it, and one
 * that cannot judge (NaN) changes nothing. `weights` and `scores` have the same length.
 */
export function noisyOr(scores: ArrayLike<number>, weights: ArrayLike<number>): number {
  let calm = 1;
  for (let i = 0; i < scores.length; i++) {
    // NaN fails the comparison.
    if (scores[i] > 0) calm *= 1 - weights[i] * scores[i];
  }
  return 1 - calm;
}

/** How long a score keeps lower ones quiet. */
export interface Rest {
  /** Highest score of the current rest. */
  peak: number;
  /** Readings left of it. */
  left: number;
}

export function startRest(): Rest {
  return { peak: 0, left: 0 };
}

export interface RestRules {
  /** Readings after a score at or over `floor` during which only higher scores count. */
  readonly length: number;
  readonly floor: number;
}

export const REST_FIELDS: FieldsOf<RestRules> = {
  length: readings("How long after an unusual reading only a more unusual one is news: more is calmer.", { min: 0 }),
  floor: share("Score from which a reading begins such a rest."),
};

/**
 * The score after rest: what repeats an unusual stretch without surpassing it scores 0. A fault makes many unusual
 * readings; the first, and each that is worse, are news.
 */
export function afterRest(rest: Rest, score: number, rules: RestRules): number {
  if (rest.left > 0) {
    rest.left--;
    if (score <= rest.peak) return 0;
  }
  if (score >= rules.floor) {
    rest.peak = score;
    rest.left = rules.length;
  }
  return score;
}
