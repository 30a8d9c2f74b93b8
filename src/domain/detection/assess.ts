/**
 * Assessment: a fold over one sensor's readings in data time. The same function serves live batches, reprocessing and
 * evaluation, and a result never depends on where a batch was cut.
 */
import { learnBaseline } from "./baseline.ts";
import type { DetectorSet } from "./detector_set.ts";
import { bounded, type Detector, type Point } from "./detectors/detector.ts";
import { afterRest, noisyOr } from "./ensemble.ts";
import { type Contribution, type Decision, type Evidence, stepEpisode } from "./episode.ts";
import type { Series } from "../plant/reading.ts";
import type { SensorRules, SensorState } from "./sensor_state.ts";

/**
 * What one fold did: `late` are the places in the series that were at or before the watermark, and so were not folded.
 */
export interface Assessment {
  readonly decisions: readonly Decision[];
  readonly folded: number;
  readonly late: readonly number[];
}

/** Kind of the ensemble's episodes. */
export const ANOMALY = "anomaly";

/** Folds `series` into `state`, which it changes in place, and says what that decided. */
export function assess(state: SensorState, series: Series, rules: SensorRules): Assessment {
  const { set } = rules;
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
    severities: settings.severity,
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
      severities: settings.severity,
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
