/**
 * Generated faults on generated healthy sensors: what share of them is found at a rate of false alerts. Each faulty
 * sensor has one fault, whose window begins with it.
 */
import { READINGS_PER_DAY } from "../domain/detection/rarity.ts";
import { type Draws, drawsOf, type GeneratedSeries, healthySeries } from "./healthy_series.ts";

export interface FaultySeries extends GeneratedSeries {
  readonly fault: FaultName;
  /** Inclusive rows in which an alert counts as found. */
  readonly window: readonly [number, number];
}

interface Fault {
  /** Readings from its beginning that are its window. */
  readonly length: number;
  /** Changes `value` from row `from` on; `size` is the deviation of the series, in its own unit. */
  apply(value: Float64Array, fault: { from: number; size: number; draws: Draws }): void;
}

/** What breaks, in sizes that stand out to a person who looks at a chart of a week. */
export const FAULTS = {
  spike: {
    length: 24,
    apply(value, { from, size, draws }) {
      value[from] += (draws.chance(0.5) ? 1 : -1) * size * draws.uniform(4, 12);
    },
  },
  step: {
    length: READINGS_PER_DAY,
    apply(value, { from, size, draws }) {
      const by = (draws.chance(0.5) ? 1 : -1) * size * draws.uniform(2, 5);
      for (let i = from; i < value.length; i++) value[i] += by;
    },
  },
  ramp: {
    length: 3 * READINGS_PER_DAY,
    apply(value, { from, size, draws }) {
      const by = (draws.chance(0.5) ? 1 : -1) * size * draws.uniform(3, 6);
      for (let i = from; i < value.length; i++) value[i] += by * Math.min(1, (i - from) / (2 * READINGS_PER_DAY));
    },
  },
  scatter: {
    length: READINGS_PER_DAY,
    apply(value, { from, size, draws }) {
      const by = size * draws.uniform(1.5, 4);
      for (let i = from; i < Math.min(value.length, from + READINGS_PER_DAY); i++) value[i] += by * draws.normal();
    },
  },
  dropout: {
    length: 48,
    apply(value, { from, size, draws }) {
      const floor = Math.min(...value) - size * draws.uniform(0.5, 3);
      const rows = Math.round(draws.uniform(3, 24));
      for (let i = from; i < Math.min(value.length, from + rows); i++) value[i] = floor;
    },
  },
} satisfies Record<string, Fault>;

export type FaultName = keyof typeof FAULTS;
export const FAULT_NAMES = Object.keys(FAULTS) as readonly FaultName[];

/** The sensor `number` of the fleet `seed`, with a fault in its last third. */
export function faultySeries(
  { seed, number, readings }: { seed: number; number: number; readings: number },
): FaultySeries {
  const { ts, value } = healthySeries({ seed, number, readings });
  const draws = drawsOf(seed, -1 - number);
  const fault = draws.of(FAULT_NAMES);
  const from = Math.floor(readings * draws.uniform(0.67, 0.85));
  FAULTS[fault].apply(value, { from, size: deviationOf(value.subarray(0, from)), draws });
  return { ts, value, fault, window: [from, Math.min(readings, from + FAULTS[fault].length) - 1] };
}

function deviationOf(value: Float64Array): number {
  let mean = 0, squares = 0;
  for (let i = 0; i < value.length; i++) {
    const off = value[i] - mean;
    mean += off / (i + 1);
    squares += off * (value[i] - mean);
  }
  return Math.sqrt(squares / Math.max(1, value.length - 1));
}
