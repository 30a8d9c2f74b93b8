/**
 * The mean of a window that moves with the readings, in constant memory however many readings the window has: it keeps
 * the means of consecutive blocks, and moves on block by block. With up to `BLOCKS` readings in the window each is a
 * block of its own and the mean exact.
 */

export interface TrailingMean {
  /** Means of whole blocks, oldest first. */
  blocks: number[];
  /** Sum over `blocks`. */
  sum: number;
  /** Readings of the open block, and their sum. */
  filled: number;
  open: number;
}

export interface MeanWindow {
  readonly blocks: number;
  /** Readings a block. */
  readonly perBlock: number;
}

/** `readings` in at most `most` blocks of the same length. */
export function meanWindow(readings: number, most: number): MeanWindow {
  if (readings <= most) return { blocks: readings, perBlock: 1 };
  const perBlock = Math.ceil(readings / most);
  return { blocks: Math.max(1, Math.round(readings / perBlock)), perBlock };
}

export function startMean(): TrailingMean {
  return { blocks: [], sum: 0, filled: 0, open: 0 };
}

export function learnMean(mean: TrailingMean, x: number, { blocks, perBlock }: MeanWindow): void {
  mean.open += x;
  mean.filled++;
  if (mean.filled < perBlock) return;
  mean.blocks.push(mean.open / mean.filled);
  mean.open = 0;
  mean.filled = 0;
  if (mean.blocks.length > blocks) mean.blocks.shift();
  // Slower sensors have fewer blocks than before.
  if (mean.blocks.length > blocks) mean.blocks.splice(0, mean.blocks.length - blocks);
  // Summed anew each time: a running sum would carry rounding errors along for ever.
  let sum = 0;
  for (let i = 0; i < mean.blocks.length; i++) sum += mean.blocks[i];
  mean.sum = sum;
}

/** The mean over the whole blocks and the open one; NaN before the first reading. */
export function meanOf({ blocks, sum, filled, open }: TrailingMean, { perBlock }: MeanWindow): number {
  return (sum * perBlock + open) / (blocks.length * perBlock + filled);
}

/** The same with `x` as one more reading. */
export function meanWith({ blocks, sum, filled, open }: TrailingMean, x: number, { perBlock }: MeanWindow): number {
  return (sum * perBlock + open + x) / (blocks.length * perBlock + filled + 1);
}
