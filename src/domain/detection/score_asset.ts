/**
 * Scores the rows of an asset from a fresh state, row by row, without looking ahead: what the evaluation and `score`
 * do.
 */
import type { SensorId } from "../plant/sensor.ts";
import { assessAsset } from "./assess_asset.ts";
import { ASSET_DEFAULTS, type AssetSettings } from "./asset_settings.ts";
import { startAsset } from "./asset_state.ts";

/**
 * One score a row, 0 to 1; 0 while nothing judges it. `columns` have a value a row each, NaN for none. Throws a
 * RangeError with more than 1,000 columns.
 */
export function scoreAsset(
  ts: ArrayLike<number>,
  columns: readonly ArrayLike<number>[],
  settings: AssetSettings = ASSET_DEFAULTS,
): Float64Array {
  const sensors = columns.map((_, j) => ({ id: j as SensorId, key: String(j) }));
  const rules = { settings, sensors, criticality: "B" } as const;
  const rows = Array.from(ts, (at, i) => ({ ts: at, values: Float64Array.from(columns, (column) => column[i]) }));
  return assessAsset(startAsset(rules, { binMs: 1, from: ts[0] ?? 0 }), rows, rules).scores;
}
