/**
 * Old readings give way to minutes and hours, week by week. First their time is closed, so that they do not change any
 * more; then minutes and hours are written, which nobody sees yet; then the horizon moves, and from that moment on
 * these count and the readings do not; then the readings are removed, which nobody sees either. Killed anywhere, the
 * next run goes on with nothing lost and nothing counted twice.
 */
import { WEEK_MS, weekOf } from "../../domain/history/retention.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import type { Chunk, SensorSlice, SliceEnd, TimedNoun } from "../../ports/history/thinning.ts";
import type { Scope } from "../scope.ts";
import { createPace } from "./pace.ts";
import { NOTHING, type Removed, together, type Working } from "./remove_due.ts";

/** Data times up to which readings, and minutes, may go; undefined: they are kept for ever. */
export interface ThinningDue {
  readonly readingBeforeMs: number | undefined;
  readonly minuteBeforeMs: number | undefined;
}

/** In the window that begins at `fromMs`, behind a sensor. */
export interface ThinningPlace {
  readonly fromMs: number;
  readonly after: SensorId | 0;
}

export interface Thinned {
  readonly reading: Removed;
  readonly minute: Removed;
  /** False: the time was up. */
  readonly done: boolean;
  /** Where to go on within a week. */
  readonly place: ThinningPlace | undefined;
}

type StoreScope = Pick<Scope, "store" | "tenant" | "clock">;

/** A part of a week: a fast sensor has hundreds of thousands of readings in one. */
const WINDOW_MS = 6 * 3_600_000;
const SENSORS_START = 1;
const SENSORS_MOST = 1_000;

/** What would go of readings and minutes, part by part. */
export async function countThinning(
  { store, tenant, clock }: StoreScope,
  due: ThinningDue,
  { untilMs, beat }: Working,
): Promise<{ reading: Removed; minute: Removed; done: boolean }> {
  const horizon = await store.horizons.of(tenant.id);
  const counted = { reading: NOTHING, minute: NOTHING };
  const pace = createPace(clock, { start: 1, most: 1 });
  for (const [noun, from, to] of stretches(horizon, due)) {
    for (const chunk of await store.thinning.chunks(noun, to)) {
      if (chunk.to <= from) continue;
      if (clock.nowMs() > untilMs) return { ...counted, done: false };
      beat();
      const part = { chunk, from: Math.max(from, chunk.from), to: Math.min(to, chunk.to) };
      counted[noun] = together(counted[noun], await pace.step(() => store.thinning.measure(tenant.id, noun, part)));
    }
  }
  return { ...counted, done: true };
}

/**
 * What a run takes away, in data time. Minutes go up to where they stood before the run: what it rolls up it leaves.
 */
function stretches(
  { rolledUpBefore, hoursOnlyBefore }: { rolledUpBefore: number; hoursOnlyBefore: number },
  { readingBeforeMs = -Infinity, minuteBeforeMs = -Infinity }: ThinningDue,
): [TimedNoun, number, number][] {
  const minuteTo = Math.min(minuteBeforeMs, rolledUpBefore);
  return [
    ...minuteTo > hoursOnlyBefore ? [["minute", hoursOnlyBefore, minuteTo] as [TimedNoun, number, number]] : [],
    ...readingBeforeMs > rolledUpBefore
      ? [["reading", rolledUpBefore, readingBeforeMs] as [TimedNoun, number, number]]
      : [],
  ];
}

/**
 * Goes on from `place` until all is done or the time is up. Throws `StoreUnavailable` when those who store readings do
 * not let it in.
 */
export async function thinReadings(
  scope: StoreScope,
  due: ThinningDue,
  working: Working & { readonly place: ThinningPlace | undefined },
): Promise<Thinned> {
  const { store, tenant, clock } = scope;
  const { readingBeforeMs } = due;
  const timeIsUp = () => clock.nowMs() > working.untilMs;
  const minute = await endMinutes(scope, due, working);
  let reading = NOTHING;
  const { closedBefore, rolledUpBefore } = await store.horizons.of(tenant.id);
  if (readingBeforeMs !== undefined && readingBeforeMs > rolledUpBefore) {
    if (readingBeforeMs > closedBefore) await store.transaction((tx) => tx.horizons.close(tenant.id, readingBeforeMs));
    const chunks = await store.thinning.chunks("reading", readingBeforeMs);
    let { place } = working;
    for (const weekMs of weeksOf(chunks, { from: rolledUpBefore, to: readingBeforeMs })) {
      const minutes = weekMs >= (due.minuteBeforeMs ?? -Infinity);
      const week = await inWindows(scope, { from: weekMs, to: weekMs + WEEK_MS }, {
        ...working,
        place: place !== undefined && weekOf(place.fromMs) === weekMs ? place : undefined,
        work: (slice) => store.thinning.rollUp(tenant.id, { ...slice, minutes }),
      });
      reading = together(reading, { ...NOTHING, rows: week.rows });
      if (week.place !== undefined) return { reading, minute, done: false, place: week.place };
      await store.horizons.advance(tenant.id, {
        rolledUpBefore: weekMs + WEEK_MS,
        hoursOnlyBefore: minutes ? -Infinity : weekMs + WEEK_MS,
      });
      place = undefined;
      await clear(scope, { ...working, fromMs: weekMs });
      if (timeIsUp()) {
        return { reading, minute, done: false, place: undefined };
      }
    }
    const hoursOnlyBefore = Math.min(due.minuteBeforeMs ?? -Infinity, readingBeforeMs);
    await store.horizons.advance(tenant.id, { rolledUpBefore: readingBeforeMs, hoursOnlyBefore });
  }
  await clear(scope, { ...working, fromMs: -Infinity });
  return { reading, minute, done: true, place: undefined };
}

/** Weeks with readings, oldest first. */
function weeksOf(chunks: readonly Chunk[], { from, to }: { from: number; to: number }): number[] {
  const weeks = new Set<number>();
  for (const chunk of chunks) {
    const end = Math.min(chunk.to, to);
    for (let week = weekOf(Math.max(chunk.from, from)); week < end; week += WEEK_MS) weeks.add(week);
  }
  return [...weeks].sort((a, b) => a - b);
}

/** From now on hours alone stand for minutes that are due. */
async function endMinutes(scope: StoreScope, due: ThinningDue, working: Working): Promise<Removed> {
  const { store, tenant } = scope;
  const horizon = await store.horizons.of(tenant.id);
  const [stretch] = stretches(horizon, { ...due, readingBeforeMs: undefined });
  if (stretch === undefined) return NOTHING;
  const { minute } = await countThinning(scope, { ...due, readingBeforeMs: undefined }, {
    ...working,
    untilMs: Infinity,
  });
  await store.horizons.advance(tenant.id, { rolledUpBefore: -Infinity, hoursOnlyBefore: stretch[2] });
  return minute;
}

interface Windowed extends Working {
  readonly place: ThinningPlace | undefined;
  readonly work: (slice: SensorSlice) => Promise<SliceEnd>;
}

/** Does `work` on a stretch of time, window by window, some sensors at a time. `place` is where the time was up. */
async function inWindows(
  { clock }: Pick<Scope, "clock">,
  { from, to }: { from: number; to: number },
  { place, work, untilMs, beat }: Windowed,
): Promise<{ rows: number; place: ThinningPlace | undefined }> {
  const pace = createPace(clock, { start: SENSORS_START, most: SENSORS_MOST });
  let rows = 0;
  for (let fromMs = place?.fromMs ?? from; fromMs < to; fromMs += WINDOW_MS) {
    const window = { from: fromMs, to: Math.min(fromMs + WINDOW_MS, to) };
    for (let after: SensorId | 0 | undefined = place?.fromMs === fromMs ? place.after : 0; after !== undefined;) {
      beat();
      const behind: SensorId | 0 = after;
      const end: SliceEnd = await pace.step((limit) => work({ ...window, after: behind, limit }));
      rows += end.rows;
      after = end.after;
      if (after !== undefined && clock.nowMs() > untilMs) return { rows, place: { fromMs, after } };
    }
    if (window.to < to && clock.nowMs() > untilMs) return { rows, place: { fromMs: window.to, after: 0 } };
  }
  return { rows, place: undefined };
}

/**
 * Removes what counts no more: whole parts when no tenant has anything in them that counts, rows otherwise. It is not
 * ended by the time: behind a week there is no more than that week, and behind all weeks what a killed run has left.
 */
async function clear(
  scope: StoreScope,
  { fromMs, ...working }: Working & { readonly fromMs: number },
): Promise<void> {
  const { store, tenant } = scope;
  const { rolledUpBefore, hoursOnlyBefore } = await store.horizons.of(tenant.id);
  for (const [noun, beforeMs] of [["reading", rolledUpBefore], ["minute", hoursOnlyBefore]] as const) {
    if (beforeMs === -Infinity) continue;
    for (const chunk of await store.thinning.chunks(noun, beforeMs)) {
      if (chunk.to <= fromMs) continue;
      working.beat();
      if (chunk.to <= beforeMs && await store.transaction((tx) => tx.thinning.drop(noun, chunk))) continue;
      await inWindows(scope, { from: chunk.from, to: Math.min(chunk.to, beforeMs) }, {
        ...working,
        untilMs: Infinity,
        place: undefined,
        work: (slice) => store.thinning.remove(tenant.id, noun, slice),
      });
    }
  }
}
