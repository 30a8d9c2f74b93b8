/**
 * An alert chatters when it comes again and again before it has been calm for long enough (ISA-18.2: three times or
 * more). How long is enough grows with each time, up to a bound. From the third time on it is held: it is there, a
 * member of the first one, and shows only if it stays. All by data time, so that it does not matter when data come.
 */

/** Calm that ends a chatter after the first time; it doubles with each time. */
const CALM_MS = 5 * 60_000;
const CALM_MAX_MS = 60 * 60_000;
const TIMES_MIN = 3;

/** Alerts of one subject and kind that are looked at. */
export const CHATTER_LOOK_BACK = 20;

/** A held alert that has stood for this long (by the clock) shows. */
export const HELD_MAX_MS = 10 * 60_000;

export interface Span<Id> {
  readonly id: Id;
  readonly openedAt: number;
  readonly endedAt: number | undefined;
}

export interface Chatter<Id> {
  /** The first of those that came in a row. */
  readonly firstId: Id;
  /** Which time this is. */
  readonly times: number;
  /** How long it has to be calm for the next one to be the first again. */
  readonly calmMs: number;
}

/** Whether one that opens at `ts` behind `spans` (the newest first) chatters; undefined when it does not. */
export function chatterAt<Id>(spans: readonly Span<Id>[], ts: number): Chatter<Id> | undefined {
  let [times, first, calmSince] = [0, undefined as Id | undefined, -Infinity];
  for (const { id, openedAt, endedAt } of spans.toReversed()) {
    if (openedAt > ts) continue;
    if (times === 0 || openedAt - calmSince >= calmMs(times)) [times, first] = [0, id];
    times++;
    calmSince = endedAt ?? openedAt;
  }
  if (first === undefined || ts - calmSince >= calmMs(times)) return undefined;
  return times + 1 < TIMES_MIN ? undefined : { firstId: first, times: times + 1, calmMs: calmMs(times + 1) };
}

function calmMs(times: number): number {
  return Math.min(CALM_MAX_MS, CALM_MS * 2 ** (times - 1));
}
