/**
 * Alerts per sensor-day that reach a rarity, by age of the sensor (sensor-days since it began to learn): healthy sensors
 * of src/evaluation/healthy_series.ts, settings "generic-2".
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
    rates: [0.5175, 0.5138, 0.5133, 0.5103, 0.4657, 0.3578, 0.2595, 0.1982, 0.1262, 0.08725, 0.04979, 0.03171, 0.018, 0.01175, 0.008083, 0.004875, 0.003542, 0.00225],
  },
  {
    fromDays: 4,
    sensorDays: 24000,
    rarities: RARITIES,
    rates: [0.2496, 0.2494, 0.249, 0.2303, 0.1853, 0.1281, 0.08833, 0.06613, 0.04192, 0.02987, 0.019, 0.01271, 0.006958, 0.003958, 0.002917, 0.001917, 0.001167, 0.0006667],
  },
  {
    fromDays: 8,
    sensorDays: 36000,
    rarities: RARITIES,
    rates: [0.1464, 0.146, 0.1445, 0.1235, 0.097, 0.06556, 0.04461, 0.03328, 0.02053, 0.01422, 0.008361, 0.005889, 0.003083, 0.002, 0.001361, 0.0008611, 0.0005556, 0.0003333],
  },
  {
    fromDays: 14,
    sensorDays: 96000,
    rarities: RARITIES,
    rates: [0.09403, 0.0933, 0.09185, 0.07383, 0.05739, 0.0381, 0.02489, 0.01785, 0.01074, 0.007219, 0.004229, 0.002812, 0.001437, 0.0007917, 0.0004896, 0.0003021, 0.0001667, 0.00009375],
  },
];
