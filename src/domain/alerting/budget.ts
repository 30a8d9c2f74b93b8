/**
 * The alarm budget: at most so many alerts a day over all sensors of a tenant, or of an asset and all below it. Each
 * day of data time has a line; episodes that are rarer are announced. The line is where the curve of rarity (rarity.ts)
 * expects the budgeted number from the sensors that there are, times exp(correction); the correction is integral
 * control of what was announced before, the long-run guarantee of adaptive conformal inference (I. Gibbs, E. Candes,
 * NeurIPS 2021) on the rate of the tenant.
 *
 * A line is reckoned from days that lie `LAG_DAYS` before its own: they are complete however sources run behind each
 * other by less than a day, so that it does not depend on the order in which they report.
 */
import { AGE_BANDS, RARITY_FLOOR, rateAt, READINGS_PER_DAY } from "../detection/rarity.ts";
import type { Day, SensorDay } from "../detection/sensor_day.ts";

export const LAG_DAYS = 2;

/** Share of a day's relative error that the correction takes up. */
const GAIN = 0.2;
/** A burst that is many times the budget must not make the next weeks deaf. */
const ERROR_MAX = 2;
const CORRECTION_MAX = 3;
/** Alerts per sensor and day that are announced whatever the budget (rarity 20 and more). */
export const ALWAYS_PER_SENSOR = 1.5e-4;
/** A budget has to leave room for them. */
const LEAST_PER_SENSOR = 2e-4;
export const ALERTS_PER_DAY_MAX = 100_000;

/** A line of a day: written once, never changed. */
export interface AlarmDay {
  readonly day: Day;
  /** Undefined: no budget was set, every episode is announced. */
  readonly alertsPerDay: number | undefined;
  /** In logarithms of the rate. */
  readonly correction: number;
  /** Rarity from which an episode is announced on this day. */
  readonly line: number;
  /** Sensors it was reckoned for. */
  readonly sensors: number;
}

/** Sensors of about one age, on one day. */
export interface AgeGroup {
  /** Sensor-days that they had learnt when the day began. */
  readonly ageDays: number;
  readonly sensors: number;
  /** Their readings of that day, together. */
  readonly readings: number;
}

/** Ages are told apart by quarters of a sensor-day, up to the last band of the curve. */
const AGES_PER_DAY = 4;

/** Number of the group of ages that a sensor belongs to. */
export function ageGroupOf({ known }: SensorDay): number {
  const days = Math.min(known / READINGS_PER_DAY, AGE_BANDS[AGE_BANDS.length - 1]);
  return Math.floor(AGES_PER_DAY * days);
}

/** The age (sensor-days) that a group begins at. */
export function ageOf(group: number): number {
  return group / AGES_PER_DAY;
}

/** Readings that sensors learn from before any of their detectors judges. */
const WARM_UP_DAYS = 200 / READINGS_PER_DAY;

/** Those of a population that are old enough to be judged on the day of the line, before it ends. */
export function judgedOn(population: readonly AgeGroup[]): AgeGroup[] {
  return population.filter((group) => group.ageDays + (LAG_DAYS + 1) * paceOf(group) > WARM_UP_DAYS);
}

/** Sensor-days that each of the group has in a day. */
function paceOf({ sensors, readings }: AgeGroup): number {
  return readings / sensors / READINGS_PER_DAY;
}

export interface LineRules {
  readonly alertsPerDay: number | undefined;
  readonly correction: number;
  /** Of the day that lies `LAG_DAYS` before the line's, who is judged by now. Who was silent then is not in it. */
  readonly population: readonly AgeGroup[];
}

/**
 * The rarity at which the curve expects `alertsPerDay * exp(correction)` alerts of the population. Without a population
 * nobody knows what to expect: then only what is always announced is, and a day like that opens the line to nothing.
 */
export function lineOf({ alertsPerDay, correction, population }: LineRules): number {
  if (alertsPerDay === undefined) return 0;
  if (population.length === 0) return RARITY_FLOOR;
  const wanted = alertsPerDay * Math.exp(correction);
  if (expectedAt(RARITY_FLOOR, population) >= wanted) return RARITY_FLOOR;
  if (expectedAt(0, population) <= wanted) return 0;
  let [low, high] = [0, RARITY_FLOOR];
  // The halves of 20 are told apart to 1e-14 after so many.
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (expectedAt(middle, population) > wanted) low = middle;
    else high = middle;
  }
  return high;
}

/** Alerts that the curve expects at `rarity` or over it on the day of the line. */
export function expectedAt(rarity: number, population: readonly AgeGroup[]): number {
  return population.reduce((sum, group) => {
    const pace = paceOf(group);
    const from = group.ageDays + LAG_DAYS * pace;
    return sum + group.sensors * pace * meanRate(rarity, { from, to: from + pace });
  }, 0);
}

/** Mean of the curve over ages, which it changes with in steps. */
function meanRate(rarity: number, { from, to }: { from: number; to: number }): number {
  if (to <= from) return rateAt(rarity, from);
  let sum = 0;
  for (let b = 0; b < AGE_BANDS.length; b++) {
    const [begin, end] = [Math.max(from, AGE_BANDS[b]), Math.min(to, AGE_BANDS[b + 1] ?? Infinity)];
    if (end > begin) sum += (end - begin) * rateAt(rarity, AGE_BANDS[b]);
  }
  return sum / (to - from);
}

/** The correction behind a day that had a line, when it is closed with `counted` alerts. */
export function corrected(
  { alertsPerDay, correction, sensors }: Pick<AlarmDay, "alertsPerDay" | "correction" | "sensors">,
  counted: number,
): number {
  // A day whose line nobody could reckon says nothing about the curve.
  if (alertsPerDay === undefined || sensors === 0) return correction;
  const error = (counted - alertsPerDay) / Math.max(alertsPerDay, 1);
  return clamp(correction - GAIN * clamp(error, ERROR_MAX), CORRECTION_MAX);
}

function clamp(value: number, most: number): number {
  return Math.min(Math.max(value, -most), most);
}

/** Alerts of one site within this time are one burst. */
export const BURST_MS = 900_000;
/** Of so many alerts a day, about 6 % share a quarter of an hour with another by chance alone. */
const CHANCE_PER_DAY = 12;

/**
 * How many alerts a day counts, from the sizes of its bursts: a burst counts as one alert. Large budgets bring together
 * by chance what is none: there a burst counts as what chance may bring, or the budget would be overrun unseen.
 */
export function countedOf(bursts: readonly number[], alertsPerDay: number | undefined): number {
  const most = 1 + Math.floor((alertsPerDay ?? 0) / CHANCE_PER_DAY);
  return bursts.reduce((sum, size) => sum + Math.min(size, most), 0);
}

export function leastBudget(sensors: number): number {
  return LEAST_PER_SENSOR * sensors;
}

/** Why it cannot be a budget of so many sensors, as the end of a sentence; undefined: it can. */
export function budgetFault(alertsPerDay: number, sensors: number): string | undefined {
  if (!(alertsPerDay > 0) || alertsPerDay > ALERTS_PER_DAY_MAX) {
    return `has to be over 0 and at most ${ALERTS_PER_DAY_MAX}`;
  }
  const least = leastBudget(sensors);
  if (alertsPerDay >= least) return undefined;
  return `is under what ${sensors} sensors need: alerts of rarity ${RARITY_FLOOR} and more are announced whatever the ` +
    `budget, about ${shown(ALWAYS_PER_SENSOR * sensors)} a day here. Set at least ${shown(least)}`;
}

function shown(value: number): string {
  return String(Number(value.toPrecision(3)));
}
