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
    rates: [0.5238, 0.5233, 0.5228, 0.5197, 0.4739, 0.363, 0.2627, 0.2005, 0.127, 0.08775, 0.05, 0.03171, 0.018, 0.01175, 0.008083, 0.004875, 0.003583, 0.00225],
  },
  {
    fromDays: 4,
    sensorDays: 24000,
    rarities: RARITIES,
    rates: [0.2635, 0.2632, 0.2624, 0.2416, 0.1951, 0.1343, 0.09258, 0.069, 0.04312, 0.03054, 0.01925, 0.01279, 0.007, 0.003958, 0.002917, 0.001958, 0.001167, 0.0006667],
  },
  {
    fromDays: 8,
    sensorDays: 36000,
    rarities: RARITIES,
    rates: [0.1582, 0.1574, 0.155, 0.1326, 0.1046, 0.07117, 0.0485, 0.03517, 0.0215, 0.01461, 0.0085, 0.005917, 0.003139, 0.002, 0.001389, 0.0008611, 0.0005556, 0.0003333],
  },
  {
    fromDays: 14,
    sensorDays: 96000,
    rarities: RARITIES,
    rates: [0.1045, 0.1036, 0.1013, 0.08256, 0.06553, 0.04414, 0.02816, 0.01976, 0.01162, 0.007625, 0.004417, 0.002948, 0.001552, 0.0008125, 0.0005, 0.0003125, 0.0001771, 0.00009375],
  },
];
