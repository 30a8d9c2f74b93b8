/**
 * k-means: parts rows into `k` groups about their means.
 *
 * Idea: each row belongs to the nearest centre, each centre is the mean of its rows, in turns until nothing moves
 *   (Lloyd). The first centres are drawn far from each other (k-means++ [1]), several times; the closest fit counts.
 *   `separation` says how well the groups part: the mean over rows of (b - a)/max(a, b), a the distance to the row's
 *   own centre and b to the next one (simplified silhouette [2]); towards 1 they part clearly, a single cloud that is
 *   cut in two has some 0.5.
 *
 * Cost: O(rows k columns) a turn, at most 50 turns. Equal seeds and rows give equal groups to the last bit.
 *
 * [1] D. Arthur, S. Vassilvitskii, k-means++, SODA 2007. [2] E. R. Hruschka et al., Evolving clusters in
 * gene-expression data, 2006.
 */
import { seededRandom } from "./random.ts";

export interface Groups {
  readonly centers: readonly Float64Array[];
  /** Per row: its group. */
  readonly of: Uint8Array;
  /** Sum of squared distances to the centres. */
  readonly squares: number;
  readonly separation: number;
  /** Share of rows that are hardly nearer to their own centre than to the next: (b - a)/max(a, b) under `BETWEEN`. */
  readonly between: number;
}

const TURNS_MAX = 50;
const STARTS = 5;
const BETWEEN = 0.3;

/**
 * Groups `rows` (all of the same length, finite) into `k` from 1 to 255. Throws a RangeError with fewer rows than that.
 */
export function kMeans(rows: readonly Float64Array[], { k, seed }: { k: number; seed: number }): Groups {
  if (!Number.isInteger(k) || k < 1 || k > 255 || rows.length < k) {
    throw new RangeError(`${rows.length} rows cannot be parted into ${k} groups.`);
  }
  const random = seededRandom(seed);
  let best: Omit<Groups, keyof Parting> | undefined;
  for (let start = 0; start < STARTS; start++) {
    const groups = settle(rows, firstCenters(rows, { k, random }));
    if (best === undefined || groups.squares < best.squares) best = groups;
  }
  return { ...best!, ...partingOf(rows, best!.centers) };
}

function firstCenters(
  rows: readonly Float64Array[],
  { k, random }: { k: number; random: () => number },
): Float64Array[] {
  const centers = [rows[Math.floor(random() * rows.length)].slice()];
  while (centers.length < k) {
    const distances = rows.map((row) => Math.min(...centers.map((center) => squareDistance(row, center))));
    let left = random() * distances.reduce((sum, part) => sum + part, 0);
    let at = 0;
    while (at < rows.length - 1 && (left -= distances[at]) > 0) at++;
    centers.push(rows[at].slice());
  }
  return centers;
}

function settle(rows: readonly Float64Array[], centers: Float64Array[]): Omit<Groups, keyof Parting> {
  const of = new Uint8Array(rows.length);
  let squares = 0;
  for (let turn = 0; turn < TURNS_MAX; turn++) {
    let moved = turn === 0;
    squares = 0;
    for (const [i, row] of rows.entries()) {
      const [nearest, distance] = nearestOf(centers, row);
      moved ||= of[i] !== nearest;
      of[i] = nearest;
      squares += distance;
    }
    if (!moved) break;
    const counts = new Uint32Array(centers.length);
    const sums = centers.map((center) => new Float64Array(center.length));
    for (const [i, row] of rows.entries()) {
      counts[of[i]]++;
      for (let j = 0; j < row.length; j++) sums[of[i]][j] += row[j];
    }
    // A centre without rows stays where it is.
    for (const [g, sum] of sums.entries()) if (counts[g] > 0) centers[g] = sum.map((part) => part / counts[g]);
  }
  return { centers, of, squares };
}

function nearestOf(centers: readonly Float64Array[], row: Float64Array): [group: number, distance: number] {
  let [nearest, distance] = [0, Infinity];
  for (const [g, center] of centers.entries()) {
    const far = squareDistance(row, center);
    if (far < distance) [nearest, distance] = [g, far];
  }
  return [nearest, distance];
}

type Parting = Pick<Groups, "separation" | "between">;

function partingOf(rows: readonly Float64Array[], centers: readonly Float64Array[]): Parting {
  if (centers.length < 2) return { separation: 0, between: 1 };
  let [sum, between] = [0, 0];
  for (const row of rows) {
    const [own, next] = centers.map((center) => Math.sqrt(squareDistance(row, center))).sort((a, b) => a - b);
    const parts = next > 0 ? (next - own) / next : 0;
    sum += parts;
    if (parts < BETWEEN) between++;
  }
  return { separation: sum / rows.length, between: between / rows.length };
}

function squareDistance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += (a[j] - b[j]) ** 2;
  return sum;
}
