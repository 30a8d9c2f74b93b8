/**
 * The usual interval between a sensor's readings: the median of its first ones, until most intervals are others for a
 * while. Gaps, bursts and jitter leave it as it is; times that repeat or go backwards say nothing.
 */
import { median } from "simple-statistics";

export interface Pace {
  /** Data time (ms) of the newest reading. */
  last?: number;
  /** Usual interval in ms; undefined before the second reading. */
  stepMs?: number;
  /** Intervals that the next median is of: the first ones, and those after a look that found most to be unusual. */
  steps: number[];
  /** Whether there is a first median; from then on intervals are looked at and collected only in doubt. */
  settled: boolean;
  doubtful: boolean;
  /** Intervals of the current look, and how many of them were usual. */
  looked: number;
  usual: number;
}

/** Intervals of a look, and of a median. */
const LOOK = 32;
/** Intervals that differ by less than this factor are of the same rate. */
const ALIKE = 1.5;
const HOUR_MS = 3_600_000;

export function startPace(): Pace {
  return { steps: [], settled: false, doubtful: false, looked: 0, usual: 0 };
}

/** Hours of a sensor's history for one hour of a window, so that it has means to compare. */
const HISTORY = 32;
/** Readings an hour that count from the start. */
const AT_ONCE = 12;

/**
 * Usual readings an hour, by which windows are counted; 0 while nothing is known. A sensor that gives thousands an hour
 * counts as slower while it is young: its windows are at most so great a part of its history.
 */
export function readingsPerHour({ stepMs }: Pace, readings: number): number {
  if (stepMs === undefined) return 0;
  const perHour = HOUR_MS / stepMs;
  return perHour <= AT_ONCE
    ? perHour
    : Math.min(perHour, Math.max(AT_ONCE, 2 ** Math.floor(Math.log2(readings / HISTORY))));
}

/** Takes the time `ts` of a reading in. Answers new interval / old interval when the rate has changed, else 1. */
export function learnPace(pace: Pace, { ts }: { readonly ts: number }): number {
  const step = ts - (pace.last ?? ts);
  if (pace.last === undefined || step > 0) pace.last = ts;
  if (!(step > 0)) return 1;
  if (!pace.settled || pace.doubtful) return collect(pace, step);
  const usual = pace.stepMs!;
  if (step === usual || isAlike(step, usual)) pace.usual++;
  if (++pace.looked >= LOOK) endLook(pace);
  return 1;
}

function collect(pace: Pace, step: number): number {
  pace.steps.push(step);
  if (pace.steps.length < LOOK) {
    // A first guess, so that windows have about their length from the start.
    if (!pace.settled && isPowerOfTwo(pace.steps.length)) pace.stepMs = median(pace.steps);
    return 1;
  }
  const before = pace.stepMs!;
  const now = median(pace.steps);
  pace.steps = [];
  const changed = pace.settled && !isAlike(now, before);
  if (changed || !pace.settled) pace.stepMs = now;
  pace.settled = true;
  pace.doubtful = false;
  return changed ? now / before : 1;
}

function endLook(pace: Pace): void {
  pace.doubtful = 2 * pace.usual < LOOK;
  pace.looked = 0;
  pace.usual = 0;
}

function isAlike(a: number, b: number): boolean {
  return a < b * ALIKE && b < a * ALIKE;
}

function isPowerOfTwo(n: number): boolean {
  return (n & (n - 1)) === 0;
}
