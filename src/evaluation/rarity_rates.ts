/**
 * Makes the curves of rarity: how often episodes of generated healthy sensors and assets reach each rarity, by age of
 * the sensor or asset.
 */
import { assess } from "../domain/detection/assess.ts";
import type { DetectorSet } from "../domain/detection/detector_set.ts";
import { assessAsset } from "../domain/detection/assess_asset.ts";
import { ASSET_DEFAULTS } from "../domain/detection/asset_settings.ts";
import { startAsset } from "../domain/detection/asset_state.ts";
import type { Decision } from "../domain/detection/episode.ts";
import { type BudgetedKind, READINGS_PER_DAY } from "../domain/detection/rarity.ts";
import { startState } from "../domain/detection/sensor_state.ts";
import { type GeneratedAsset, healthyAsset } from "./healthy_assets.ts";
import type { SensorId } from "../domain/plant/sensor.ts";
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
/** Sensor-days (asset-days; of drift days) since it began to learn, from which the bands of a curve hold. */
export const CURVE_AGES = {
  anomaly: [0, 4, 8, 14],
  // Ten day means are needed, and seventeen for the slower of its two measures: what waited for either comes at once.
  drift: [0, 10, 11, 17, 19, 24, 30],
  asset_anomaly: [0, 4, 8, 14],
} as const satisfies Readonly<Record<BudgetedKind, readonly number[]>>;

export interface CurveBand {
  readonly fromDays: number;
  /** Sensor-days that were counted over. */
  readonly sensorDays: number;
  /** Alerts per sensor-day at each of `CURVE_RARITIES` or over it. */
  readonly rates: readonly number[];
}

export interface CurveFleet {
  readonly kind: BudgetedKind;
  readonly set: DetectorSet;
  readonly seed: number;
  /** Sensors, or assets. */
  readonly subjects: number;
  readonly days: number;
}

export function measureRates(fleet: CurveFleet, progress: (done: number) => void): CurveBand[] {
  const { kind, subjects, days } = fleet;
  const ages = CURVE_AGES[kind];
  const counts = ages.map(() => CURVE_RARITIES.map(() => 0));
  const sensorDays = ages.map((from, b) => subjects * Math.max(0, Math.min(days, ages[b + 1] ?? days) - from));
  for (let number = 0; number < subjects; number++) {
    if (number % 50 === 0) progress(number);
    const { decisions, ageAt } = kind === "asset_anomaly" ? ofAsset(fleet, number) : ofSensor(fleet, number);
    let [episode, reached] = [NaN, -1];
    for (const { episodeStart, ts, rarity } of decisions) {
      if (rarity === undefined) continue;
      if (episodeStart !== episode) [episode, reached] = [episodeStart, -1];
      const band = ages.findLastIndex((from) => ageAt(ts) >= from);
      // Each rarity is reached once an episode, at the age of the reading that reaches it.
      for (let r = reached + 1; r < CURVE_RARITIES.length; r++) {
        if (r > 0 && rarity.value < CURVE_RARITIES[r]) break;
        counts[band][r]++;
        reached = r;
      }
    }
  }
  return ages.map((fromDays, b) => ({
    fromDays,
    sensorDays: sensorDays[b],
    rates: counts[b].map((count) => count / sensorDays[b]),
  }));
}

interface Judged {
  readonly decisions: readonly Decision[];
  /** Sensor-days that it had learnt at a data time. */
  readonly ageAt: (ts: number) => number;
}

function ofSensor({ kind, set, seed, days }: CurveFleet, number: number): Judged {
  const rules = { set: onlyOf(kind, set), criticality: "B" as const, lineAt: () => Infinity };
  const series = healthySeries({ seed, number, readings: days * READINGS_PER_DAY });
  const status = new Uint32Array(series.ts.length);
  const { decisions } = assess(startState(rules.set), { ...series, status }, rules);
  const dayMs = READINGS_PER_DAY * (series.ts[1] - series.ts[0]);
  return { decisions, ageAt: (ts) => (ts - series.ts[0]) / dayMs };
}

/** The detectors that episodes of the kind come from. */
function onlyOf(kind: BudgetedKind, set: DetectorSet): DetectorSet {
  const isAsked = (_: unknown, w: number) => set.settings.watches[w].kind === kind;
  const watches = set.watches.filter(isAsked);
  const none = kind === "anomaly" ? {} : { detectors: [], parts: [], weights: new Float64Array() };
  const settings = { ...set.settings, watches: set.settings.watches.filter(isAsked) };
  return { ...set, ...none, watches, watchParts: set.watchParts.filter(isAsked), settings };
}

function ofAsset({ seed, days }: CurveFleet, number: number): Judged {
  const asset = healthyAsset({ seed, number, rows: days * READINGS_PER_DAY });
  const { decisions } = assessWhole(asset, () => Infinity);
  return { decisions, ageAt: (ts) => (ts - asset.ts[0]) / asset.stepMs / READINGS_PER_DAY };
}

/** The asset judged from its first row to its last. */
export function assessWhole({ stepMs, ts, columns }: GeneratedAsset, lineAt: (ts: number) => number) {
  const sensors = columns.map((_, j) => ({ id: j as SensorId, key: String(j) }));
  const rules = { settings: ASSET_DEFAULTS, criticality: "B" as const, sensors, lineAt };
  const rows = Array.from(ts, (at, i) => ({ ts: at, values: Float64Array.from(columns, (column) => column[i]) }));
  return assessAsset(startAsset(rules, { binMs: stepMs, from: ts[0] }), rows, rules);
}
