/**
 * Rarity: how unusual a reading is, on one scale for all sensors and assets. Each detector that measures how far a
 * reading is outside what is usual (its excess, in range widths) adds that excess over the one that a healthy sensor
 * reaches once in a hundred sensor-days. It has no upper end, so it still tells apart what the score, which saturates,
 * finds equal.
 *
 * Formula: R = sum of e / usual excess. Example: 0.44 widths outside the value's range alone is R = 2.
 * A sensor-day is `READINGS_PER_DAY` readings, whatever their interval; an asset-day is as many rows. Drift judges day
 * means: its sensor-days are days.
 */
import type { DetectorSet, FoldLimits } from "./detector_set.ts";
import type { Point } from "./detectors/detector.ts";
import { type CurveBand, RARITY_CURVE } from "./rarity_curve.ts";
import { ASSET_CURVE } from "./rarity_curve_asset.ts";
import { DRIFT_CURVE } from "./rarity_curve_drift.ts";

/** Kinds of episodes that have a rarity; the others are facts. */
const CURVES = {
  anomaly: RARITY_CURVE,
  drift: DRIFT_CURVE,
  asset_anomaly: ASSET_CURVE,
} as const satisfies Readonly<Record<string, readonly CurveBand[]>>;

export type BudgetedKind = keyof typeof CURVES;
export const BUDGETED_KINDS = Object.keys(CURVES) as readonly BudgetedKind[];

export function isBudgeted(kind: string): kind is BudgetedKind {
  return kind in CURVES;
}

/** Readings that make a sensor-day: five minutes apart. */
export const READINGS_PER_DAY = 288;

/**
 * Excess that a healthy sensor reaches once in a hundred sensor-days (range widths: half generated sensors, half real
 * normal rows), and a healthy asset in a hundred asset-days (in the detectors' own measures: generated ones). Detectors
 * that are not here add nothing.
 */
export const USUAL_EXCESS: Readonly<Record<string, number>> = {
  value_novelty: 0.22,
  time_of_day_novelty: 0.26,
  level_novelty: 0.1,
  exemplar: 0.13,
  // Once in a hundred days it reaches 1; by this what is always announced comes as seldom as of anomalies.
  drift: 4,
  asset_stream: 450,
  t_squared: 3.7,
  isolation_forest: 0.9,
  operating_modes: 1,
};

/** More than four widths outside the range, or the like: what is always announced, whatever the budget. */
export const RARITY_FLOOR = 20;

/** Beyond this nothing is told apart any more; it keeps sums finite. */
const RARITY_MAX = 1e6;

export interface RarityPart {
  readonly detector: string;
  /** In range widths, or in the detector's own measure. */
  readonly excess: number;
  /** What it adds. */
  readonly rarity: number;
}

/**
 * Why something counts as rare: the sum, its parts (the largest first), and how seldom it comes to a healthy sensor.
 */
export interface Rarity {
  readonly value: number;
  readonly parts: readonly RarityPart[];
  /** As rare as once in so many sensor-days, for a sensor of this age; of an asset: asset-days. */
  readonly onceInDays: number;
  /** Left out: of a sensor. */
  readonly of?: "asset";
}

/** A reading, by what and at which rate it is judged. */
export interface Judged {
  readonly set: DetectorSet;
  readonly point: Point;
  readonly limits: FoldLimits;
}

/** Judges by the states as they are before the reading is learnt. */
export function rarityOf(states: readonly unknown[], { set: { detectors }, point, limits }: Judged): number {
  let sum = 0;
  for (let d = 0; d < detectors.length; d++) {
    const { name, excess } = detectors[d];
    const usual = USUAL_EXCESS[name];
    if (usual !== undefined && excess !== undefined) sum += excess(states[d], point, limits.detectors[d]) / usual;
  }
  return Math.min(sum, RARITY_MAX);
}

/** The same with its parts, for a sensor that knows `readings`. */
export function explainRarity(
  states: readonly unknown[],
  judged: Judged,
  readings: number,
): Rarity {
  const { set, point, limits } = judged;
  const found = set.detectors.map(({ name, excess }, d) => ({
    detector: name,
    excess: excess?.(states[d], point, limits.detectors[d]) ?? 0,
  }));
  return rarityFrom(found, { kind: "anomaly", ageDays: readings / READINGS_PER_DAY });
}

/** The rarity that excesses come to, for a subject of this age. */
export function rarityFrom(
  found: readonly { readonly detector: string; readonly excess: number }[],
  { kind, ageDays }: { kind: BudgetedKind; ageDays: number },
): Rarity {
  let sum = 0;
  const parts = found.flatMap(({ detector, excess }): RarityPart[] => {
    const usual = USUAL_EXCESS[detector];
    if (usual === undefined || !(excess > 0)) return [];
    sum += excess / usual;
    return [{ detector, excess: Math.min(excess, RARITY_MAX), rarity: Math.min(excess / usual, RARITY_MAX) }];
  });
  const value = Math.min(sum, RARITY_MAX);
  return {
    value,
    parts: parts.sort((a, b) => b.rarity - a.rarity),
    onceInDays: onceInDays(value, ageDays, kind),
    ...kind === "asset_anomaly" ? { of: "asset" } : {},
  };
}

/**
 * Expected alerts per sensor-day at rarity `rarity` or over it, of a sensor that began to learn `ageDays` sensor-days
 * ago: straight lines between the points of the curve, in logarithms. Falls with `rarity`. Of assets likewise.
 */
export function rateAt(rarity: number, ageDays: number, kind: BudgetedKind = "anomaly"): number {
  const { rates, rarities } = bandOf(ageDays, kind);
  const last = rarities.length - 1;
  if (rarity <= rarities[0]) return rates[0];
  let k = 1;
  while (k < last && rarity > rarities[k]) k++;
  const slope = Math.log(rates[k] / rates[k - 1]) / Math.log(rarities[k] / rarities[k - 1]);
  return rates[k] * Math.exp(slope * Math.log(rarity / rarities[k]));
}

/** Reading of the curve the other way: as rare as once in so many sensor-days. */
export function onceInDays(rarity: number, ageDays: number, kind?: BudgetedKind): number {
  return 1 / rateAt(rarity, ageDays, kind);
}

/** The ages (sensor-days) at which a curve changes. */
export function ageBandsOf(kind: BudgetedKind): readonly number[] {
  return AGE_BANDS[kind];
}

const fromDaysOf = (curve: readonly CurveBand[]) => curve.map(({ fromDays }) => fromDays);
const AGE_BANDS: Readonly<Record<BudgetedKind, readonly number[]>> = {
  anomaly: fromDaysOf(RARITY_CURVE),
  drift: fromDaysOf(DRIFT_CURVE),
  asset_anomaly: fromDaysOf(ASSET_CURVE),
};

function bandOf(ageDays: number, kind: BudgetedKind): CurveBand {
  const curve: readonly CurveBand[] = CURVES[kind];
  let band = curve[0];
  for (const one of curve) if (ageDays >= one.fromDays) band = one;
  return band;
}

/** In words: "as rare as once in 40 sensor-days here". */
export function rarityWords({ onceInDays, of: whose }: Pick<Rarity, "onceInDays" | "of">): string {
  const of = whose ?? "sensor";
  if (onceInDays < 1.5) return `as usual as once ${of === "asset" ? "an" : "a"} ${of}-day here, or more often`;
  return `as rare as once in ${rounded(onceInDays)} ${of}-days here`;
}

/** To two digits: more would claim what nobody knows. */
function rounded(days: number): string {
  return days >= 10_000 ? "more than 10,000" : String(Number(days.toPrecision(2)));
}
