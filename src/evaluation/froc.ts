/**
 * Free-response operating characteristic of a fleet: the share of labelled windows that are found, against false alerts
 * per sensor-day. Rows become alerts in the same way for every scorer: the first row over the threshold opens an alert,
 * rows within `JOIN` readings of that row belong to it, the next one over opens another; so a score that stays high
 * pays for each of them. An alert is false when none of its rows lies in a window; a window is found by a row over in
 * it.
 */
import { READINGS_PER_DAY } from "../domain/detection/rarity.ts";
import { probation } from "./nab.ts";

/** Readings behind an alert's first row that belong to it. */
const JOIN = 120;
/** False alerts per sensor-day that are reported. */
export const FROC_RATES = [0.1, 0.03, 0.01, 0.003] as const;
/** Rates, equally spaced in logarithm over those, whose mean share found is the figure of a scorer. */
const GRID = 16;

/** One sensor's scores and the windows of whatever it belongs to. */
export interface ScoredSensor {
  /** A sensor, or an asset: windows of equal unit and number are one, found by any of its sensors. */
  readonly unit: string;
  /** One per row, 0 to 1. */
  readonly scores: ArrayLike<number>;
  /** Inclusive pairs of rows. */
  readonly windows: readonly (readonly [number, number])[];
}

export interface FrocPoint {
  /** The lowest score whose false alerts per sensor-day are at most `rate`. */
  readonly threshold: number;
  readonly rate: number;
  /** False alerts per sensor-day at that threshold. */
  readonly got: number;
  /** Share of the windows that are found. */
  readonly recall: number;
  /** Median over those of the readings from the window's first row to the first row over in it; NaN when none is. */
  readonly delay: number;
}

export interface Froc {
  readonly sensors: number;
  readonly sensorDays: number;
  readonly windows: number;
  readonly points: readonly FrocPoint[];
  /** Mean recall over the grid of rates. */
  readonly froc: number;
}

interface Judged {
  /** Rows behind the probation with a score over 0, in order. */
  readonly rows: readonly number[];
  readonly scores: ArrayLike<number>;
  readonly windows: readonly { readonly id: string; readonly from: number; readonly to: number }[];
  readonly days: number;
}

/** Throws a RangeError for a fleet without windows, or without a judged row outside of them. */
export function frocOf(fleet: readonly ScoredSensor[], rates: readonly number[] = FROC_RATES): Froc {
  const sensors = fleet.map(judged);
  const windows = new Set(sensors.flatMap((sensor) => sensor.windows.map(({ id }) => id))).size;
  const sensorDays = sensors.reduce((sum, { days }) => sum + days, 0);
  if (windows === 0) throw new RangeError("the fleet has no window, so there is nothing to find");
  if (sensorDays <= 0) throw new RangeError("no judged row lies outside a window, so there is no rate of false alerts");
  const [low, high] = [Math.log(Math.min(...rates)), Math.log(Math.max(...rates))];
  const grid = Array.from({ length: GRID }, (_, k) => Math.exp(low + k * (high - low) / (GRID - 1)));
  const at = curveOf(sensors, sensorDays);
  const pointOf = (rate: number): FrocPoint => {
    const { threshold, falseAlerts, delays } = at(rate);
    const recall = delays.length / windows;
    return { rate, threshold, got: falseAlerts / sensorDays, recall, delay: medianOf(delays) };
  };
  const froc = grid.reduce((sum, rate) => sum + pointOf(rate).recall, 0) / GRID;
  return { sensors: fleet.length, sensorDays, windows, points: rates.map(pointOf), froc };
}

function judged({ unit, scores, windows }: ScoredSensor): Judged {
  const from = probation(scores.length);
  const rows: number[] = [];
  let outside = 0;
  for (let i = from; i < scores.length; i++) {
    if (scores[i] > 0) rows.push(i);
    if (!windows.some(([left, right]) => left <= i && i <= right)) outside++;
  }
  const named = windows.map(([left, right], number) => ({ id: `${unit} ${number}`, from: left, to: right }));
  return { rows, scores, windows: named, days: outside / READINGS_PER_DAY };
}

interface Level {
  readonly threshold: number;
  readonly falseAlerts: number;
  /** Of each window that is found, in readings. */
  readonly delays: readonly number[];
}

/**
 * False alerts fall with the threshold but for joins: bisection, then down while the next lower level keeps the rate.
 */
function curveOf(sensors: readonly Judged[], sensorDays: number): (rate: number) => Level {
  const levels = [...new Set(sensors.flatMap(({ rows, scores }) => rows.map((row) => scores[row])))].sort((a, b) =>
    a - b
  );
  levels.push(Infinity);
  const known = new Map<number, Level>();
  const at = (k: number): Level => {
    const level = known.get(k) ?? alertsAt(sensors, levels[k]);
    known.set(k, level);
    return level;
  };
  return (rate) => {
    let [low, high] = [0, levels.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (at(middle).falseAlerts <= rate * sensorDays) high = middle;
      else low = middle + 1;
    }
    while (low > 0 && at(low - 1).falseAlerts <= rate * sensorDays) low--;
    return at(low);
  };
}

/** What comes of alerting at `threshold` or over it. */
function alertsAt(sensors: readonly Judged[], threshold: number): Level {
  const delays = new Map<string, number>();
  let falseAlerts = 0;
  for (const { rows, scores, windows } of sensors) {
    let opened = -Infinity, isTrue = true;
    for (const row of rows) {
      if (scores[row] < threshold) continue;
      if (row >= opened + JOIN) {
        if (!isTrue) falseAlerts++;
        opened = row;
        isTrue = false;
      }
      for (const { id, from, to } of windows) {
        if (row < from || row > to) continue;
        isTrue = true;
        delays.set(id, Math.min(row - from, delays.get(id) ?? Infinity));
      }
    }
    if (!isTrue) falseAlerts++;
  }
  return { threshold, falseAlerts, delays: [...delays.values()] };
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
