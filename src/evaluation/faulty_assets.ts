/**
 * Assets as people feel them when no budget is set: false alerts of generated healthy assets and of the healthy sample
 * plant, and what share of generated faults of assets opens an alert. Each faulty asset has one fault in one sensor.
 */
import type { Decision } from "../domain/detection/episode.ts";
import { READINGS_PER_DAY } from "../domain/detection/rarity.ts";
import { type GeneratedAsset, healthyAsset } from "./healthy_assets.ts";
import { drawsOf } from "./healthy_series.ts";
import { assessWhole } from "./rarity_rates.ts";
import { samplePlant } from "./sample_plant.ts";

/** What happens to a sensor's value from a row on: `size` is its deviation, `i` the rows since then. */
const FAULTS = {
  step: (value: number, { size, by }: Change) => value + size * by,
  ramp: (value: number, { size, by, i }: Change) => value + size * by * Math.min(1, i / (2 * READINGS_PER_DAY)),
  /** It no longer goes with the others, and stays within its range. */
  parted: (value: number, { mean }: Change) => 2 * mean - value,
} as const;

interface Change {
  readonly size: number;
  readonly mean: number;
  readonly by: number;
  readonly i: number;
}

export type AssetFaultName = keyof typeof FAULTS;
export const ASSET_FAULTS = Object.keys(FAULTS) as readonly AssetFaultName[];

/** Asset-days from the beginning of a fault in which an alert counts as found. */
const FOUND_DAYS = 3;
const FROM_DAY = 20;

export interface AssetFaultRow {
  readonly fault: AssetFaultName;
  readonly assets: number;
  readonly found: number;
}

export function assetFaultTable(
  { seed, assets, days }: { seed: number; assets: number; days: number },
): { rows: AssetFaultRow[]; falsePerDay: number } {
  const rows = ASSET_FAULTS.map((fault) => ({ fault, assets: 0, found: 0 }));
  let [falses, healthyDays] = [0, 0];
  for (let number = 0; number < assets; number++) {
    const row = rows[number % rows.length];
    const asset = healthyAsset({ seed, number, rows: days * READINGS_PER_DAY });
    const from = (FROM_DAY + number % 5) * READINGS_PER_DAY;
    spoil(asset, { fault: row.fault, from, seed, number });
    const opened = openedOf(assessWhole(asset, () => 0).decisions, asset);
    row.assets++;
    if (opened.some((at) => at >= from && at < from + FOUND_DAYS * READINGS_PER_DAY)) row.found++;
    falses += opened.filter((at) => at < from).length;
    healthyDays += from / READINGS_PER_DAY;
  }
  return { rows, falsePerDay: falses / healthyDays };
}

/** Rows at which alerts opened. */
function openedOf(decisions: readonly Decision[], { ts, stepMs }: GeneratedAsset): number[] {
  return decisions.filter(({ type }) => type === "opened").map((one) => Math.round((one.ts - ts[0]) / stepMs));
}

interface Spoiling {
  readonly fault: AssetFaultName;
  readonly from: number;
  readonly seed: number;
  readonly number: number;
}

function spoil({ columns }: GeneratedAsset, { fault, from, seed, number }: Spoiling): void {
  const draws = drawsOf(seed, 900_000 + number);
  const column = columns[Math.floor(draws.uniform(0, columns.length))];
  const before = column.subarray(0, from);
  const mean = before.reduce((sum, value) => sum + value, 0) / from;
  const size = Math.sqrt(before.reduce((sum, value) => sum + (value - mean) ** 2, 0) / from);
  const by = (draws.chance(0.5) ? 1 : -1) * draws.uniform(2, 5);
  for (let i = from; i < column.length; i++) column[i] = FAULTS[fault](column[i], { size, mean, by, i: i - from });
}

/** Alerts per asset-day (288 rows) on the sample plant without its faults: in the first two days, and behind them. */
export function samplePlantAlarms(
  { seeds, days, intervalMs }: { seeds: readonly number[]; days: number; intervalMs: number },
): { first: number; later: number } {
  const dayMs = 86_400_000;
  const rowsADay = dayMs / intervalMs;
  const from = Date.UTC(2026, 0, 5);
  let [first, later, assets] = [0, 0, 0];
  for (const seed of seeds) {
    const plant = samplePlant({ seed, from, to: from + days * dayMs, intervalMs, faults: [] });
    const rows = days * rowsADay;
    const ts = Float64Array.from({ length: rows }, (_, i) => from + i * intervalMs);
    const columns = new Map(plant.sensors.map(({ key }) => [key, new Float64Array(rows)]));
    for (let i = 0; i < rows; i++) {
      for (const { sensor, value } of plant.next()) columns.get(sensor.key)![i] = Number(value);
    }
    for (const sensors of Map.groupBy(plant.sensors, ({ assetKey }) => assetKey).values()) {
      if (sensors.length < 2) continue;
      const asset = { stepMs: intervalMs, ts, columns: sensors.map(({ key }) => columns.get(key)!) };
      const opened = openedOf(assessWhole(asset, () => 0).decisions, asset);
      assets++;
      first += opened.filter((at) => at < 2 * rowsADay).length;
      later += opened.filter((at) => at >= 2 * rowsADay).length;
    }
  }
  const daysOf = (part: number) => assets * part * rowsADay / READINGS_PER_DAY;
  return { first: first / daysOf(2), later: later / daysOf(days - 2) };
}
