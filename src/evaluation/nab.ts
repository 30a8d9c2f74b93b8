/**
 * The scorer of the Numenta Anomaly Benchmark, from its description: what a detection is worth depends on where it lies
 * in a labelled window, false alarms cost more the further from one they are, and the threshold is the best one for all
 * files together.
 * Source: A. Lavin, S. Ahmad, ICMLA 2015; numenta/NAB ea702d7.
 */

export interface NabFile {
  readonly name: string;
  /** One score per row, 0 to 1. */
  readonly scores: ArrayLike<number>;
  /** Labelled windows as inclusive pairs of row numbers, in order. */
  readonly windows: readonly (readonly [number, number])[];
}

export interface NabProfile {
  readonly name: string;
  /** What a true positive, a false negative and a false positive weigh. */
  readonly tp: number;
  readonly fn: number;
  readonly fp: number;
}

export const NAB_PROFILES: readonly NabProfile[] = [
  { name: "standard", tp: 1, fn: 1, fp: 0.11 },
  { name: "reward low FP", tp: 1, fn: 1, fp: 0.22 },
  { name: "reward low FN", tp: 1, fn: 2, fp: 0.11 },
];

export interface NabResult {
  readonly profile: string;
  /** 100 is perfect, 0 is detecting nothing; it can be far below. */
  readonly score: number;
  readonly threshold: number;
}

/** Rows at the beginning of a file that are not judged. */
export function probation(rows: number): number {
  return Math.min(Math.floor(0.15 * rows), 750);
}

/** The result for the threshold that serves `profile` best, or for the one given. */
export function scoreNab(files: readonly NabFile[], profile: NabProfile, given?: number): NabResult {
  const rows = files.flatMap((file) => judgedRows(file, profile));
  const windows = files.reduce((sum, file) => sum + file.windows.length, 0);
  rows.sort((a, b) => b.score - a.score);
  const nothing = -profile.fn * windows;
  const best = Array<number>(windows).fill(NaN);
  let total = nothing;
  let top = { total: nothing, threshold: 1.1 };
  for (let i = 0; i < rows.length; i++) {
    const { score, value, window } = rows[i];
    if (given !== undefined && score < given) break;
    if (window === undefined) total += value;
    else if (!(value <= best[window])) {
      total += value - (Number.isNaN(best[window]) ? -profile.fn : best[window]);
      best[window] = value;
    }
    if (rows[i + 1]?.score !== score && (given !== undefined || total > top.total)) top = { total, threshold: score };
  }
  return { profile: profile.name, score: 100 * (top.total - nothing) / (windows - nothing), threshold: top.threshold };

  function judgedRows(file: NabFile, profile: NabProfile) {
    const before = files.slice(0, files.indexOf(file)).reduce((sum, other) => sum + other.windows.length, 0);
    const rows: { score: number; value: number; window: number | undefined }[] = [];
    const from = probation(file.scores.length);
    let next = 0;
    for (let i = 0; i < file.scores.length; i++) {
      while (next < file.windows.length && file.windows[next][1] < i) next++;
      if (i < from) continue;
      const inside = next < file.windows.length && file.windows[next][0] <= i;
      const value = inside
        ? insideValue(i, file.windows[next]) * profile.tp
        : outsideValue(i, file.windows[next - 1]) * profile.fp;
      rows.push({ score: file.scores[i], value, window: inside ? before + next : undefined });
    }
    return rows;
  }
}

/** 1 at the first row of a window, nearly 0 at the last. */
function insideValue(i: number, [left, right]: readonly [number, number]): number {
  return sigmoid(-(right - i + 1) / (right - left + 1)) / sigmoid(-1);
}

/** Nearly 0 right behind a window, -1 at three widths behind it and wherever no window came before. */
function outsideValue(i: number, former: readonly [number, number] | undefined): number {
  if (former === undefined) return -1;
  const [left, right] = former;
  return sigmoid((i - right) / (right - left));
}

function sigmoid(x: number): number {
  return x > 3 ? -1 : 2 / (1 + Math.exp(5 * x)) - 1;
}
