/**
 * The mean of a window that moves with the readings, in constant memory however many readings the window has: it keeps
 * the means of consecutive blocks, and moves on block by block. With up to `BLOCKS` readings in the window each is a
 * block of its own and the mean exact.
 */

export interface TrailingMean {
  /** Means of whole blocks, as a ring whose oldest is at `next`. */
  blocks: number[];
  next: number;
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
  return { blocks: [], next: 0, sum: 0, filled: 0, open: 0 };
}

export function learnMean(mean: TrailingMean, x: number, { blocks: most, perBlock }: MeanWindow): void {
  mean.open += x;
  mean.filled++;
  if (mean.filled < perBlock) return;
  const { blocks } = mean;
  const block = mean.open / mean.filled;
  mean.open = 0;
  mean.filled = 0;
  if (blocks.length === most) {
    blocks[mean.next] = block;
    mean.next = mean.next + 1 === most ? 0 : mean.next + 1;
  } else {
    // Another rate has another number of blocks: the newest stay, in order.
    if (mean.next > 0) blocks.push(...blocks.splice(0, mean.next));
    mean.next = 0;
    blocks.push(block);
    if (blocks.length > most) blocks.splice(0, blocks.length - most);
  }
  // Summed anew each time: a running sum would carry rounding errors along for ever.
  let sum = 0;
  for (let i = 0; i < blocks.length; i++) sum += blocks[i];
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
