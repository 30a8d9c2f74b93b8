/**
 * A forest as plain data and back, without the unused slots and without what follows from the rest: about 280 KB of
 * JSON for 100 trees of 256 rows.
 */
import type { Forest } from "./isolation_forest.ts";
import { emptyTrees, meanPathLength, treeStride } from "./isolation_tree.ts";

const VERSION = 1;

/**
 * Survives JSON. Nodes are listed tree by tree, breadth first; a leaf has feature -1 and the rows left in it as `cut`.
 */
export interface ForestState {
  readonly version: number;
  readonly features: number;
  readonly trees: number;
  readonly sample: number;
  readonly depth: number;
  readonly seed: number;
  readonly feature: readonly number[];
  readonly cut: readonly number[];
}

export function encodeForest(forest: Forest): ForestState {
  const { features, trees, sample, depth, seed, stride, nodes } = forest;
  const feature: number[] = [], cut: number[] = [];
  for (let tree = 0; tree < trees; tree++) {
    for (let node = tree * stride; node < tree * stride + nodes.used[tree]; node++) {
      const leaf = nodes.left[node] === node;
      feature.push(leaf ? -1 : nodes.feature[node]);
      cut.push(leaf ? nodes.size[node] : nodes.threshold[node]);
    }
  }
  return { version: VERSION, features, trees, sample, depth, seed, feature, cut };
}

/**
 * The forest that `state` stands for, equal to the last bit; undefined when it is of another version: fit anew then.
 */
export function decodeForest(state: ForestState): Forest | undefined {
  if (state.version !== VERSION) return undefined;
  const { features, trees, sample, depth, seed, feature, cut } = state;
  const stride = treeStride(sample, depth);
  const nodes = emptyTrees(trees, stride);
  let read = 0;
  for (let tree = 0; tree < trees; tree++) {
    const base = tree * stride;
    const levels = new Uint8Array(stride);
    let used = 1;
    for (let slot = 0; slot < used; slot++, read++) {
      const node = base + slot;
      if (feature[read] < 0) {
        nodes.left[node] = node;
        nodes.size[node] = cut[read];
        nodes.path[node] = levels[slot] + meanPathLength(cut[read]);
        continue;
      }
      nodes.feature[node] = feature[read];
      nodes.threshold[node] = cut[read];
      nodes.left[node] = base + used;
      levels[used] = levels[used + 1] = levels[slot] + 1;
      used += 2;
    }
    nodes.used[tree] = used;
  }
  return { features, trees, sample, depth, seed, nodes, stride, usualPath: meanPathLength(sample) };
}
