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
    rates: [0.5058, 0.5053, 0.5048, 0.4998, 0.4546, 0.3521, 0.26, 0.2005, 0.1289, 0.08937, 0.05046, 0.03208, 0.01796, 0.01167, 0.008042, 0.004833, 0.003542, 0.00225],
  },
  {
    fromDays: 4,
    sensorDays: 24000,
    rarities: RARITIES,
    rates: [0.2592, 0.2589, 0.2585, 0.2351, 0.1914, 0.136, 0.09638, 0.07187, 0.04512, 0.03183, 0.01988, 0.01308, 0.006958, 0.003917, 0.002917, 0.001917, 0.001167, 0.0006667],
  },
  {
    fromDays: 8,
    sensorDays: 36000,
    rarities: RARITIES,
    rates: [0.1513, 0.1506, 0.1491, 0.126, 0.1006, 0.06981, 0.04783, 0.03511, 0.0215, 0.01494, 0.008639, 0.006083, 0.003139, 0.002028, 0.001333, 0.0008611, 0.0005556, 0.0003333],
  },
  {
    fromDays: 14,
    sensorDays: 96000,
    rarities: RARITIES,
    rates: [0.1321, 0.1313, 0.1296, 0.1042, 0.08229, 0.05564, 0.03627, 0.02577, 0.01522, 0.01052, 0.005885, 0.00376, 0.00201, 0.001104, 0.0006771, 0.0004167, 0.0002292, 0.000125],
  },
];
