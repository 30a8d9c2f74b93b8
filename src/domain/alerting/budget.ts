/**
 * The alarm budget: at most so many alerts a day over all sensors and assets of a tenant, or of an asset and all below
 * it. Each kind of episode that has a rarity has a share of it, and for each day of data time a line; episodes that are
 * rarer are announced. The line is where the curve of rarity (rarity.ts)
 * expects the budgeted number from the sensors that there are, times exp(correction); the correction is integral
 * control of what was announced before, the long-run guarantee of adaptive conformal inference (I. Gibbs, E. Candes,
 * NeurIPS 2021) on the rate of the tenant.
 *
 * A line is reckoned from days that lie `LAG_DAYS` before its own: they are complete however sources run behind each
 * other by less than a day, so that it does not depend on the order in which they report.
 */
import { ageBandsOf, type BudgetedKind, RARITY_FLOOR, rateAt, READINGS_PER_DAY } from "../detection/rarity.ts";
import type { Day, SensorDay } from "../detection/sensor_day.ts";

export const LAG_DAYS = 2;

/** Share of a day's relative error that the correction takes up. */
const GAIN = 0.2;
/** A burst that is many times the budget must not make the next weeks deaf. */
const ERROR_MAX = 2;
const CORRECTION_MAX = 3;
/** Alerts per sensor (or asset) and day that are announced whatever the budget (rarity 20 and more). */
export const ALWAYS_PER_SENSOR = 1.5e-4;
/** A budget has to leave room for them. */
const LEAST_PER_SENSOR = 2e-4;
export const ALERTS_PER_DAY_MAX = 100_000;

/** A line of a day: written once, never changed. */
export interface AlarmDay {
  readonly day: Day;
  readonly kind: BudgetedKind;
  /** The budget over all kinds; undefined: none was set, every episode is announced. */
  readonly alertsPerDay: number | undefined;
  /** What this kind has of it. */
  readonly share: number | undefined;
  /** In logarithms of the rate. */
  readonly correction: number;
  /** Rarity from which an episode is announced on this day. */
  readonly line: number;
  /** Sensors it was reckoned for, or assets. */
  readonly subjects: number;
}

/** Sensors of about one age, on one day; or assets, of which a row is a reading. */
export interface AgeGroup {
  /** Sensor-days that they had learnt when the day began. */
  readonly ageDays: number;
  readonly sensors: number;
  /** Their readings of that day, together. */
  readonly readings: number;
}

/** Ages are told apart by quarters of a sensor-day, up to the last band of the curves. */
const AGES_PER_DAY = 4;
const OLD_DAYS = Math.max(...ageBandsOf("anomaly"), ...ageBandsOf("asset_anomaly"));
/** Drift goes by whole days, so that a fast sensor's age is told apart for as many sensor-days as it has in them. */
const OLD_CALENDAR_DAYS = Math.max(...ageBandsOf("drift"));
const PACE_MAX = 1_000_000;

/** Number of the group of ages that a sensor belongs to. */
export function ageGroupOf({ known, readings }: SensorDay): number {
  const pace = Math.min(readings / READINGS_PER_DAY, PACE_MAX);
  const days = Math.min(known / READINGS_PER_DAY, Math.max(OLD_DAYS, OLD_CALENDAR_DAYS * pace));
  return Math.floor(AGES_PER_DAY * days);
}

/** The age (sensor-days) that a group begins at. */
export function ageOf(group: number): number {
  return group / AGES_PER_DAY;
}

/** What is learnt before anything is judged: 200 readings, ten days, 400 rows. */
const WARM_UP_DAYS: Readonly<Record<BudgetedKind, number>> = {
  anomaly: 200 / READINGS_PER_DAY,
  drift: 10,
  asset_anomaly: 400 / READINGS_PER_DAY,
};

/** Those of a population that are old enough to be judged on the day of the line, before it ends. */
export function judgedOn(population: readonly AgeGroup[], kind: BudgetedKind = "anomaly"): AgeGroup[] {
  return population.filter((group) => group.ageDays + (LAG_DAYS + 1) * paceOf(group) > WARM_UP_DAYS[kind]);
}

/** Who is judged on a day, by kind, each in the sensor-days (asset-days) of its kind. */
export type Populations = Readonly<Record<BudgetedKind, readonly AgeGroup[]>>;

export function populationsOf(
  { sensors, assets }: { sensors: readonly AgeGroup[]; assets: readonly AgeGroup[] },
): Populations {
  return {
    anomaly: judgedOn(sensors),
    drift: judgedOn(sensors.map(byCalendar), "drift"),
    asset_anomaly: judgedOn(assets, "asset_anomaly"),
  };
}

/** Its days are days, whatever its pace. */
function byCalendar(group: AgeGroup): AgeGroup {
  const { sensors } = group;
  return { sensors, ageDays: group.ageDays / Math.max(paceOf(group), 1e-9), readings: sensors * READINGS_PER_DAY };
}

export function subjectsIn(population: readonly AgeGroup[]): number {
  return population.reduce((sum, { sensors }) => sum + sensors, 0);
}

/** Of a budget, the most that drift has. */
const DRIFT_SHARE = 0.2;

/**
 * What each kind has of a budget. An asset has as much as a sensor, drift a fifth of the whole; neither more than the
 * curve expects of all its episodes: what they cannot use is for the sensors' anomalies.
 */
export function sharesOf(alertsPerDay: number, populations: Populations): Record<BudgetedKind, number> {
  const [sensors, assets] = [subjectsIn(populations.anomaly), subjectsIn(populations.asset_anomaly)];
  const usable = (kind: BudgetedKind, most: number) => Math.min(most, expectedAt(0, populations[kind], kind));
  const drift = usable("drift", DRIFT_SHARE * alertsPerDay);
  const ofAssets = assets === 0 ? 0 : (alertsPerDay - drift) * assets / (sensors + assets);
  const asset_anomaly = usable("asset_anomaly", ofAssets);
  return { anomaly: alertsPerDay - drift - asset_anomaly, drift, asset_anomaly };
}

/** Sensor-days that each of the group has in a day. */
function paceOf({ sensors, readings }: AgeGroup): number {
  return readings / sensors / READINGS_PER_DAY;
}

export interface LineRules {
  /** "anomaly" when left out. */
  readonly kind?: BudgetedKind;
  /** Of this kind. */
  readonly alertsPerDay: number | undefined;
  readonly correction: number;
  /** Of the day that lies `LAG_DAYS` before the line's, who is judged by now. Who was silent then is not in it. */
  readonly population: readonly AgeGroup[];
}

/**
 * The rarity at which the curve expects `alertsPerDay * exp(correction)` alerts of the population. Without a population
 * nobody knows what to expect: then only what is always announced is, and a day like that opens the line to nothing.
 */
export function lineOf({ kind, alertsPerDay, correction, population }: LineRules): number {
  if (alertsPerDay === undefined) return 0;
  if (population.length === 0) return RARITY_FLOOR;
  const wanted = alertsPerDay * Math.exp(correction);
  if (expectedAt(RARITY_FLOOR, population, kind) >= wanted) return RARITY_FLOOR;
  if (expectedAt(0, population, kind) <= wanted) return 0;
  let [low, high] = [0, RARITY_FLOOR];
  // The halves of 20 are told apart to 1e-14 after so many.
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (expectedAt(middle, population, kind) > wanted) low = middle;
    else high = middle;
  }
  return high;
}

/** Alerts that the curve expects at `rarity` or over it on the day of the line. */
export function expectedAt(
  rarity: number,
  population: readonly AgeGroup[],
  kind: BudgetedKind = "anomaly",
): number {
  return population.reduce((sum, group) => {
    const pace = paceOf(group);
    const from = group.ageDays + LAG_DAYS * pace;
    return sum + group.sensors * pace * meanRate(rarity, { from, to: from + pace, kind });
  }, 0);
}

/** Mean of the curve over ages, which it changes with in steps. */
function meanRate(rarity: number, { from, to, kind }: { from: number; to: number; kind: BudgetedKind }): number {
  if (to <= from) return rateAt(rarity, from, kind);
  const bands = ageBandsOf(kind);
  let sum = 0;
  for (let b = 0; b < bands.length; b++) {
    const [begin, end] = [Math.max(from, bands[b]), Math.min(to, bands[b + 1] ?? Infinity)];
    if (end > begin) sum += (end - begin) * rateAt(rarity, bands[b], kind);
  }
  return sum / (to - from);
}

/** The correction behind a day that had a line, when it is closed with `counted` alerts. */
export function corrected(
  { share, correction, subjects }: Pick<AlarmDay, "share" | "correction" | "subjects">,
  counted: number,
): number {
  // A day whose line nobody could reckon says nothing about the curve.
  if (share === undefined || subjects === 0) return correction;
  const error = (counted - share) / Math.max(share, 1);
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
export function countedOf(bursts: readonly number[], share: number | undefined): number {
  const most = 1 + Math.floor((share ?? 0) / CHANCE_PER_DAY);
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
