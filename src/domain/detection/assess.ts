/**
 * Assessment: a fold over one sensor's readings in data time. The same function serves live batches, reprocessing and evaluation, and a result never depends on where
 * a batch was cut.
 */
import { type Baseline, learnBaseline, startBaseline } from "./baseline.ts";
import { type DetectorSet, detectorSet } from "./detector_set.ts";
import { bounded, type Detector, type Point } from "./detectors/detector.ts";
import { afterRest, noisyOr, type Rest, startRest } from "./ensemble.ts";
import {
  type Contribution,
  type Decision,
  type EpisodeState,
  type Evidence,
  startEpisode,
  stepEpisode,
} from "./episode.ts";
import type { Series } from "../plant/reading.ts";
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
  /** Readings folded in since it began to learn. */
  readings: number;
  baseline: Baseline;
  /** One per detector of the ensemble, in its order. */
  detectors: unknown[];
  rest: Rest;
  episode: EpisodeState;
  /** One per watch. */
  watches: { detector: unknown; episode: EpisodeState }[];
}

/** What one fold did: `late` are the places in the series that were at or before the watermark, and so were not folded. */
export interface Assessment {
  readonly decisions: readonly Decision[];
  readonly folded: number;
  readonly late: readonly number[];
}

/** Kind of the ensemble's episodes. */
export const ANOMALY = "anomaly";

export function newState({ quantity }: Pick<SensorRules, "quantity">): SensorState {
  return startState(detectorSet(quantity));
}

export function startState(set: DetectorSet, baselineVersion = 1): SensorState {
  return {
    version: set.version,
    watermark: undefined,
    readings: 0,
    baseline: startBaseline(baselineVersion),
    detectors: set.detectors.map((detector) => detector.start()),
    rest: startRest(),
    episode: startEpisode(),
    watches: set.watches.map((detector) => ({ detector: detector.start(), episode: startEpisode() })),
  };
}

/** Folds `series` into `state`, which it changes in place, and says what that decided. */
export function assess(state: SensorState, series: Series, rules: SensorRules): Assessment {
  const set = detectorSet(rules.quantity);
  const fold: Fold = { set, point: { ts: 0, value: 0 }, scores: new Float64Array(set.detectors.length) };
  const decisions: Decision[] = [];
  const late: number[] = [];
  for (let i = 0; i < series.ts.length; i++) {
    if (state.watermark !== undefined && series.ts[i] <= state.watermark) {
      late.push(i);
      continue;
    }
    fold.point.ts = series.ts[i];
    fold.point.value = bounded(series.value[i]);
    const score = scoreOne(state, fold);
    judge(state, { ...rules, fold, score, decisions });
    learn(state, fold, score);
  }
  return { decisions, folded: series.ts.length - late.length, late };
}

/** One reading on its way through the detectors; `point` and `scores` are used again for the next. */
export interface Fold {
  readonly set: DetectorSet;
  readonly point: Point;
  readonly scores: Float64Array;
}

/** The ensemble's score of a reading; each detector's goes to `scores`. Learns nothing. */
export function scoreOne(state: SensorState, { set: { detectors, weights }, point, scores }: Fold): number {
  for (let d = 0; d < detectors.length; d++) scores[d] = detectors[d].score(state.detectors[d], point);
  return noisyOr(scores, weights);
}

interface Judging extends SensorRules {
  readonly fold: Fold;
  readonly score: number;
  readonly decisions: Decision[];
}

function judge(state: SensorState, { fold, score, criticality, decisions }: Judging): void {
  const { set: { settings, watches }, point } = fold;
  const decision = stepEpisode(state.episode, {
    kind: ANOMALY,
    ts: point.ts,
    score,
    news: afterRest(state.rest, score, settings.rest),
    rules: settings.episode,
    criticality,
    evidence: () => ensembleEvidence(state, { fold, score }),
  });
  if (decision !== undefined) decisions.push(decision);
  for (let w = 0; w < watches.length; w++) {
    const watched = watches[w].score(state.watches[w].detector, point);
    const alone = stepEpisode(state.watches[w].episode, {
      kind: settings.watches[w].kind,
      ts: point.ts,
      score: watched,
      news: watched,
      rules: settings.watches[w].episode,
      criticality,
      evidence: () =>
        evidenceOf(point, {
          score: watched,
          threshold: settings.watches[w].episode.threshold,
          parts: [[watches[w], state.watches[w].detector, watched]],
        }),
    });
    if (alone !== undefined) decisions.push(alone);
  }
}

/** Takes the reading of `fold`, which scored `score`, into the state. */
export function learn(state: SensorState, { set: { detectors, watches, settings }, point }: Fold, score: number): void {
  const anomalous = score >= settings.episode.threshold;
  if (!anomalous || settings.learnsAnomalies) {
    for (let d = 0; d < detectors.length; d++) detectors[d].learn(state.detectors[d], point);
  }
  for (let w = 0; w < watches.length; w++) watches[w].learn(state.watches[w].detector, point);
  if (!state.baseline.frozen) {
    learnBaseline(state.baseline, { ...point, anomalous }, {
      warmUp: settings.baselineReadings,
      learnsAnomalies: false,
    });
  }
  state.watermark = point.ts;
  state.readings++;
}

function ensembleEvidence(
  state: SensorState,
  { fold: { set, point, scores }, score }: { fold: Fold; score: number },
): Evidence {
  const parts = set.detectors.map((detector, d) => [detector, state.detectors[d], scores[d]] as const);
  return evidenceOf(point, { score, threshold: set.settings.episode.threshold, parts });
}

interface Proving {
  readonly score: number;
  readonly threshold: number;
  readonly parts: readonly (readonly [Detector<unknown>, unknown, number])[];
}

function evidenceOf(point: Point, { score, threshold, parts }: Proving): Evidence {
  const contributions: Contribution[] = [];
  const missing: string[] = [];
  for (const [detector, state, part] of parts) {
    if (Number.isNaN(part)) missing.push(detector.name);
    else contributions.push({ detector: detector.name, score: part, facts: detector.facts(state, point) });
  }
  return { ts: point.ts, value: point.value, score, threshold, contributions, missing };
}

/** Whether the sensor is judged yet, and after how many readings more. */
export function learning(
  state: SensorState,
  { quantity }: Pick<SensorRules, "quantity">,
): { judges: boolean; readingsLeft: number } {
  const warmUp = Math.min(...detectorSet(quantity).detectors.map((detector) => detector.warmUp));
  return { judges: state.readings >= warmUp, readingsLeft: Math.max(0, warmUp - state.readings) };
}

/** The same from a state as it is stored. */
export function readingsUntilJudged(text: string, quantity: string): number {
  return learning(decodeState(text, { quantity }).state, { quantity }).readingsLeft;
}

/**
 * The state after a maintenance event: what was normal before says nothing about a repaired machine, so everything is learnt anew, under the next version of the
 * baseline. Readings up to the watermark stay folded.
 */
export function relearn(state: SensorState, { quantity }: Pick<SensorRules, "quantity">): SensorState {
  const fresh = startState(detectorSet(quantity), state.baseline.version + 1);
  fresh.watermark = state.watermark;
  return fresh;
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
