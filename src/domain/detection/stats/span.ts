/**
 * A stretch of data time that is counted in readings at the sensor's usual rate: so a sensor that speaks twice as often
 * is judged over the same hours, and a gap, which has no readings, neither fills a window nor lets a delay run out.
 */

export interface Span {
  /** Hours of data time. */
  readonly hours: number;
  /** Readings that it has at least, however slow the sensor is. */
  readonly least: number;
}

/** Readings in `span` of a sensor that gives `perHour` readings an hour; 0: not known yet. */
export function readingsIn({ hours, least }: Span, perHour: number): number {
  const readings = Math.round(hours * perHour);
  return readings > least ? readings : least;
}

/**
 * `make` for the rate that is asked for, computed once while that stays the same: a sensor's rate hardly ever changes,
 * and this is asked for each of its readings.
 */
export function byRate<T>(make: (perHour: number) => T): (perHour: number) => T {
  let known = NaN;
  let made: T | undefined;
  return (perHour) => {
    if (perHour !== known) {
      made = make(perHour);
      known = perHour;
    }
    return made as T;
  };
}

/** Rules for `checkParameters`, in the words of the parameter `name`. */
export function spanRules(name: string, span: Span, most = Infinity): Record<string, boolean> {
  // Settings come from files: what is left out there is no span.
  const { hours, least } = { ...span };
  return {
    [`0 <= ${name}.hours`]: hours >= 0 && hours < Infinity,
    [`1 <= ${name}.least${most < Infinity ? ` <= ${most}` : ""}`]: Number.isInteger(least) && least >= 1 &&
      least <= most,
  };
}
