/**
 * Isolation forest [1]: rows that few random cuts tell apart from all others are unusual.
 *
 * Idea: each tree cuts a small sample of rows at random features and thresholds until every row is alone or the tree is
 *   as deep as a balanced one would be; an outlier ends near the root. Formula: score = 2^(-E[path length] /
 *   c(sample)), where c(n) is the mean path length of an unsuccessful search in a binary search tree of n rows. 0.5 is
 *   a row like most, towards 1 is isolated at once.
 *
 * Parameters: `trees` (more steady the score, cost grows in proportion; 100 is where it stops to matter), `sample`
 *   (rows a tree; small samples keep outliers from hiding each other; 256), `seed` (equal seeds and rows give equal
 *   scores to the last bit).
 *
 * Example: fitted on 256 rows of two features spread evenly over -0.5 to 0.5, the row (0, 0) scores 0.47, (10, 10)
 *   0.66.
 *
 * It is blind to time and to the order of rows: on a single series it is poor (see docs/detection_multivariate.md), so
 * it serves assets, not sensors.
 *
 * [1] F. T. Liu, K. M. Ting, Z.-H. Zhou, Isolation Forest, ICDM 2008.
 */
import { type Growth, growTrees, meanPathLength, type Trees } from "./isolation_tree.ts";

export interface ForestSettings {
  /** Values a row. */
  readonly features: number;
  readonly trees?: number;
  readonly sample?: number;
  readonly seed?: number;
}

export interface Forest extends Growth {
  readonly nodes: Trees;
  /** c(sample), by which path lengths are measured. */
  readonly usualPath: number;
}

export const FOREST_DEFAULTS = { trees: 100, sample: 256, seed: 1 } as const;

/**
 * Rows scored between two changes of tree: their values and one tree's nodes stay in the first-level cache together.
 */
const BLOCK_ROWS = 256;

/**
 * Fits a forest on `rows` (row after row, `features` finite values each); with fewer rows than `sample`, all are every
 * tree's sample. Throws a RangeError on fewer than two rows, on a value that is not finite, and on settings out of
 * range.
 */
export function fitForest(rows: Float64Array, settings: ForestSettings): Forest {
  const { features, trees = FOREST_DEFAULTS.trees, seed = FOREST_DEFAULTS.seed } = settings;
  requireWhole("features", features, { least: 1, most: 65_535 });
  requireWhole("trees", trees, { least: 1, most: 10_000 });
  requireWhole("sample", settings.sample ?? FOREST_DEFAULTS.sample, { least: 2, most: 65_536 });
  requireRows(rows, features);
  if (rows.length < 2 * features) {
    throw new RangeError("A forest needs at least two rows: with one, every row is normal.");
  }
  const sample = Math.min(settings.sample ?? FOREST_DEFAULTS.sample, rows.length / features);
  return forestOf({ features, trees, sample, seed, depth: Math.ceil(Math.log2(sample)) }, rows);
}

function forestOf(growth: Growth, rows: Float64Array): Forest {
  return { ...growth, nodes: growTrees(rows, growth), usualPath: meanPathLength(growth.sample) };
}

/**
 * A score per row, in 0 to 1, into `out` when given. Throws a RangeError, before any score is written, on a value that
 * is not finite: comparisons with NaN are false, so such a row would pass for a normal one.
 */
export function scoreRows(forest: Forest, rows: Float64Array, out?: Float64Array): Float64Array {
  requireRows(rows, forest.features);
  const count = rows.length / forest.features;
  const scores = out ?? new Float64Array(count);
  if (scores.length !== count) {
    throw new RangeError(`${count} rows need room for as many scores, not for ${scores.length}.`);
  }
  scores.fill(0);
  for (let from = 0; from < count; from += BLOCK_ROWS) {
    addPaths(forest, rows, { scores, from, to: Math.min(from + BLOCK_ROWS, count) });
  }
  const scale = -1 / (forest.trees * forest.usualPath);
  for (let i = 0; i < count; i++) scores[i] = 2 ** (scores[i] * scale);
  return scores;
}

/**
 * Adds every tree's path length to the scores of the rows `from` up to `to`. Four walks at a time hide each other's
 * waits for memory; the unary plus turns a comparison into 0 or 1 without the branch that `? 1 : 0` compiles to, which
 * would be mispredicted every other time (3.6 times slower).
 */
function addPaths(
  forest: Forest,
  rows: Float64Array,
  { scores, from, to }: { scores: Float64Array; from: number; to: number },
): void {
  const { features, trees, depth } = forest;
  const { roots, feature, threshold, left, leaf, path } = forest.nodes;
  for (let tree = 0; tree < trees; tree++) {
    const base = roots[tree];
    let row = from;
    for (; row + 4 <= to; row += 4) {
      const r0 = row * features, r1 = r0 + features, r2 = r1 + features, r3 = r2 + features;
      let n0 = base, n1 = base, n2 = base, n3 = base;
      for (let step = 0; step < depth; step++) {
        n0 = left[n0] + +(rows[r0 + feature[n0]] >= threshold[n0]);
        n1 = left[n1] + +(rows[r1 + feature[n1]] >= threshold[n1]);
        n2 = left[n2] + +(rows[r2 + feature[n2]] >= threshold[n2]);
        n3 = left[n3] + +(rows[r3 + feature[n3]] >= threshold[n3]);
      }
      scores[row] += path[leaf[n0]];
      scores[row + 1] += path[leaf[n1]];
      scores[row + 2] += path[leaf[n2]];
      scores[row + 3] += path[leaf[n3]];
    }
    for (; row < to; row++) {
      const at = row * features;
      let node = base;
      for (let step = 0; step < depth; step++) node = left[node] + +(rows[at + feature[node]] >= threshold[node]);
      scores[row] += path[leaf[node]];
    }
  }
}

/** The score of one row, equal to what `scoreRows` gives it to the last bit. Throws as that does. */
export function scoreRow(forest: Forest, row: Float64Array): number {
  requireRows(row, forest.features);
  if (row.length !== forest.features) throw new RangeError(`One row has ${forest.features} values, not ${row.length}.`);
  const { trees, depth } = forest;
  const { roots, feature, threshold, left, leaf, path } = forest.nodes;
  let sum = 0;
  let tree = 0;
  for (; tree + 4 <= trees; tree += 4) {
    let n0 = roots[tree], n1 = roots[tree + 1], n2 = roots[tree + 2], n3 = roots[tree + 3];
    for (let step = 0; step < depth; step++) {
      n0 = left[n0] + +(row[feature[n0]] >= threshold[n0]);
      n1 = left[n1] + +(row[feature[n1]] >= threshold[n1]);
      n2 = left[n2] + +(row[feature[n2]] >= threshold[n2]);
      n3 = left[n3] + +(row[feature[n3]] >= threshold[n3]);
    }
    // Added one by one, in the order of the trees: the sum of four would round otherwise than scoreRows does.
    sum += path[leaf[n0]];
    sum += path[leaf[n1]];
    sum += path[leaf[n2]];
    sum += path[leaf[n3]];
  }
  for (; tree < trees; tree++) {
    let node = roots[tree];
    for (let step = 0; step < depth; step++) node = left[node] + +(row[feature[node]] >= threshold[node]);
    sum += path[leaf[node]];
  }
  return 2 ** (sum * (-1 / (trees * forest.usualPath)));
}

function requireRows(rows: Float64Array, features: number): void {
  if (rows.length % features !== 0) throw new RangeError(`${rows.length} values are not rows of ${features}.`);
  for (let i = 0; i < rows.length; i++) {
    // Subtracting a number from itself is 0 for finite ones only, and costs less than a call.
    if (rows[i] - rows[i] !== 0) {
      throw new RangeError(
        `Row ${Math.floor(i / features)}, feature ${i % features} is ${rows[i]}, not a finite number.`,
      );
    }
  }
}

function requireWhole(name: string, value: number, { least, most }: { least: number; most: number }): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`The forest's ${name} must be a whole number from ${least} to ${most}, not ${value}.`);
  }
}
