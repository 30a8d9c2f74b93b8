/**
 * Assessment: a fold over one sensor's readings in data time. The same function serves live batches, reprocessing and evaluation, and a result never depends on where
 * a batch was cut.
 */
import type { Point } from "./detectors/detector.ts";
import { afterRest, noisyOr, type Rest, startRest } from "./ensemble.ts";
import {
  type Contribution,
  type Decision,
  type EpisodeState,
  type Evidence,
  startEpisode,
  stepEpisode,
} from "./episode.ts";
import type { Series } from "./reading.ts";
import { type DetectorSet, detectorSet } from "./detector_set.ts";
import type { Criticality } from "./severity.ts";

/** What an assessment needs to know of a sensor besides its readings. */
export interface SensorRules {
  readonly quantity: string;
  readonly criticality: Criticality;
}

/** The versioned memory of everything that judges one sensor. JSON keeps it exactly. */
export interface SensorState {
  readonly version: string;
  /** Data time (ms) up to which readings are folded in; undefined before the first one. */
  watermark: number | undefined;
  /** Readings folded in. */
  readings: number;
  /** One per detector of the set, in its order. */
  detectors: unknown[];
  rest: Rest;
  episode: EpisodeState;
}

/** What one fold did: `late` are the places in the series that were at or before the watermark, and so were not folded. */
export interface Assessment {
  readonly decisions: readonly Decision[];
  readonly folded: number;
  readonly late: readonly number[];
}

export const ANOMALY = "anomaly";

export function newState({ quantity }: Pick<SensorRules, "quantity">): SensorState {
  return startState(detectorSet(quantity));
}

export function startState(set: DetectorSet): SensorState {
  return {
    version: set.version,
    watermark: undefined,
    readings: 0,
    detectors: set.detectors.map((detector) => detector.start()),
    rest: startRest(),
    episode: startEpisode(),
  };
}

/** Folds `series` into `state`, which it changes in place, and says what that decided. */
export function assess(state: SensorState, series: Series, rules: SensorRules): Assessment {
  const set = detectorSet(rules.quantity);
  const decisions: Decision[] = [];
  const late: number[] = [];
  const point: Point = { ts: 0, value: 0 };
  const scores = new Float64Array(set.detectors.length);
  for (let i = 0; i < series.ts.length; i++) {
    point.ts = series.ts[i];
    point.value = series.value[i];
    if (state.watermark !== undefined && point.ts <= state.watermark) {
      late.push(i);
      continue;
    }
    const score = scoreOne(state, { set, point, scores });
    const decision = stepEpisode(state.episode, {
      kind: ANOMALY,
      ts: point.ts,
      score,
      news: afterRest(state.rest, score, set.settings.rest),
      rules: set.settings.episode,
      criticality: rules.criticality,
      evidence: () => evidenceOf(state, { set, point, scores, score }),
    });
    if (decision !== undefined) decisions.push(decision);
    learn(state, { set, point });
  }
  return { decisions, folded: series.ts.length - late.length, late };
}

interface Fold {
  readonly set: DetectorSet;
  readonly point: Point;
}

/** The ensemble's score of a reading; each detector's goes to `scores`. Learns nothing. */
export function scoreOne(state: SensorState, { set, point, scores }: Fold & { readonly scores: Float64Array }): number {
  const { detectors, weights } = set;
  for (let d = 0; d < detectors.length; d++) scores[d] = detectors[d].score(state.detectors[d], point);
  return noisyOr(scores, weights);
}

export function learn(state: SensorState, { set, point }: Fold): void {
  for (let d = 0; d < set.detectors.length; d++) set.detectors[d].learn(state.detectors[d], point);
  state.watermark = point.ts;
  state.readings++;
}

function evidenceOf(
  state: SensorState,
  { set, point, scores, score }: Fold & { readonly scores: Float64Array; readonly score: number },
): Evidence {
  const contributions: Contribution[] = [];
  const missing: string[] = [];
  for (const [d, detector] of set.detectors.entries()) {
    if (Number.isNaN(scores[d])) missing.push(detector.name);
    else {contributions.push({
        detector: detector.name,
        score: scores[d],
        facts: detector.facts(state.detectors[d], point),
      });}
  }
  return { ts: point.ts, value: point.value, score, threshold: set.settings.episode.threshold, contributions, missing };
}

/** Whether the sensor is judged yet, and after how many readings more. */
export function learning(
  state: SensorState,
  { quantity }: Pick<SensorRules, "quantity">,
): { judges: boolean; readingsLeft: number } {
  const warmUp = Math.min(...detectorSet(quantity).detectors.map((detector) => detector.warmUp));
  return { judges: state.readings >= warmUp, readingsLeft: Math.max(0, warmUp - state.readings) };
}

export function encodeState(state: SensorState): string {
  return JSON.stringify(state);
}

/** The state that `text` stands for. One of another version starts anew, and `relearns` says why. */
export function decodeState(
  text: string,
  rules: Pick<SensorRules, "quantity">,
): { state: SensorState; relearns: string | undefined } {
  const { version } = detectorSet(rules.quantity);
  let stored: Partial<SensorState> | null;
  try {
    stored = JSON.parse(text);
  } catch {
    // Text that is no JSON cannot be a state: what to do is the same as for another version.
    stored = null;
  }
  if (stored?.version === version) return { state: stored as SensorState, relearns: undefined };
  const fresh = newState(rules);
  // What was folded stays folded: going back behind the watermark would judge it twice.
  fresh.watermark = typeof stored?.watermark === "number" ? stored.watermark : undefined;
  return {
    state: fresh,
    relearns: `its state is of version ${stored?.version ?? "unknown"}, this code has ${version}`,
  };
}
