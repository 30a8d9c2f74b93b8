/** The ensemble joins detectors' scores and keeps each contribution. */
import { type FieldsOf, number, readings, share, span } from "./field.ts";
import type { Span } from "./stats/span.ts";

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

/** How much less a score says of a sensor that is hardly known. */
export interface CautionRules {
  /** Data time that ranges are of: what is older is not known any more. */
  readonly window: Span;
  /** Readings from which on a score counts fully. */
  readonly readings: number;
  /** The odds of a score are multiplied by (readings known / `readings`) to this power; 0: never any caution. */
  readonly power: number;
}

export const CAUTION_FIELDS: FieldsOf<CautionRules> = {
  window: span("How far back ranges reach: what is older is not known any more."),
  readings: readings("Readings known from which on a score counts fully: more is calmer.", {}),
  power: number("How much less a score counts before that: 0 is no caution, more is calmer.", { min: 0, max: 5 }),
};

/**
 * The score of a sensor of which `known` readings are known. Among n readings that come in any order the newest is the
 * least or greatest with probability 2 / n: early records are no news, so the odds s / (1 - s) of a score grow with
 * what is known.
 */
export function withCaution(
  score: number,
  known: number,
  { readings, power }: Pick<CautionRules, "readings" | "power">,
): number {
  if (known >= readings || score <= 0) return score;
  const part = (known / readings) ** power;
  return score * part / (1 - score + score * part);
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
  /** How long after a score at or over `floor` only higher scores count. */
  readonly length: Span;
  readonly floor: number;
}

export const REST_FIELDS: FieldsOf<RestRules> = {
  length: span("How long after an unusual reading only a more unusual one is news: more is calmer."),
  floor: share("Score from which a reading begins such a rest."),
};

/**
 * The score after rest: what repeats an unusual stretch without surpassing it scores 0. A fault makes many unusual
 * readings; the first, and each that is worse, are news.
 */
export function afterRest(
  rest: Rest,
  score: number,
  { floor, readings }: { readonly floor: number; readonly readings: number },
): number {
  if (rest.left > 0) {
    rest.left--;
    if (score <= rest.peak) return 0;
  }
  if (score >= floor) {
    rest.peak = score;
    rest.left = readings;
  }
  return score;
}
