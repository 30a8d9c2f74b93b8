/**
 * Alerts per sensor-day that reach a rarity, by age of the sensor (sensor-days since it began to learn): healthy
 * sensors of src/evaluation/healthy_series.ts, settings "generic-2".
 * Made by: deno task curve --seed 100 --sensors 6000 --days 30
 */

export interface CurveBand {
  /** Sensor-days since the sensor began to learn, from which the band holds. */
  readonly fromDays: number;
  /** Sensor-days that were counted over. */
  readonly sensorDays: number;
  readonly rarities: readonly number[];
  /** Alerts per sensor-day at each rarity or over it. */
  readonly rates: readonly number[];
}

/** The first stands for every episode. */
const RARITIES = [0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8, 10, 13, 16, 20];

// deno-fmt-ignore
export const RARITY_CURVE: readonly CurveBand[] = [
  {
    fromDays: 0,
    sensorDays: 24000,
    rarities: RARITIES,
    rates: [0.5248, 0.5212, 0.5207, 0.5169, 0.4709, 0.3607, 0.261, 0.1993, 0.1266, 0.08762, 0.04992, 0.03171, 0.018, 0.01175, 0.008083, 0.004875, 0.003542, 0.00225],
  },
  {
    fromDays: 4,
    sensorDays: 24000,
    rarities: RARITIES,
    rates: [0.2604, 0.2601, 0.2592, 0.2382, 0.1907, 0.1307, 0.08942, 0.06683, 0.04238, 0.03004, 0.01917, 0.01271, 0.006958, 0.003958, 0.002917, 0.001917, 0.001167, 0.0006667],
  },
  {
    fromDays: 8,
    sensorDays: 36000,
    rarities: RARITIES,
    rates: [0.1537, 0.1528, 0.1504, 0.127, 0.09922, 0.06658, 0.04508, 0.03347, 0.02067, 0.01433, 0.008361, 0.005889, 0.003083, 0.002, 0.001361, 0.0008611, 0.0005556, 0.0003333],
  },
  {
    fromDays: 14,
    sensorDays: 96000,
    rarities: RARITIES,
    rates: [0.09857, 0.09753, 0.09516, 0.07573, 0.05845, 0.03853, 0.02509, 0.01798, 0.01077, 0.00724, 0.00425, 0.002833, 0.001437, 0.0007917, 0.0004896, 0.0003021, 0.0001667, 0.00009375],
  },
];
