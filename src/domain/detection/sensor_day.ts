/**
 * Days of data time (UTC) of a sensor: how many readings it had in a day, and how much it had learnt before them. The
 * alarm budget reckons with them, since a sensor's age and pace say how many alerts to expect of it.
 */

export const DAY_MS = 86_400_000;

/** Whole days since 1970-01-01. */
export type Day = number;

export function dayOf(ts: number): Day {
  return Math.floor(ts / DAY_MS);
}

/** A day as a sensor had it. */
export interface SensorDay {
  readonly day: Day;
  /** Readings that it had learnt from when the day began. */
  readonly known: number;
  /** Readings of the day. */
  readonly readings: number;
}

/** What a state keeps of the day that is under way. */
export interface DayUnderWay {
  readonly day: Day;
  readonly known: number;
}

/**
 * Takes note that the next reading is of data time `ts`; answers the day that is over, when it is the first of a later
 * one.
 */
export function turnDay(
  state: { day?: DayUnderWay; readonly readings: number },
  { ts }: { readonly ts: number },
): SensorDay | undefined {
  const before = state.day;
  if (before !== undefined && ts < (before.day + 1) * DAY_MS) return undefined;
  state.day = { day: dayOf(ts), known: state.readings };
  return before && { ...before, readings: state.readings - before.known };
}
