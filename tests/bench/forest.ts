/**
 * Speed of the isolation forest beside the npm package `isolation-forest`, in the same run on the same rows: fitting,
 * scoring in one batch, scoring row by row, at 1, 3 and 8 features.
 */
import { IsolationForest } from "isolation-forest";
import { fitForest, scoreRow, scoreRows } from "../../src/domain/detection/detectors/isolation_forest.ts";
import { seededRandom } from "../../src/domain/detection/stats/random.ts";

const ROWS = 200_000;

/** The package keeps every row in its leaves and grows each tree on all of them: more rows would take minutes. */
const PACKAGE_ROWS = 20_000;
const PACKAGE_SCORED = 10_000;

const FEATURES = [1, 3, 8];

/** The best of `runs` runs, ms: what disturbs a run only ever makes it longer. */
function bestMs(runs: number, body: () => void): number {
  let best = Infinity;
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    body();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

interface Measured {
  readonly fitMs: number;
  /** Rows a second. */
  readonly batch: number;
  readonly single: number;
}

function measureOurs(rows: Float64Array, features: number): Measured {
  let forest = fitForest(rows, { features });
  const fitMs = bestMs(20, () => {
    forest = fitForest(rows, { features });
  });
  const scores = new Float64Array(ROWS);
  const batchMs = bestMs(5, () => {
    scoreRows(forest, rows, scores);
  });
  const singleMs = bestMs(3, () => {
    for (let i = 0; i < ROWS; i++) scores[i] = scoreRow(forest, rows.subarray(i * features, (i + 1) * features));
  });
  return { fitMs, batch: ROWS / batchMs * 1_000, single: ROWS / singleMs * 1_000 };
}

function measurePackage(rows: Float64Array, features: number): Measured {
  const table = Array.from(
    { length: PACKAGE_ROWS },
    (_, i) => Object.fromEntries(Array.from({ length: features }, (_, f) => [`f${f}`, rows[i * features + f]])),
  );
  let forest = new IsolationForest(100, 256);
  const fitMs = bestMs(2, () => {
    // A second fit would append trees that are never used.
    forest = new IsolationForest(100, 256);
    forest.fit(table);
  });
  const scored = table.slice(0, PACKAGE_SCORED);
  const batchMs = bestMs(2, () => {
    forest.predict(scored);
  });
  const singleMs = bestMs(2, () => {
    for (const row of scored) forest.predict([row]);
  });
  return { fitMs, batch: PACKAGE_SCORED / batchMs * 1_000, single: PACKAGE_SCORED / singleMs * 1_000 };
}

/** Prints the table; takes about half a minute. */
export function run(): void {
  const thousands = (value: number) => `${Math.round(value / 1_000)} k`;
  const times = (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)}x`;
  console.log(`Isolation forest, 100 trees x 256; ours fitted on ${ROWS} rows, the npm package on ${PACKAGE_ROWS}`);
  const head = ["features", "fit ms: ours", "npm", "ratio", "batch rows/s: ours", "npm", "ratio"];
  const lines = [[...head, "single rows/s: ours", "npm", "ratio"]];
  for (const features of FEATURES) {
    const random = seededRandom(features);
    const rows = Float64Array.from({ length: ROWS * features }, () => random() + random() + random());
    const ours = measureOurs(rows, features), theirs = measurePackage(rows, features);
    lines.push([
      String(features),
      ours.fitMs.toFixed(1),
      theirs.fitMs.toFixed(0),
      times(theirs.fitMs / ours.fitMs),
      thousands(ours.batch),
      thousands(theirs.batch),
      times(ours.batch / theirs.batch),
      thousands(ours.single),
      thousands(theirs.single),
      times(ours.single / theirs.single),
    ]);
  }
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  for (const line of lines) console.log(line.map((cell, column) => cell.padStart(widths[column])).join("  "));
}
