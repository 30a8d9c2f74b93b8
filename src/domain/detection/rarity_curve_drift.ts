/**
 * Alerts of drift per day of a sensor that reach a rarity, by age of the sensor (days since it began to learn): healthy
 * sensors of src/evaluation/healthy_series.ts, settings "generic-2".
 * Made by: deno task curve --kind drift --seed 100 --subjects 3000 --days 60
 */
import type { CurveBand } from "./rarity_curve.ts";

/** The first stands for every episode. */
const RARITIES = [0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8, 10, 13, 16, 20];

// deno-fmt-ignore
export const DRIFT_CURVE: readonly CurveBand[] = [
  {
    fromDays: 0,
    sensorDays: 30000,
    rarities: RARITIES,
    rates: [0.000001, 4e-8, 1e-8, 2.5e-9, 1.111e-9, 4e-10, 1.778e-10, 1e-10, 4.444e-11, 2.5e-11, 1.111e-11, 6.249e-12, 2.777e-12, 1.562e-12, 9.997e-13, 5.915e-13, 3.905e-13, 2.499e-13],
  },
  {
    fromDays: 10,
    sensorDays: 3000,
    rarities: RARITIES,
    rates: [0.014, 0.01399, 0.01398, 0.01397, 0.01133, 0.007, 0.004, 0.003, 0.002667, 0.001667, 0.001, 0.0003333, 0.000333, 0.0001873, 0.0001199, 0.00007095, 0.00004684, 0.00002998],
  },
  {
    fromDays: 11,
    sensorDays: 18000,
    rarities: RARITIES,
    rates: [0.007444, 0.007437, 0.00743, 0.007423, 0.005833, 0.003444, 0.002667, 0.002111, 0.001611, 0.0009444, 0.0005556, 0.0004444, 0.0001667, 0.0001665, 0.00005556, 0.00003288, 0.00002171, 0.00001389],
  },
  {
    fromDays: 17,
    sensorDays: 6000,
    rarities: RARITIES,
    rates: [0.02867, 0.02864, 0.02861, 0.02858, 0.02067, 0.006667, 0.003167, 0.002167, 0.001833, 0.001167, 0.001166, 0.0008333, 0.0005, 0.0001667, 0.0001067, 0.00006314, 0.00004168, 0.00002668],
  },
  {
    fromDays: 19,
    sensorDays: 15000,
    rarities: RARITIES,
    rates: [0.01393, 0.01392, 0.01391, 0.0139, 0.0102, 0.0038, 0.002, 0.001533, 0.001, 0.000999, 0.0005333, 0.0002667, 0.00006667, 0.0000666, 0.00004262, 0.00002522, 0.00001665, 0.00001066],
  },
  {
    fromDays: 24,
    sensorDays: 18000,
    rarities: RARITIES,
    rates: [0.01322, 0.01321, 0.0132, 0.01319, 0.008222, 0.002056, 0.001222, 0.001056, 0.0007778, 0.0005556, 0.0004444, 0.0003333, 0.0002222, 0.0001111, 0.000111, 0.00005556, 0.00003668, 0.00002348],
  },
  {
    fromDays: 30,
    sensorDays: 90000,
    rarities: RARITIES,
    rates: [0.01023, 0.01022, 0.01021, 0.0102, 0.006956, 0.002056, 0.001089, 0.0007, 0.0005, 0.0004111, 0.0002889, 0.0002222, 0.0001778, 0.0001111, 0.00006667, 0.00003333, 0.00001111, 0.0000111],
  },
];
