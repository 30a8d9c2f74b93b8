/**
 * Grows the trees of an isolation forest in typed arrays. A tree owns `stride` node slots, filled breadth first; `left`
 * is where the left child lies and the right child is the next slot. A leaf points to itself and has an infinite
 * threshold, so that a walk of `depth` steps from the root ends in the row's leaf without a branch, whatever the leaf's
 * depth.
 */
import { seededRandom } from "../stats/random.ts";

/** The nodes of all trees, one tree after the other. */
export interface Trees {
  readonly feature: Int32Array;
  readonly threshold: Float64Array;
  readonly left: Int32Array;
  /** At a leaf: its depth and what the rows left in it would have needed to be told apart. */
  readonly path: Float64Array;
  /** Rows of the sample that reached the node. */
  readonly size: Uint32Array;
  /** Slots in use, a tree. */
  readonly used: Uint32Array;
}

/**
 * The mean path length of an unsuccessful search in a binary search tree of `rows` rows [1]: what a leaf of that many
 * rows stands for.
 */
export function meanPathLength(rows: number): number {
  if (rows <= 1) return 0;
  if (rows === 2) return 1;
  return 2 * (Math.log(rows - 1) + 0.5772156649015329) - 2 * (rows - 1) / rows;
}

/** Slots a tree of `sample` rows may need when no leaf is deeper than `depth`. */
export function treeStride(sample: number, depth: number): number {
  return Math.min(2 ** (depth + 1), 2 * sample);
}

export function emptyTrees(trees: number, stride: number): Trees {
  const slots = trees * stride;
  return {
    feature: new Int32Array(slots),
    threshold: new Float64Array(slots).fill(Infinity),
    left: new Int32Array(slots),
    path: new Float64Array(slots),
    size: new Uint32Array(slots),
    used: new Uint32Array(trees),
  };
}

export interface Growth {
  readonly features: number;
  readonly trees: number;
  readonly sample: number;
  readonly depth: number;
  readonly seed: number;
}

/** Grows every tree on its own sample of `rows` (row after row, `features` values each), drawn without replacement. */
export function growTrees(rows: Float64Array, growth: Growth): Trees {
  const { features, trees, sample, depth, seed } = growth;
  const count = rows.length / features;
  const stride = treeStride(sample, depth);
  const grown = emptyTrees(trees, stride);
  const random = seededRandom(seed);
  const order = new Uint32Array(count).map((_, i) => i);
  const local = new Float64Array(sample * features);
  for (let tree = 0; tree < trees; tree++) {
    // The order left by the tree before is as good a start for a shuffle as any.
    for (let i = 0; i < sample; i++) {
      const j = i + Math.floor(random() * (count - i));
      const row = order[j];
      order[j] = order[i];
      order[i] = row;
      for (let f = 0; f < features; f++) local[i * features + f] = rows[row * features + f];
    }
    growTree({ grown, base: tree * stride, tree }, { local, sample, features, depth, random });
  }
  return grown;
}

interface Sample {
  readonly local: Float64Array;
  readonly sample: number;
  readonly features: number;
  readonly depth: number;
  readonly random: () => number;
}

function growTree({ grown, base, tree }: { grown: Trees; base: number; tree: number }, sampled: Sample): void {
  const { local, sample, features, depth, random } = sampled;
  const { feature, threshold, left, path, size } = grown;
  const members = new Uint32Array(sample).map((_, i) => i * features);
  const starts = new Uint32Array(treeStride(sample, depth));
  const candidates = new Uint16Array(features);
  size[base] = sample;
  let used = 1;
  // `levelEnd` is the first slot of the next level, since slots are filled breadth first.
  for (let slot = 0, level = 0, levelEnd = 1; slot < used; slot++) {
    if (slot === levelEnd) {
      level++;
      levelEnd = used;
    }
    const node = base + slot;
    const start = starts[slot], end = start + size[node];
    const split = level < depth && size[node] > 1
      ? drawSplit({ local, members, start, end }, { candidates, random })
      : undefined;
    if (split === undefined) {
      left[node] = node;
      path[node] = level + meanPathLength(size[node]);
      continue;
    }
    const middle = partition({ local, members, start, end }, split);
    feature[node] = split.feature;
    threshold[node] = split.threshold;
    left[node] = base + used;
    starts[used] = start;
    size[base + used] = middle - start;
    starts[used + 1] = middle;
    size[base + used + 1] = end - middle;
    used += 2;
  }
  grown.used[tree] = used;
}

/** Offsets of rows in `local`: those of one node lie from `start` up to `end`. */
interface Node {
  readonly local: Float64Array;
  readonly members: Uint32Array;
  readonly start: number;
  readonly end: number;
}

/**
 * A feature that differs within the node and a threshold that leaves rows on both sides, or undefined when all its rows
 * are equal.
 */
function drawSplit(
  { local, members, start, end }: Node,
  { candidates, random }: { candidates: Uint16Array; random: () => number },
): { feature: number; threshold: number } | undefined {
  for (let f = 0; f < candidates.length; f++) candidates[f] = f;
  for (let open = candidates.length; open > 0; open--) {
    const drawn = Math.floor(random() * open);
    const feature = candidates[drawn];
    candidates[drawn] = candidates[open - 1];
    let least = Infinity, most = -Infinity;
    for (let i = start; i < end; i++) {
      const value = local[members[i] + feature];
      if (value < least) least = value;
      if (value > most) most = value;
    }
    if (most === least) continue;
    // A weighted mean cannot overflow as most - least can. A threshold equal to the minimum would leave the left side
    // empty.
    const share = random();
    const threshold = least * (1 - share) + most * share;
    return { feature, threshold: threshold > least && threshold <= most ? threshold : most };
  }
  return undefined;
}

/** Puts the rows under the threshold first and returns where the others begin. */
function partition(
  { local, members, start, end }: Node,
  { feature, threshold }: { feature: number; threshold: number },
): number {
  let middle = start;
  for (let i = start; i < end; i++) {
    const row = members[i];
    if (local[row + feature] < threshold) {
      members[i] = members[middle];
      members[middle++] = row;
    }
  }
  return middle;
}
