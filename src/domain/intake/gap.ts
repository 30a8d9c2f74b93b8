/** A gap is an interval with no usable reading: neither healthy nor faulty, and worth knowing. */
import type { Series } from "../plant/reading.ts";

/** Expected intervals that may pass without a reading before it is a gap: one reading may be lost or late. */
const INTERVALS_MAX = 3;

/** Gaps between the readings of a series; none are known for a sensor whose interval nobody has said. */
export function countGaps({ ts }: Pick<Series, "ts">, expectedIntervalMs: number | undefined): number {
  if (expectedIntervalMs === undefined) return 0;
  let gaps = 0;
  for (let i = 1; i < ts.length; i++) {
    if (ts[i] - ts[i - 1] > INTERVALS_MAX * expectedIntervalMs) gaps++;
  }
  return gaps;
}
