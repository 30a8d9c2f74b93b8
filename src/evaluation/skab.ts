/**
 * Measures the detection on assets by the Skoltech Anomaly Benchmark: each file from a fresh state, its first rows for
 * learning and the others scored, one parameter set for all files. The flow loop's leaderboard figure (F1) rewards
 * flagging everything, so what counts is the area under the ROC curve over the pooled rows of all files, and the
 * missed-alarm rate at a fixed false-alarm rate.
 */
import { createAssetStream, resumeAssetStream } from "../domain/detection/asset_stream.ts";
import { ASSET_STREAM_DEFAULTS, type AssetStreamSettings } from "../domain/detection/asset_stream_state.ts";
import { ASSET_DEFAULTS, type AssetSettings } from "../domain/detection/asset_settings.ts";
import { scoreAsset } from "../domain/detection/score_asset.ts";
import { fitHotelling, scoreHotelling } from "../domain/detection/detectors/hotelling.ts";
import { fitForest, FOREST_DEFAULTS, scoreRows } from "../domain/detection/detectors/isolation_forest.ts";
import { largestRobustZ } from "./outliers.ts";
import { alarmFigures, meanAndDeviation, missedAt, rocAuc, type ThresholdFigures } from "./roc_auc.ts";
import { readSkab, type SkabSeries } from "./skab_files.ts";

/** All shares are 0 to 1. */
export interface SkabMethod {
  readonly method: string;
  /** Area under the ROC curve: mean of the files, and over the rows of all files. */
  readonly aucFile: number;
  readonly aucPooled: number;
  /** With each file's threshold at the 99.9 % point of its own training rows. */
  readonly atTraining: ThresholdFigures;
  /** Missed-alarm rate at the one threshold with a false-alarm rate of 13.5 %. */
  readonly marAtFar: number;
}

export interface SkabFigures {
  readonly files: number;
  readonly rows: number;
  readonly anomalousRows: number;
  /** The asset's ensemble, its stream, then the methods to compare them with. */
  readonly methods: readonly SkabMethod[];
  /** The asset stream alarming at a score of 0.5, the same for all files. */
  readonly streamAtHalf: ThresholdFigures;
  /** The area over pooled rows of the forest with seeds 1 to 10. */
  readonly forestPooled: { readonly mean: number; readonly deviation: number };
  /** The stream's area in each file, by name. */
  readonly byFile: Readonly<Record<string, number>>;
}

/** Scores of one file: `training` of the rows learnt from (for a threshold), `judged` of the rows behind them. */
interface Scored {
  readonly training: Float64Array;
  readonly judged: Float64Array;
}

export const SKAB_TRAINING_ROWS = 400;
export const SKAB_FAR = 0.135;

const WINDOW = 30;
const SEEDS = Array.from({ length: 10 }, (_, i) => i + 1);

const METHODS: Readonly<Record<string, (series: SkabSeries, stream: AssetStreamSettings) => Scored>> = {
  "asset ensemble": (series, stream) => scoreEnsemble(series, { ...ASSET_DEFAULTS, stream }),
  "asset ensemble without forest": (series, stream) =>
    scoreEnsemble(series, {
      ...ASSET_DEFAULTS,
      stream,
      weights: { ...ASSET_DEFAULTS.weights, isolation_forest: 0 },
    }),
  "asset stream": scoreStream,
  "largest robust z": (series) => split(robustZ(series.values, series.sensors.length)),
  "largest robust z of 30-row means": (series) => {
    const columns = series.sensors.length;
    return split(robustZ(trailingMeans(series.values, { columns, window: WINDOW }), columns), WINDOW);
  },
  "T-squared of 30-row means": scoreHotellingMeans,
  "isolation forest, EWMA 0.1": (series) => scoreForest(series, FOREST_DEFAULTS.seed),
};

/** Throws an Error that names the file and line when a file cannot be read. */
export async function evaluateSkab(
  folder: string,
  progress: (done: number, of: number) => void,
  settings: AssetStreamSettings = ASSET_STREAM_DEFAULTS,
): Promise<SkabFigures> {
  // A file with no row left to judge says nothing.
  const all = (await readSkab(folder)).filter(({ anomaly }) => anomaly.length > SKAB_TRAINING_ROWS);
  const names = Object.keys(METHODS);
  const scored: Scored[][] = names.map(() => []);
  const seeded: Scored[][] = SEEDS.map(() => []);
  for (const [i, series] of all.entries()) {
    progress(i, all.length);
    for (const [m, name] of names.entries()) scored[m].push(METHODS[name](series, settings));
    for (const [s, seed] of SEEDS.entries()) seeded[s].push(scoreForest(series, seed));
  }
  progress(all.length, all.length);
  const labels = all.map(({ anomaly }) => anomaly.subarray(SKAB_TRAINING_ROWS));
  const pooledLabels = join(labels);
  const stream = scored[names.indexOf("asset stream")];
  return {
    files: all.length,
    rows: pooledLabels.length,
    anomalousRows: pooledLabels.reduce((sum, label) => sum + label, 0),
    methods: names.map((method, m) => figuresOf(method, scored[m], labels)),
    streamAtHalf: alarmFigures(
      join(stream.map(({ judged }) => Uint8Array.from(judged, (score) => score > 0.5 ? 1 : 0))),
      pooledLabels,
    ),
    forestPooled: meanAndDeviation(seeded.map((files) => rocAuc(joinScores(files), pooledLabels))),
    byFile: Object.fromEntries(all.map(({ name }, i) => [name, rocAuc(stream[i].judged, labels[i])])),
  };
}

function figuresOf(method: string, files: readonly Scored[], labels: readonly Uint8Array[]): SkabMethod {
  const pooled = joinScores(files), pooledLabels = join(labels);
  const perFile = files.map(({ judged }, i) => rocAuc(judged, labels[i])).filter((auc) => !Number.isNaN(auc));
  const alarms = files.map(({ training, judged }) => {
    const sorted = training.slice().sort();
    const threshold = sorted[Math.min(sorted.length - 1, Math.floor(0.999 * sorted.length))];
    return Uint8Array.from(judged, (score) => score > threshold ? 1 : 0);
  });
  return {
    method,
    aucFile: meanAndDeviation(perFile).mean,
    aucPooled: rocAuc(pooled, pooledLabels),
    atTraining: alarmFigures(join(alarms), pooledLabels),
    marAtFar: missedAt(SKAB_FAR, { scores: pooled, labels: pooledLabels }),
  };
}

/** The stream scores 0 while it learns, so its training scores are those of a copy that meets the same rows again. */
function scoreStream({ ts, values, sensors }: SkabSeries, given: AssetStreamSettings): Scored {
  const columns = sensors.length;
  const settings = { ...given, warmUp: SKAB_TRAINING_ROWS };
  const stream = createAssetStream(columns, settings);
  const rowOf = (i: number) => values.subarray(i * columns, (i + 1) * columns);
  for (let i = 0; i < SKAB_TRAINING_ROWS; i++) stream.push(ts[i], rowOf(i));
  const copy = resumeAssetStream(stream.encode(), { columns, settings }).stream;
  const training = Float64Array.from({ length: SKAB_TRAINING_ROWS }, (_, i) => copy.push(ts[i], rowOf(i)));
  const judged = Float64Array.from(
    { length: ts.length - SKAB_TRAINING_ROWS },
    (_, i) => stream.push(ts[i + SKAB_TRAINING_ROWS], rowOf(i + SKAB_TRAINING_ROWS)),
  );
  // Its window still holds the last rows before the first are met again.
  return { training: training.subarray(settings.window), judged };
}

/** As live; it scores 0 while it learns, so it has no training scores but the stream's. */
function scoreEnsemble(series: SkabSeries, settings: AssetSettings): Scored {
  const { ts, values, sensors } = series;
  const columns = sensors.map((_, j) => Float64Array.from(ts, (_, i) => values[i * sensors.length + j]));
  return {
    training: scoreStream(series, settings.stream).training,
    judged: scoreAsset(ts, columns, settings).slice(SKAB_TRAINING_ROWS),
  };
}

function scoreForest({ values, sensors }: SkabSeries, seed: number): Scored {
  const columns = sensors.length;
  const forest = fitForest(values.slice(0, SKAB_TRAINING_ROWS * columns), { features: columns, seed });
  const scores = scoreRows(forest, values);
  for (let i = 1; i < scores.length; i++) scores[i] = scores[i - 1] + 0.1 * (scores[i] - scores[i - 1]);
  return split(scores);
}

function scoreHotellingMeans({ values, sensors }: SkabSeries): Scored {
  const columns = sensors.length;
  const means = trailingMeans(values, { columns, window: WINDOW });
  const model = fitHotelling(means.slice(WINDOW * columns, SKAB_TRAINING_ROWS * columns), { columns, shrinkage: 0.1 });
  const scores = Float64Array.from(
    { length: means.length / columns },
    (_, i) => scoreHotelling(model, means.subarray(i * columns, (i + 1) * columns)).t2,
  );
  return split(scores, WINDOW);
}

function robustZ(values: Float64Array, columns: number): Float64Array {
  return largestRobustZ(values, { columns, learnt: values.slice(WINDOW * columns, SKAB_TRAINING_ROWS * columns) });
}

/** Means of the last `window` rows (of as many as there are), column by column. */
function trailingMeans(
  values: Float64Array,
  { columns, window }: { columns: number; window: number },
): Float64Array {
  return values.map((_, at) => {
    const row = Math.floor(at / columns);
    const from = Math.max(0, row - window + 1);
    let sum = 0;
    for (let i = from; i <= row; i++) sum += values[i * columns + at % columns];
    return sum / (row - from + 1);
  });
}

/** Training scores from row `from` on: before it, a window was not full. */
function split(scores: Float64Array, from = 0): Scored {
  return { training: scores.subarray(from, SKAB_TRAINING_ROWS), judged: scores.subarray(SKAB_TRAINING_ROWS) };
}

function joinScores(files: readonly Scored[]): Float64Array {
  return Float64Array.from(files.flatMap(({ judged }) => [...judged]));
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
