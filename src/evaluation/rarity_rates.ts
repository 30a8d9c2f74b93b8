/**
 * Makes the curve of rarity: how often episodes of generated healthy sensors reach each rarity, by age of the sensor.
 */
import { assess } from "../domain/detection/assess.ts";
import type { DetectorSet } from "../domain/detection/detector_set.ts";
import { READINGS_PER_DAY } from "../domain/detection/rarity.ts";
import { startState } from "../domain/detection/sensor_state.ts";
import { healthySeries } from "./healthy_series.ts";

/** Rarities of the curve; the first stands for every episode. */
export const CURVE_RARITIES = [
  0.01,
  0.05,
  0.1,
  0.2,
  0.3,
  0.5,
  0.75,
  1,
  1.5,
  2,
  3,
  4,
  6,
  8,
  10,
  13,
  16,
  20,
] as const;
/** Sensor-days since a sensor began to learn. */
export const CURVE_AGES = [0, 4, 8, 14] as const;

export interface CurveBand {
  readonly fromDays: number;
  /** Sensor-days that were counted over. */
  readonly sensorDays: number;
  /** Alerts per sensor-day at each of `CURVE_RARITIES` or over it. */
  readonly rates: readonly number[];
}

export interface CurveFleet {
  readonly set: DetectorSet;
  readonly seed: number;
  readonly sensors: number;
  readonly days: number;
}

export function measureRates(
  { set, seed, sensors, days }: CurveFleet,
  progress: (done: number) => void,
): CurveBand[] {
  const counts = CURVE_AGES.map(() => CURVE_RARITIES.map(() => 0));
  const sensorDays = CURVE_AGES.map((from, b) =>
    sensors * Math.max(0, Math.min(days, CURVE_AGES[b + 1] ?? days) - from)
  );
  const rules = { set: withoutWatches(set), criticality: "B" as const, lineAt: () => Infinity };
  for (let number = 0; number < sensors; number++) {
    if (number % 50 === 0) progress(number);
    const series = healthySeries({ seed, number, readings: days * READINGS_PER_DAY });
    const { decisions } = assess(
      startState(rules.set),
      { ...series, status: new Uint32Array(series.ts.length) },
      rules,
    );
    let [episode, reached] = [NaN, -1];
    for (const { episodeStart, ts, rarity } of decisions) {
      if (rarity === undefined) continue;
      if (episodeStart !== episode) [episode, reached] = [episodeStart, -1];
      const ageDays = (ts - series.ts[0]) / (READINGS_PER_DAY * (series.ts[1] - series.ts[0]));
      const band = CURVE_AGES.findLastIndex((from) => ageDays >= from);
      // Each rarity is reached once an episode, at the age of the reading that reaches it.
      for (let r = reached + 1; r < CURVE_RARITIES.length; r++) {
        if (r > 0 && rarity.value < CURVE_RARITIES[r]) break;
        counts[band][r]++;
        reached = r;
      }
    }
  }
  return CURVE_AGES.map((fromDays, b) => ({
    fromDays,
    sensorDays: sensorDays[b],
    rates: counts[b].map((count) => count / sensorDays[b]),
  }));
}

function withoutWatches(set: DetectorSet): DetectorSet {
  return { ...set, watches: [], settings: { ...set.settings, watches: [] } };
}
