/** The numbers behind a score, of each detector that had a say. */
import type { Detector, Point } from "./detectors/detector.ts";
import type { Contribution, Evidence } from "./episode.ts";

/**
 * A score, and the detectors that it is made of: `missing` are those whose part is NaN, since they cannot judge yet.
 */
export interface Proving {
  readonly score: number;
  readonly threshold: number;
  readonly parts: readonly {
    readonly detector: Detector<unknown>;
    readonly state: unknown;
    readonly limits: unknown;
    readonly score: number;
  }[];
}

/** Judges by the states as they are before the reading is learnt. */
export function evidenceOf(point: Point, { score, threshold, parts }: Proving): Evidence {
  const contributions: Contribution[] = [];
  const missing: string[] = [];
  for (const { detector, state, limits, score: part } of parts) {
    if (Number.isNaN(part)) missing.push(detector.name);
    else contributions.push({ detector: detector.name, score: part, facts: detector.facts(state, point, limits) });
  }
  return { ts: point.ts, value: point.value, score, threshold, contributions, missing };
}
