/**
 * Alerts per asset-day that reach a rarity, by age of the asset (asset-days of 288 rows since it began to learn):
 * healthy assets of src/evaluation/healthy_assets.ts, settings "asset-2".
 * Made by: deno task curve --kind asset_anomaly --seed 100 --subjects 1200 --days 30
 */
import type { CurveBand } from "./rarity_curve.ts";

/** The first stands for every episode. */
const RARITIES = [0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8, 10, 13, 16, 20];

// deno-fmt-ignore
export const ASSET_CURVE: readonly CurveBand[] = [
  {
    fromDays: 0,
    sensorDays: 4800,
    rarities: RARITIES,
    rates: [0.0375, 0.03746, 0.03742, 0.03738, 0.03734, 0.03687, 0.03604, 0.03396, 0.03042, 0.02604, 0.01875, 0.01479, 0.009583, 0.0075, 0.005208, 0.004583, 0.004167, 0.003125],
  },
  {
    fromDays: 4,
    sensorDays: 4800,
    rarities: RARITIES,
    rates: [0.09583, 0.09573, 0.09375, 0.0875, 0.08021, 0.06604, 0.04667, 0.03854, 0.02667, 0.01854, 0.01188, 0.00875, 0.006042, 0.005, 0.004583, 0.002708, 0.001875, 0.001873],
  },
  {
    fromDays: 8,
    sensorDays: 7200,
    rarities: RARITIES,
    rates: [0.1035, 0.1034, 0.09931, 0.09125, 0.08361, 0.06986, 0.05333, 0.04208, 0.02542, 0.01583, 0.009028, 0.005556, 0.004028, 0.002639, 0.002083, 0.002081, 0.001944, 0.001528],
  },
  {
    fromDays: 14,
    sensorDays: 19200,
    rarities: RARITIES,
    rates: [0.09365, 0.09356, 0.08896, 0.08073, 0.07406, 0.06052, 0.04547, 0.03255, 0.01766, 0.01135, 0.006198, 0.003802, 0.00224, 0.001719, 0.001146, 0.0005729, 0.0004167, 0.0004163],
  },
];
