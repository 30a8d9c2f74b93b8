/**
 * The warm-up of an asset's stream: gathers, in bounded memory, what each sensor's reference and their correlation are
 * learnt from.
 */
import { type AssetReference, learnReference } from "./asset_reference.ts";
import { addRow, inverseCorrelation, type Moments, startMoments } from "./detectors/hotelling.ts";

/** Plain data. A sensor's part is emptied once its reference is learnt. */
export interface AssetLearning {
  /** Per sensor: means of whole blocks. */
  readonly blocks: number[][];
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
  /** Of the rows in which every sensor's window was full; null once `inverse` is learnt from it. */
  moments: Moments | null;
  inverse: number[] | null;
}

export function startLearning(columns: number, correlated = true): AssetLearning {
  const zeros = () => Array<number>(columns).fill(0);
  return {
    blocks: Array.from({ length: columns }, () => []),
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
  readonly settings: { readonly warmUp: number; readonly window: number; readonly perBlock: number };
}

/**
 * Learns from a row what is still to be learnt; a sensor that has had its warm-up gets its reference in `references`.
 */
export function learnRow(learning: AssetLearning, row: WarmUpRow): void {
  const { values, references, settings } = row;
  if (learning.moments !== null) learnCorrelation(learning, learning.moments, row);
  for (let j = 0; j < values.length; j++) {
    if (references[j] !== null || Number.isNaN(values[j])) continue;
    takeStep(learning, j, values[j]);
    const filled = ++learning.filled[j];
    learning.open[j] += (values[j] - learning.open[j]) / filled;
    if (filled < settings.perBlock) continue;
    learning.blocks[j].push(learning.open[j]);
    learning.filled[j] = 0;
    learning.open[j] = 0;
    if (learning.blocks[j].length < Math.floor(settings.warmUp / settings.perBlock)) continue;
    references[j] = learnReference(learning.blocks[j], {
      perBlock: settings.perBlock,
      noise: Math.sqrt(learning.meanSquareStep[j] / 2),
      resolution: learning.resolution[j],
    });
    learning.blocks[j].length = 0;
  }
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

/** The correlation is one of window means, as these are what is judged, over rows in which every sensor has one. */
function learnCorrelation(
  learning: AssetLearning,
  moments: Moments,
  { recent, references, settings }: WarmUpRow,
): void {
  if (references.every((reference) => reference !== null)) {
    const blocks = settings.warmUp / settings.perBlock;
    learning.inverse = inverseCorrelation(moments, references.length / blocks);
    learning.moments = null;
    return;
  }
  if (recent.some((readings) => readings.length < settings.window)) return;
  addRow(moments, recent.map(meanOf));
}

export function meanOf(readings: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < readings.length; i++) sum += readings[i];
  return sum / readings.length;
}
