/**
 * Least and greatest value of the last readings, in constant memory: the window moves on block by block.
 *
 * A range grows by at most its own width a reading: one glitch of 9999 would else make everything normal that comes
 * after it, for as long as the window lasts. What is really new takes the range with it in a few readings, since each
 * doubles or trebles the width.
 */

export interface TrailingRange {
  /** Readings in the newest block. */
  filled: number;
  /** Per block, oldest first: least, greatest. */
  blocks: number[];
  /** Over all blocks. */
  min: number;
  max: number;
}

export interface WindowSize {
  readonly blocks: number;
  /** Readings per block; the window holds between `(blocks - 1) * perBlock` and `blocks * perBlock` readings. */
  readonly perBlock: number;
}

/** A value of a feature, and the least width that its range can have, in the same unit. */
export interface Sample {
  readonly x: number;
  readonly floor: number;
}

export function startRange(): TrailingRange {
  return { filled: 0, blocks: [], min: 0, max: 0 };
}

/** The range of `filled` readings between `min` and `max`. */
export function rangeOf(min: number, max: number, filled: number): TrailingRange {
  return { filled, blocks: [min, max], min, max };
}

/** Makes the range `factor` as wide about its centre. */
export function widenRange(range: TrailingRange, factor: number): void {
  const centre = range.min / 2 + range.max / 2;
  const moved = (x: number) => centre + (x - centre) * factor;
  range.min = moved(range.min);
  range.max = moved(range.max);
  range.blocks = range.blocks.map(moved);
}

/** Takes `sample` in, at most one width of the range (at least its floor) beyond what the range holds. */
export function updateRange(range: TrailingRange, { x, floor }: Sample, size: WindowSize): void {
  const { blocks, filled } = range;
  const newest = blocks.length - 2;
  if (newest >= 0 && filled < size.perBlock && x >= blocks[newest] && x <= blocks[newest + 1]) range.filled++;
  // With a sample of its own: one that is handed on would have to be made for every reading, this one is for few.
  else widenBlocks(range, { x, floor }, size);
}

function widenBlocks(range: TrailingRange, sample: Sample, size: WindowSize): void {
  const { blocks, min, max } = range;
  const x = sample.x >= min && sample.x <= max ? sample.x : within(range, sample);
  if (blocks.length === 0 || range.filled >= size.perBlock) openBlock(range, x, size);
  range.filled++;
  const newest = blocks.length - 2;
  if (x < blocks[newest]) {
    blocks[newest] = x;
    if (x < min) range.min = x;
  }
  if (x > blocks[newest + 1]) {
    blocks[newest + 1] = x;
    if (x > max) range.max = x;
  }
}

function within({ min, max, blocks }: TrailingRange, { x, floor }: Sample): number {
  const width = Math.max(max - min, floor);
  // Without a width there is nothing to measure a step by.
  if (blocks.length === 0 || width === 0) return x;
  return Math.min(Math.max(x, min - width), max + width);
}

function openBlock(range: TrailingRange, x: number, size: WindowSize): void {
  const { blocks } = range;
  blocks.push(x, x);
  range.filled = 0;
  if (blocks.length > 2 * size.blocks) blocks.splice(0, 2);
  range.min = x;
  range.max = x;
  for (let i = 0; i < blocks.length; i += 2) {
    if (blocks[i] < range.min) range.min = blocks[i];
    if (blocks[i + 1] > range.max) range.max = blocks[i + 1];
  }
}

/**
 * How far `x` lies outside the range, as a share of the range: 0 inside. A range narrower than `floor` is taken as that
 * wide, since so little may be the sensor's resolution; Infinity when there is no scale at all.
 */
export function excess(range: TrailingRange, { x, floor }: Sample): number {
  const outside = Math.max(x - range.max, range.min - x);
  return outside > 0 ? outside / Math.max(range.max - range.min, floor) : 0;
}
