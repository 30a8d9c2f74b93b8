/**
 * Assessment of an asset: a fold over its rows in data time. The same function serves live batches, reprocessing and
 * evaluation, and a result never depends on where the rows were cut.
 */
import { type Distance, fitModel, forestDistance, modesDistance, rowOf, tSquaredDistance } from "./asset_model.ts";
import type { AssetRow } from "./asset_rows.ts";
import { addToSample } from "./asset_sample.ts";
import type { AssetDetectorName, AssetSettings, AssetWeights } from "./asset_settings.ts";
import { type AssetMemory, type AssetRules, type AssetState, type SmoothedName } from "./asset_state.ts";
import { announce } from "./announcement.ts";
import { pushRow, streamFacts } from "./asset_stream.ts";
import { type Rarity, rarityFrom, READINGS_PER_DAY } from "./rarity.ts";
import { noisyOr, withCaution } from "./ensemble.ts";
import { type Contribution, type Decision, type Evidence, stepEpisode } from "./episode.ts";

export interface AssetAssessment {
  readonly decisions: readonly Decision[];
  /** Of each row; 0 while nothing judges it. */
  readonly scores: Float64Array;
  /** Whether a new model was fitted. */
  readonly fitted: boolean;
}

const HOUR_MS = 3_600_000;

/** Kind of the asset's episodes. */
export const ASSET_ANOMALY = "asset_anomaly";

/** Folds `rows`, whose columns are the sensors of `rules`, into `asset`, which it changes in place. */
export function assessAsset(asset: AssetMemory, rows: readonly AssetRow[], rules: AssetRules): AssetAssessment {
  const decisions: Decision[] = [];
  const model = asset.model;
  const { caution, episode } = rules.settings;
  const scores = Float64Array.from(rows, (row) => {
    const judged = judgeRow(asset, row, rules);
    const evidence = () => evidenceOf(asset, { row, judged, rules });
    const decision = stepEpisode(asset.state.episode, {
      kind: ASSET_ANOMALY,
      ts: row.ts,
      score: judged.score,
      news: withCaution(judged.score, asset.state.rows, { readings: caution.rows, power: caution.power }),
      rules: episode,
      criticality: rules.criticality,
      perHour: HOUR_MS / asset.state.binMs,
      level: 0,
      normal: () => [],
      evidence,
    });
    const announced = announce(asset.state.announcing ??= {}, {
      episode: asset.state.episode,
      decision,
      kind: ASSET_ANOMALY,
      ts: row.ts,
      rarity: judged.score >= episode.threshold
        ? () => rarityNow(asset, { judged, settings: rules.settings })
        : undefined,
      line: rules.lineAt?.(row.ts, ASSET_ANOMALY) ?? 0,
      evidence,
    });
    if (announced !== undefined) decisions.push(announced);
    learnRow(asset, row, rules.settings);
    asset.state.closedTo = row.ts + asset.state.binMs;
    asset.state.rows++;
    return judged.score;
  });
  return { decisions, scores, fitted: asset.model !== model };
}

interface Part {
  readonly detector: AssetDetectorName;
  /** 0 to 1; NaN: it cannot judge. */
  readonly score: number;
  /** In its own measure, without an upper end; 0 while it cannot judge. */
  readonly excess: number;
  /** Per column of the rows: its part of what the detector found, adding up to 1. Empty: the detector cannot tell. */
  readonly shares: () => readonly number[];
  readonly facts: () => Readonly<Record<string, number>>;
}

interface Judged {
  readonly score: number;
  readonly parts: readonly Part[];
}

function judgeRow(asset: AssetMemory, { ts, values }: AssetRow, { settings }: AssetRules): Judged {
  const { state } = asset;
  const parts = [streamPart(state, ts, values), ...modelParts(asset, values, settings)];
  const byName = weightsOf(asset, settings);
  const weights = parts.map(({ detector }) => byName[detector]);
  return { score: noisyOr(parts.map(({ score }) => score), weights), parts };
}

/** By what each detector counts, as far as operating modes are known. */
export function weightsOf({ model }: AssetMemory, settings: AssetSettings): AssetWeights {
  return model !== undefined && model.modes.length > 0 ? settings.weightsInModes : settings.weights;
}

function streamPart(state: AssetState, ts: number, values: Float64Array): Part {
  const score = pushRow(state.stream, ts, values);
  const learning = state.stream.references.every((reference) => reference === null);
  return {
    detector: "asset_stream",
    score: learning ? NaN : score,
    excess: learning ? 0 : state.stream.held,
    shares: () => state.stream.contributions,
    facts: () => {
      const { correlationFactor, departures } = streamFacts(state.stream);
      return { correlationFactor, largestDeparture: largest(departures), excess: state.stream.held };
    },
  };
}

function modelParts({ state, model }: AssetMemory, values: Float64Array, settings: AssetSettings): Part[] {
  const row = model && rowOf(model, { sensors: state.sensors, values });
  if (model === undefined || row === undefined) {
    return [unjudged("t_squared"), unjudged("isolation_forest"), unjudged("operating_modes")];
  }
  /** Parts of the model's columns as parts of the rows'. */
  const placed = (parts: readonly number[]) => {
    const shares = Array<number>(state.sensors.length).fill(0);
    for (const [i, id] of model.sensors.entries()) {
      const j = state.sensors.indexOf(id);
      if (j >= 0) shares[j] = parts[i];
    }
    return shares;
  };
  const part = (detector: SmoothedName, { distance, parts, mode }: Distance): Part => {
    const smooth = smoothed(state, { detector, distance, by: settings.smoothing });
    const excess = Math.max(0, smooth - FREE);
    return {
      detector,
      score: excess / (excess + FREE),
      excess,
      shares: () => parts.length > 0 ? placed(sharesOf(parts)) : [],
      facts: () => ({ distance, smoothed: smooth, excess, ...mode === undefined ? {} : { mode: mode + 1 } }),
    };
  };
  const modes = modesDistance(model, row);
  return [
    part("t_squared", tSquaredDistance(model, row)),
    part("isolation_forest", { distance: forestDistance(model, row), parts: [] }),
    modes === undefined ? unjudged("operating_modes") : part("operating_modes", modes),
  ];
}

function sharesOf(contributions: readonly number[]): number[] {
  const positive = contributions.map((part) => Math.max(0, part));
  const sum = positive.reduce((all, part) => all + part, 0);
  return positive.map((part) => sum > 0 ? part / sum : 0);
}

/** Half way from the middle of the baseline to its edge: a smoothed distance under it says nothing. */
const FREE = 0.5;
/** One row alone does not decide. */
const DISTANCE_MAX = 10;

function smoothed(
  state: AssetState,
  { detector, distance, by }: { detector: SmoothedName; distance: number; by: number },
) {
  const before = state.smooth[detector] ?? 0;
  const now = before + by * (Math.min(distance, DISTANCE_MAX) - before);
  state.smooth[detector] = now;
  return now;
}

function unjudged(detector: AssetDetectorName): Part {
  return { detector, score: NaN, excess: 0, shares: () => [], facts: () => ({}) };
}

function largest(departures: readonly number[]): number {
  return departures.reduce((most, z) => Math.abs(z) > Math.abs(most) ? z : most, 0);
}

function learnRow(asset: AssetMemory, row: AssetRow, settings: AssetSettings): void {
  const { state } = asset;
  if (state.sample === undefined) return;
  addToSample(state.sample, row.values, settings.sampleMax);
  if (state.sample.seen < settings.fitsAt[state.fits]) return;
  const model = fitModel(state.sample, { sensors: state.sensors, version: state.model + 1, settings });
  state.fits++;
  if (model !== undefined) {
    asset.model = model;
    state.model = model.version;
    state.modes = model.modes.length;
  }
  if (state.fits === settings.fitsAt.length) state.sample = undefined;
}

/** Of what has a say, how far each finds the row outside what is usual. */
function rarityNow(asset: AssetMemory, { judged, settings }: { judged: Judged; settings: AssetSettings }): Rarity {
  const weights = weightsOf(asset, settings);
  const spoke = judged.parts.filter(({ detector }) => weights[detector] > 0);
  return rarityFrom(spoke, { kind: ASSET_ANOMALY, ageDays: asset.state.rows / READINGS_PER_DAY });
}

function evidenceOf(
  asset: AssetMemory,
  { row, judged, rules }: { row: AssetRow; judged: Judged; rules: AssetRules },
): Evidence {
  const { sensors, settings } = rules;
  const weights = weightsOf(asset, settings);
  const spoke = judged.parts.filter(({ detector }) => weights[detector] > 0);
  const named = spoke.filter(({ score }) => score > 0)
    .map(({ detector, score, shares }) => ({ weight: weights[detector] * score, shares: shares() }))
    .filter(({ shares }) => shares.length > 0);
  const all = named.reduce((sum, { weight }) => sum + weight, 0);
  const shares = sensors.map((_, j) =>
    all > 0 ? named.reduce((sum, { weight, shares }) => sum + weight * shares[j], 0) / all : 0
  );
  const contributions: Contribution[] = spoke.filter(({ score }) => !Number.isNaN(score))
    .map(({ detector, score, facts }) => ({ detector, score, facts: facts() }));
  const loudest = sensors.map(({ key }, j) => ({ key, share: shares[j] })).filter(({ share }) => share >= 0.1)
    .sort((a, b) => b.share - a.share).slice(0, 3);
  return {
    ts: row.ts,
    value: streamFacts(asset.state.stream).departures.reduce((most, z) => Math.abs(z) > Math.abs(most) ? z : most, 0),
    score: judged.score,
    threshold: settings.episode.threshold,
    contributions,
    missing: spoke.filter(({ score }) => Number.isNaN(score)).map(({ detector }) => detector),
    about: loudest.map(({ key, share }) => `${key} ${Math.round(100 * share)} %`).join(", ") || "all sensors together",
    sensors: sensors.map(({ id }, j) => ({ sensorId: id, share: shares[j] })).filter(({ share }) => share >= 0.01)
      .sort((a, b) => b.share - a.share).slice(0, EVIDENCE_SENSORS_MAX),
    rarity: rarityNow(asset, { judged, settings }),
  };
}

/** Sensors that an evidence names, the loudest. */
const EVIDENCE_SENSORS_MAX = 20;
