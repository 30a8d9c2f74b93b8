/**
 * The length of an asset's rows: the interval of its fastest sensor, given or learnt. Learnt from the readings up to
 * the time at which the first of the sensors has `LEARNT_FROM` intervals, so it follows from the readings alone and not
 * from how they came.
 */
import type { ColumnReadings } from "./asset_rows.ts";

/** Intervals of the fastest sensor that are looked at. */
const LEARNT_FROM = 32;
/** A sensor with fewer intervals until then has no say. */
const LEAST_INTERVALS = 8;

/** Readings of each sensor that have to be known, the first ones. */
export const INTERVAL_READINGS = LEARNT_FROM + 1;

const SECOND = 1_000, MINUTE = 60_000, HOUR = 3_600_000;

/** Intervals that people set; a learnt one that is near to one of them is taken for it. */
const USUAL_MS = [
  ...[1, 2, 4, 5, 10, 20, 25, 40, 50, 100, 200, 250, 500],
  ...[1, 2, 5, 10, 15, 20, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 3, 5, 10, 15, 20, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 4, 6, 8, 12, 24].map((hours) => hours * HOUR),
];
const NEAR = 0.05;

/**
 * The length of a row in ms; undefined while too little is known. `given` are the sensors' intervals as somebody said
 * them; with one for each there is nothing to learn.
 */
export function intervalOf(
  columns: readonly ColumnReadings[],
  given: readonly (number | undefined)[],
): number | undefined {
  const said = given.filter((ms) => ms !== undefined);
  if (said.length === given.length) return Math.min(...said);
  const known = columns.reduce(
    (least, { ts }) => ts.length > LEARNT_FROM ? Math.min(least, ts[LEARNT_FROM]) : least,
    Infinity,
  );
  if (known === Infinity) return undefined;
  const learnt = columns.flatMap((column, j) => given[j] === undefined ? medianInterval(column, known) ?? [] : []);
  return Math.min(...said, ...learnt);
}

function medianInterval({ ts }: ColumnReadings, until: number): number | undefined {
  const intervals: number[] = [];
  for (let i = 1; i < ts.length && ts[i] <= until; i++) intervals.push(ts[i] - ts[i - 1]);
  if (intervals.length < LEAST_INTERVALS) return undefined;
  const median = intervals.sort((a, b) => a - b)[Math.floor(intervals.length / 2)];
  const usual = USUAL_MS.find((ms) => Math.abs(median - ms) <= NEAR * ms);
  return usual ?? Math.max(1, Math.round(median));
}
