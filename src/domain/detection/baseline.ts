/**
 * A baseline is the learnt description of a sensor's normal, with the window it was learnt from and a version. It is
 * frozen after the warm-up, so that a slow change is measured against it and not followed; anomalous readings are not
 * learnt from; a maintenance event closes it, and the next version is learnt.
 */
import { type Moments, startMoments, updateMoments } from "./stats/welford.ts";

export interface Baseline {
  /** 1 for the first; one more with each relearning. */
  readonly version: number;
  /** Data times (ms) of the first and last reading learnt; undefined before the first. */
  from?: number;
  to?: number;
  moments: Moments;
  min: number;
  max: number;
  frozen: boolean;
}

export function startBaseline(version = 1): Baseline {
  return { version, moments: startMoments(), min: 0, max: 0, frozen: false };
}

export interface BaselineReading {
  readonly ts: number;
  readonly value: number;
  /** Whether this reading was judged as anomalous. */
  readonly anomalous: boolean;
}

export interface BaselineRules {
  /** Readings that make a baseline. */
  readonly warmUp: number;
  readonly learnsAnomalies: boolean;
}

/** Takes a reading into a baseline that is not frozen yet. */
export function learnBaseline(
  baseline: Baseline,
  { ts, value, anomalous }: BaselineReading,
  { warmUp, learnsAnomalies }: BaselineRules,
): void {
  if (baseline.frozen || (anomalous && !learnsAnomalies)) return;
  const first = baseline.moments.n === 0;
  updateMoments(baseline.moments, value, Infinity);
  baseline.from ??= ts;
  baseline.to = ts;
  baseline.min = first ? value : Math.min(baseline.min, value);
  baseline.max = first ? value : Math.max(baseline.max, value);
  baseline.frozen = baseline.moments.n >= warmUp;
}
