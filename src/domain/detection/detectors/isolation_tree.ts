/**
 * Grows the trees of an isolation forest in typed arrays, one tree behind the other, each breadth first; `left` is
 * where the left child lies and the right child is the next node. A leaf points to itself and has an infinite
 * threshold, so that a walk of `depth` steps from the root ends in the row's leaf without a branch, whatever the leaf's
 * depth.
 *
 * A process holds the forests of many assets, so nodes take 18 bytes: about 320 KB for 100 trees of 256 rows.
 */
import { seededRandom } from "../stats/random.ts";

/** The nodes of all trees, one tree after the other. */
export interface Trees {
  /** The root of each tree, and behind the last one where its nodes end. */
  readonly roots: Uint32Array;
  readonly feature: Uint16Array;
  readonly threshold: Float64Array;
  readonly left: Uint32Array;
  /** At a leaf: its place in `path` and `size`. Leaves of one depth that hold as many rows are alike. */
  readonly leaf: Uint32Array;
  /** The leaf's depth and what the rows left in it would have needed to be told apart. */
  readonly path: Float64Array;
  /** Rows of the sample that are left in it. */
  readonly size: Uint32Array;
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

/** Takes the nodes of tree after tree, each tree breadth first. */
export interface TreeBuilder {
  beginTree(): void;
  split(feature: number, threshold: number): void;
  leaf(size: number): void;
  /** Whether the tree under way lacks nodes: children of its splits. */
  open(): boolean;
  build(): Trees;
}

export function startTrees(): TreeBuilder {
  const roots: number[] = [],
    feature: number[] = [],
    threshold: number[] = [],
    left: number[] = [],
    leaf: number[] = [];
  const path: number[] = [], size: number[] = [];
  const alike = new Map<string, number>();
  // Of the tree under way: how many nodes it has or is owed, and where the next level begins.
  let [root, owed, level, levelEnd] = [0, 0, 0, 1];
  const add = (node: { feature: number; threshold: number; left: number; leaf: number }) => {
    feature.push(node.feature);
    threshold.push(node.threshold);
    left.push(node.left);
    leaf.push(node.leaf);
    if (feature.length - root < levelEnd) return;
    level++;
    levelEnd = owed;
  };
  return {
    beginTree() {
      [root, owed, level, levelEnd] = [feature.length, 1, 0, 1];
      roots.push(root);
    },
    split(feature, threshold) {
      const child = root + owed;
      owed += 2;
      add({ feature, threshold, left: child, leaf: 0 });
    },
    leaf(rows) {
      const key = `${level} ${rows}`;
      const known = alike.get(key) ?? path.push(level + meanPathLength(rows)) - 1;
      if (known === size.length) size.push(rows);
      alike.set(key, known);
      add({ feature: 0, threshold: Infinity, left: feature.length, leaf: known });
    },
    open: () => feature.length - root < owed,
    build: () => ({
      roots: Uint32Array.from([...roots, feature.length]),
      feature: Uint16Array.from(feature),
      threshold: Float64Array.from(threshold),
      left: Uint32Array.from(left),
      leaf: Uint32Array.from(leaf),
      path: Float64Array.from(path),
      size: Uint32Array.from(size),
    }),
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
  const builder = startTrees();
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
    growTree(builder, { local, sample, features, depth, random });
  }
  return builder.build();
}

interface Sample {
  readonly local: Float64Array;
  readonly sample: number;
  readonly features: number;
  readonly depth: number;
  readonly random: () => number;
}

function growTree(builder: TreeBuilder, { local, sample, features, depth, random }: Sample): void {
  const members = new Uint32Array(sample).map((_, i) => i * features);
  const candidates = new Uint16Array(features);
  builder.beginTree();
  // Nodes in the order of the builder: where each one's rows begin and end in `members`, and its depth.
  const nodes = [{ start: 0, end: sample, level: 0 }];
  for (const { start, end, level } of nodes) {
    const split = level < depth && end - start > 1
      ? drawSplit({ local, members, start, end }, { candidates, random })
      : undefined;
    if (split === undefined) {
      builder.leaf(end - start);
      continue;
    }
    const middle = partition({ local, members, start, end }, split);
    builder.split(split.feature, split.threshold);
    nodes.push({ start, end: middle, level: level + 1 }, { start: middle, end, level: level + 1 });
  }
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
