/**
 * Measures the isolation forest on tables with labelled outliers: the whole table is fitted and then scored, as is
 * usual for them, beside a largest robust z and Mahalanobis' distance.
 */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { median, medianAbsoluteDeviation, standardDeviation } from "simple-statistics";
import { fitHotelling, scoreHotelling } from "../domain/detection/detectors/hotelling.ts";
import { fitForest, FOREST_DEFAULTS, scoreRows } from "../domain/detection/detectors/isolation_forest.ts";
import { FeatureFileError, type FeatureRows, readFeatureRows } from "./feature_rows.ts";
import { meanAndDeviation, rocAuc } from "./roc_auc.ts";

/** Areas under the ROC curve, 0 to 1. */
export interface OutlierFigures {
  /** The file's name without ".csv". */
  readonly set: string;
  readonly rows: number;
  readonly features: number;
  readonly outliers: number;
  /** The forest with its default seed. */
  readonly forest: number;
  /** The forest with seeds 1 to 10. */
  readonly forestMean: number;
  readonly forestDeviation: number;
  readonly robustZ: number;
  readonly mahalanobis: number;
}

const SEEDS = Array.from({ length: 10 }, (_, i) => i + 1);

/**
 * One result a labelled CSV of `folder`, by name. Throws a FeatureFileError on a file without labels or with a bad row.
 */
export async function evaluateOutliers(
  folder: string,
  progress: (done: number, of: number) => void,
): Promise<OutlierFigures[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".csv")).sort();
  if (names.length === 0) throw new FeatureFileError(`${folder}: no CSV in it`);
  const figures: OutlierFigures[] = [];
  for (const name of names) {
    progress(figures.length, names.length);
    figures.push(measure(name.slice(0, -".csv".length), await readFeatureRows(join(folder, name))));
  }
  progress(names.length, names.length);
  return figures;
}

function measure(set: string, { features, values, labels }: FeatureRows): OutlierFigures {
  if (labels === undefined) throw new FeatureFileError(`${set}.csv: its last column is not "label"`);
  const columns = features.length;
  const auc = (seed: number) => rocAuc(scoreRows(fitForest(values, { features: columns, seed }), values), labels);
  const { mean, deviation } = meanAndDeviation(SEEDS.map(auc));
  const model = fitHotelling(values, { columns, shrinkage: 0 });
  const distances = perRow(values, columns, (row) => scoreHotelling(model, row).t2);
  return {
    set,
    rows: labels.length,
    features: columns,
    outliers: labels.reduce((sum, label) => sum + label, 0),
    forest: auc(FOREST_DEFAULTS.seed),
    forestMean: mean,
    forestDeviation: deviation,
    robustZ: rocAuc(largestRobustZ(values, { columns }), labels),
    mahalanobis: rocAuc(distances, labels),
  };
}

function perRow(values: Float64Array, columns: number, score: (row: Float64Array) => number): Float64Array {
  return Float64Array.from(
    { length: values.length / columns },
    (_, i) => score(values.subarray(i * columns, (i + 1) * columns)),
  );
}

/**
 * The largest distance from a column's median, in its median absolute deviations (its standard deviation where that is
 * 0); both are learnt from `learnt`, all rows unless given.
 */
export function largestRobustZ(
  values: Float64Array,
  { columns, learnt = values }: { columns: number; learnt?: Float64Array },
): Float64Array {
  const scales = Array.from({ length: columns }, (_, f) => {
    const column = Array.from(learnt.filter((_, i) => i % columns === f));
    const spread = 1.4826 * medianAbsoluteDeviation(column) || standardDeviation(column) || 1;
    return { level: median(column), spread };
  });
  const largest = (row: Float64Array) =>
    Math.max(...scales.map(({ level, spread }, f) => Math.abs(row[f] - level) / spread));
  return perRow(values, columns, largest);
}
