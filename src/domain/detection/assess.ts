/**
 * Assessment: a fold over one sensor's readings in data time. The same function serves live batches, reprocessing and
 * evaluation, and a result never depends on where a batch was cut.
 */
import { announce } from "./announcement.ts";
import { learnBaseline } from "./baseline.ts";
import { takeCount } from "./counter.ts";
import type { DetectorSet, FoldLimits } from "./detector_set.ts";
import { bounded, type Point, pointOf } from "./detectors/detector.ts";
import { afterRest, noisyOr, withCaution } from "./ensemble.ts";
import { type Decision, type Evidence, isCalm, stepEpisode } from "./episode.ts";
import { evidenceOf } from "./evidence.ts";
import { type Band, bandOf, learnLevel } from "./level.ts";
import type { Criticality } from "../plant/asset.ts";
import type { Series } from "../plant/reading.ts";
import { explainRarity, isBudgeted, type Rarity, rarityFrom } from "./rarity.ts";
import { type SensorDay, turnDay } from "./sensor_day.ts";
import type { SensorRules, SensorState } from "./sensor_state.ts";
import { believe, learnGlitch } from "./stats/glitch.ts";
import { learnPace, readingsPerHour } from "./stats/pace.ts";

/**
 * What one fold did: `late` are the places in the series that were at or before the watermark, and so were not folded.
 */
export interface Assessment {
  readonly decisions: readonly Decision[];
  readonly folded: number;
  readonly late: readonly number[];
  /** Days of data time that are over: a later one has begun. */
  readonly days: readonly SensorDay[];
}

/** Kind of the ensemble's episodes. */
export const ANOMALY = "anomaly";

/** Folds `series` into `state`, which it changes in place, and says what that decided. */
export function assess(state: SensorState, series: Series, { set, criticality, lineAt }: SensorRules): Assessment {
  const { ts, value } = series;
  const fold = startFold(set, state);
  const decisions: Decision[] = [];
  const late: number[] = [];
  const days: SensorDay[] = [];
  const judging: Judging = { fold, criticality, lineAt, score: 0, decisions };
  for (let i = 0; i < ts.length; i++) {
    if (state.watermark !== undefined && ts[i] <= state.watermark) {
      late.push(i);
      continue;
    }
    const { point } = fold;
    point.ts = ts[i];
    point.value = bounded(value[i]);
    const over = turnDay(state, point);
    if (over !== undefined) days.push(over);
    if (!readPoint(fold, state)) continue;
    judging.score = scoreOne(state, fold);
    judge(state, judging);
    learn(state, fold, judging.score);
  }
  return { decisions, folded: ts.length - late.length, late, days };
}

/** One reading on its way through the detectors; all but the set is used again for the next. */
export interface Fold {
  readonly set: DetectorSet;
  readonly point: Point;
  /** The usual interval that the rate is of. */
  stepMs: number | undefined;
  /** Readings that the sensor usually gives an hour; 0 while that is not known. */
  perHour: number;
  limits: FoldLimits;
  readonly scores: Float64Array;
}

export function startFold(set: DetectorSet, { pace, readings }: SensorState): Fold {
  const perHour = readingsPerHour(pace, readings);
  return {
    set,
    point: pointOf(0, 0),
    stepMs: pace.stepMs,
    perHour,
    limits: set.limitsAt(perHour),
    scores: new Float64Array(set.detectors.length),
  };
}

/** The same as `readPoint` for a reading that is not in the point of `fold` yet. */
export function readInto(fold: Fold, state: SensorState, ts: number, value: number): boolean {
  fold.point.ts = ts;
  fold.point.value = bounded(value);
  return readPoint(fold, state);
}

/**
 * Makes the point of `fold`, a reading as it came, what the detectors are to see, from what is known before it; false
 * when it has nothing to be judged (the first reading of a counter): then it is folded already.
 */
function readPoint(fold: Fold, state: SensorState): boolean {
  const { point, set } = fold;
  if (set.settings.counts) {
    const rate = takeCount(state.counter, point.ts, point.value);
    if (rate === undefined) {
      learnPace(state.pace, point);
      state.watermark = point.ts;
      state.readings++;
      return false;
    }
    point.value = bounded(rate);
  }
  // Looked at when the rate has changed, and for a young sensor whenever its history has doubled.
  if (state.pace.stepMs !== fold.stepMs || (state.readings & (state.readings - 1)) === 0) {
    fold.stepMs = state.pace.stepMs;
    fold.perHour = readingsPerHour(state.pace, state.readings);
    fold.limits = set.limitsAt(fold.perHour);
  }
  believe(state.glitches, point, fold.limits.glitch);
  return true;
}

/** The ensemble's score of a reading; each detector's goes to `scores`. Learns nothing. */
export function scoreOne(state: SensorState, { set, point, limits, scores }: Fold): number {
  const { detectors, weights, settings } = set;
  const states = state.detectors;
  const ofDetectors = limits.detectors;
  for (let d = 0; d < detectors.length; d++) scores[d] = detectors[d].score(states[d], point, ofDetectors[d]);
  const score = noisyOr(scores, weights);
  if (score === 0) return 0;
  return withCaution(score, Math.min(state.readings, limits.known), settings.caution);
}

/** What one reading is judged by; all but the score is the same for the next. */
interface Judging extends Pick<SensorRules, "lineAt"> {
  readonly fold: Fold;
  readonly criticality: Criticality;
  score: number;
  readonly decisions: Decision[];
}

function judge(state: SensorState, judging: Judging): void {
  const { fold: { set: { settings, watches }, point, limits }, score } = judging;
  const news = afterRest(state.rest, score, limits.rest);
  if (!isCalm(state.episode, news, settings.episode)) judgeEnsemble(state, news, judging);
  for (let w = 0; w < watches.length; w++) {
    const { detector, episode } = state.watches[w];
    const score = watches[w].score(detector, point, limits.watches[w]);
    if (!isCalm(episode, score, settings.watches[w].episode)) judgeWatch(state, w, judging);
  }
}

function judgeEnsemble(
  state: SensorState,
  news: number,
  { fold, score, criticality, lineAt, decisions }: Judging,
): void {
  const { set: { settings }, point, perHour } = fold;
  const evidence = () => ensembleEvidence(state, { fold, score });
  const decision = stepEpisode(state.episode, {
    kind: ANOMALY,
    ts: point.ts,
    score,
    news,
    rules: settings.episode,
    perHour,
    criticality,
    severities: settings.severity,
    level: point.steady,
    normal: () => normalBands(state),
    evidence,
  });
  const announced = announce(state.announcing ??= {}, {
    episode: state.episode,
    decision,
    kind: ANOMALY,
    ts: point.ts,
    rarity: score >= settings.episode.threshold ? () => rarityNow(state, fold) : undefined,
    line: lineAt?.(point.ts, ANOMALY) ?? 0,
    evidence,
  });
  if (announced !== undefined) decisions.push(announced);
}

function judgeWatch(state: SensorState, w: number, judging: Judging): void {
  const { fold: { set, point, perHour, limits }, criticality, decisions, lineAt } = judging;
  const { kind, episode: rules } = set.settings.watches[w];
  const watch = set.watches[w];
  const { detector, episode } = state.watches[w];
  const score = watch.score(detector, point, limits.watches[w]);
  const rarity = rarityOfWatch(state, w, judging.fold);
  const evidence = () => {
    const parts = [{ detector: watch, state: detector, limits: limits.watches[w], score }];
    const proof = evidenceOf(point, { score, threshold: rules.threshold, parts });
    return rarity === undefined ? proof : { ...proof, rarity: rarity() };
  };
  const decision = stepEpisode(episode, {
    kind,
    ts: point.ts,
    score,
    news: score,
    rules,
    perHour,
    criticality,
    severities: set.settings.severity,
    level: watch.level?.(detector) ?? point.value,
    normal: () => watch.normal?.(detector) ?? [],
    evidence,
  });
  const announced = rarity === undefined || !isBudgeted(kind)
    ? decision
    : announce(state.watches[w].announcing ??= {}, {
      episode,
      decision,
      kind,
      ts: point.ts,
      rarity: score >= rules.threshold ? rarity : undefined,
      line: lineAt?.(point.ts, kind) ?? 0,
      evidence,
    });
  if (announced !== undefined) decisions.push(announced);
}

/** Undefined for a watch that looks for facts. */
function rarityOfWatch(
  state: SensorState,
  w: number,
  { set, point, perHour, limits }: Fold,
): (() => Rarity) | undefined {
  const { name, excess } = set.watches[w];
  const { kind, detector } = state.watches[w];
  if (excess === undefined || !isBudgeted(kind)) return undefined;
  const ageDays = state.readings / perHour / 24;
  return () => rarityFrom([{ detector: name, excess: excess(detector, point, limits.watches[w]) }], { kind, ageDays });
}

/** Where the sensor was lately, and where its frozen baseline has it: within a standard deviation of its mean. */
function normalBands({ level, baseline: { frozen, moments: { mean, variance } } }: SensorState): Band[] {
  const known = bandOf(level);
  const deviation = Math.sqrt(variance);
  return [
    ...frozen ? [{ low: mean - deviation, high: mean + deviation }] : [],
    ...known === undefined ? [] : [known],
  ];
}

/** Takes the reading of `fold`, which scored `score`, into the state. */
export function learn(state: SensorState, { set, point, limits }: Fold, score: number): void {
  const { detectors, watches, settings } = set;
  const anomalous = score >= settings.episode.threshold;
  if (!anomalous || settings.learnsAnomalies) {
    const states = state.detectors;
    for (let d = 0; d < detectors.length; d++) detectors[d].learn(states[d], point, limits.detectors[d]);
  }
  const watched = state.watches;
  for (let w = 0; w < watches.length; w++) watches[w].learn(watched[w].detector, point, limits.watches[w]);
  learnLevel(state.level, point.steady, limits.level);
  learnGlitch(state.glitches, point, limits.glitch);
  const factor = learnPace(state.pace, point);
  if (factor !== 1) repace(state, { detectors, watches, factor });
  if (!state.baseline.frozen) {
    learnBaseline(state.baseline, { ts: point.ts, value: point.plain, anomalous }, {
      warmUp: settings.baselineReadings,
      learnsAnomalies: false,
    });
  }
  state.watermark = point.ts;
  state.readings++;
}

function repace(
  state: SensorState,
  { detectors, watches, factor }: Pick<DetectorSet, "detectors" | "watches"> & { factor: number },
): void {
  for (let d = 0; d < detectors.length; d++) detectors[d].repace?.(state.detectors[d], factor);
  for (let w = 0; w < watches.length; w++) watches[w].repace?.(state.watches[w].detector, factor);
}

function ensembleEvidence(state: SensorState, { fold, score }: { fold: Fold; score: number }): Evidence {
  const { set, point, limits, scores } = fold;
  const parts = set.detectors.map((detector, d) => (
    { detector, state: state.detectors[d], limits: limits.detectors[d], score: scores[d] }
  ));
  const evidence = evidenceOf(point, { score, threshold: set.settings.episode.threshold, parts });
  return { ...evidence, rarity: rarityNow(state, fold) };
}

function rarityNow({ detectors, readings }: SensorState, fold: Fold): Rarity {
  return explainRarity(detectors, fold, readings);
}
