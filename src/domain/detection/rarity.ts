/**
 * Rarity: how unusual a reading is, on one scale for all sensors. Each detector that measures how far a reading is
 * outside what is usual (its excess, in range widths) adds that excess over the one that a healthy sensor reaches once
 * in a hundred sensor-days. It has no upper end, so it still tells apart what the score, which saturates, finds equal.
 *
 * Formula: R = sum of e / usual excess. Example: 0.44 widths outside the value's range alone is R = 2.
 * A sensor-day is `READINGS_PER_DAY` readings, whatever their interval.
 */
import type { DetectorSet, FoldLimits } from "./detector_set.ts";
import type { Point } from "./detectors/detector.ts";
import { type CurveBand, RARITY_CURVE } from "./rarity_curve.ts";

/** Readings that make a sensor-day: five minutes apart. */
export const READINGS_PER_DAY = 288;

/**
 * Excess (range widths) that a healthy sensor reaches once in a hundred sensor-days: half generated sensors, half real
 * normal rows. Detectors that are not here add nothing.
 */
export const USUAL_EXCESS: Readonly<Record<string, number>> = {
  value_novelty: 0.22,
  time_of_day_novelty: 0.26,
  level_novelty: 0.1,
  exemplar: 0.13,
};

/** More than four widths outside the range, or the like: what is always announced, whatever the budget. */
export const RARITY_FLOOR = 20;

/** Beyond this nothing is told apart any more; it keeps sums finite. */
const RARITY_MAX = 1e6;

export interface RarityPart {
  readonly detector: string;
  /** In range widths. */
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
  /** As rare as once in so many sensor-days, for a sensor of this age. */
  readonly onceInDays: number;
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
  const parts = set.detectors.flatMap(({ name, excess }, d): RarityPart[] => {
    const usual = USUAL_EXCESS[name];
    const by = usual === undefined || excess === undefined
      ? 0
      : Math.min(excess(states[d], point, limits.detectors[d]), RARITY_MAX);
    return by > 0 ? [{ detector: name, excess: by, rarity: Math.min(by / usual, RARITY_MAX) }] : [];
  });
  const value = rarityOf(states, judged);
  return {
    value,
    parts: parts.sort((a, b) => b.rarity - a.rarity),
    onceInDays: onceInDays(value, readings / READINGS_PER_DAY),
  };
}

/**
 * Expected alerts per sensor-day at rarity `rarity` or over it, of a sensor that began to learn `ageDays` sensor-days
 * ago: straight lines between the points of the curve, in logarithms. Falls with `rarity`.
 */
export function rateAt(rarity: number, ageDays: number): number {
  const { rates, rarities } = bandOf(ageDays);
  const last = rarities.length - 1;
  if (rarity <= rarities[0]) return rates[0];
  let k = 1;
  while (k < last && rarity > rarities[k]) k++;
  const slope = Math.log(rates[k] / rates[k - 1]) / Math.log(rarities[k] / rarities[k - 1]);
  return rates[k] * Math.exp(slope * Math.log(rarity / rarities[k]));
}

/** Reading of the curve the other way: as rare as once in so many sensor-days. */
export function onceInDays(rarity: number, ageDays: number): number {
  return 1 / rateAt(rarity, ageDays);
}

/** The ages (sensor-days) at which the curve changes. */
export const AGE_BANDS: readonly number[] = RARITY_CURVE.map(({ fromDays }) => fromDays);

function bandOf(ageDays: number): CurveBand {
  let band = RARITY_CURVE[0];
  for (const one of RARITY_CURVE) if (ageDays >= one.fromDays) band = one;
  return band;
}

/** In words: "as rare as once in 40 sensor-days here". */
export function rarityWords({ onceInDays }: Pick<Rarity, "onceInDays">): string {
  if (onceInDays < 1.5) return "as usual as once a sensor-day here, or more often";
  return `as rare as once in ${rounded(onceInDays)} sensor-days here`;
}

/** To two digits: more would claim what nobody knows. */
function rounded(days: number): string {
  return days >= 10_000 ? "more than 10,000" : String(Number(days.toPrecision(2)));
}
