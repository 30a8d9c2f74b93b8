/**
 * The warm-up of an asset's stream: gathers, in bounded memory, what each sensor's reference and their correlation are
 * learnt from. It goes on behind the first reference: whenever as many blocks are kept as the warm-up has, every other
 * one goes and of the next ones every second is kept, so that they are spread evenly over twice the time. With four
 * times the warm-up and more, references are learnt again from them, until they hold `covers` hours.
 */
import { type AssetReference, learnReference } from "./asset_reference.ts";
import type { AssetStreamSettings } from "./asset_stream_state.ts";
import { addRow, inverseCorrelation, type Moments, startMoments } from "./detectors/hotelling.ts";

/** Plain data. A sensor's part is emptied once its reference is learnt for the last time. */
export interface AssetLearning {
  /** Per sensor: means of whole blocks, those that are kept. */
  readonly blocks: number[][];
  /** Per sensor: of so many blocks one is kept; 0: it learns no more. */
  readonly every: number[];
  /** Per sensor: blocks since the last one that was kept. */
  readonly passed: number[];
  /** Per sensor: readings in the open block and their mean. */
  readonly filled: number[];
  readonly open: number[];
  /** Per sensor: the reading before, null behind a gap. */
  readonly former: (number | null)[];
  /** Per sensor: successive differences, how many and their mean square. */
  readonly steps: number[];
  readonly meanSquareStep: number[];
  /** Per sensor: the smallest difference other than 0; 0 when there was none. */
  readonly resolution: number[];
  /** Of the rows in which every sensor's window was full; null once `inverse` is learnt from it for the last time. */
  moments: Moments | null;
  inverse: number[] | null;
}

export function startLearning(columns: number, correlated = true): AssetLearning {
  const zeros = () => Array<number>(columns).fill(0);
  return {
    blocks: Array.from({ length: columns }, () => []),
    every: Array<number>(columns).fill(1),
    passed: zeros(),
    filled: zeros(),
    open: zeros(),
    former: Array<null>(columns).fill(null),
    steps: zeros(),
    meanSquareStep: zeros(),
    resolution: zeros(),
    moments: correlated ? startMoments(columns) : null,
    inverse: null,
  };
}

export interface WarmUpRow {
  /** One value a sensor, NaN for none. */
  readonly values: Float64Array;
  /** Per sensor: its last readings, the newest included. */
  readonly recent: readonly (readonly number[])[];
  readonly references: (AssetReference | null)[];
  readonly settings: Pick<AssetStreamSettings, "warmUp" | "window" | "perBlock" | "covers" | "excursion">;
  /** Data time since the first row (ms). */
  readonly spanMs: number;
  /** Per sensor: how many spreads it departs. */
  readonly departures: readonly (number | null)[];
}

/** Blocks of which one is kept when references are learnt again; before, too little more is known. */
const AGAIN_FROM = 4;
const HOUR_MS = 3_600_000;

/**
 * Learns from a row what is still to be learnt; a sensor that has had its warm-up gets its reference in `references`.
 */
export function learnRow(learning: AssetLearning, row: WarmUpRow): void {
  const { values } = row;
  let learnt = false;
  for (let j = 0; j < values.length; j++) {
    if (learning.every[j] === 0 || Number.isNaN(values[j])) continue;
    takeStep(learning, j, values[j]);
    learnt = takeBlock(learning, j, row) || learnt;
  }
  if (learning.moments !== null) learnCorrelation(learning, learning.moments, { ...row, learnt });
}

/** Whether the sensor's reference was learnt. */
function takeBlock(learning: AssetLearning, j: number, row: WarmUpRow): boolean {
  const { values, references, settings, spanMs } = row;
  const filled = ++learning.filled[j];
  learning.open[j] += (values[j] - learning.open[j]) / filled;
  if (filled < settings.perBlock) return false;
  const block = learning.open[j];
  learning.filled[j] = 0;
  learning.open[j] = 0;
  if (++learning.passed[j] < learning.every[j]) return false;
  learning.passed[j] = 0;
  const blocks = learning.blocks[j];
  blocks.push(block);
  if (blocks.length < Math.floor(settings.warmUp / settings.perBlock)) return false;
  const learns = references[j] === null || learning.every[j] >= AGAIN_FROM;
  if (learns) {
    references[j] = learnReference(blocks, {
      perBlock: settings.perBlock,
      noise: Math.sqrt(learning.meanSquareStep[j] / 2),
      resolution: learning.resolution[j],
    });
  }
  const done = settings.covers === 0 || (learning.every[j] >= AGAIN_FROM && spanMs >= settings.covers * HOUR_MS);
  learning.every[j] = done ? 0 : 2 * learning.every[j];
  learning.blocks[j] = done ? [] : blocks.filter((_, i) => i % 2 === 1);
  return learns;
}

function takeStep(learning: AssetLearning, j: number, value: number): void {
  const former = learning.former[j];
  learning.former[j] = value;
  if (former === null) return;
  const step = Math.abs(value - former);
  learning.steps[j]++;
  learning.meanSquareStep[j] += (step * step - learning.meanSquareStep[j]) / learning.steps[j];
  if (step > 0 && (learning.resolution[j] === 0 || step < learning.resolution[j])) learning.resolution[j] = step;
}

/**
 * The correlation is one of window means, as these are what is judged, over rows in which every sensor has one and none
 * is on an excursion: a fault says nothing of how they move together. It is learnt whenever a reference is, once all
 * sensors have one.
 */
function learnCorrelation(
  learning: AssetLearning,
  moments: Moments,
  { recent, references, departures, settings, learnt }: WarmUpRow & { learnt: boolean },
): void {
  const whole = recent.every((readings) => readings.length === settings.window);
  if (whole && !departures.some((z) => Math.abs(z ?? 0) > settings.excursion)) addRow(moments, recent.map(meanOf));
  if (references.some((reference) => reference === null)) return;
  if (learnt) {
    const blocks = settings.warmUp / settings.perBlock;
    learning.inverse = inverseCorrelation(moments, references.length / blocks);
  }
  if (learning.every.every((every) => every === 0)) learning.moments = null;
}

export function meanOf(readings: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < readings.length; i++) sum += readings[i];
  return sum / readings.length;
}
