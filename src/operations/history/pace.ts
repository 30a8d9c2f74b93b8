/**
 * How much a step of upkeep takes on at a time: as much as the store does in about a tenth of a second, whatever store
 * that is. After each step it rests for as long, so that what people wait for comes first.
 */
import type { Clock } from "../../ports/clock.ts";

const STEP_MS = 100;
const REST_MAX_MS = 1_000;

export interface Pace {
  /** Does one step, and answers what it answered. One that found nothing says nothing about how long others take. */
  step<T extends { readonly rows: number }>(work: (limit: number) => Promise<T>): Promise<T>;
}

/** Begins with `start` at a time, and ends up between 1 and `most`. */
export function createPace(clock: Clock, { start, most }: { start: number; most: number }): Pace {
  let limit = start;
  return {
    async step(work) {
      const beganMs = clock.nowMs();
      const answer = await work(limit);
      const tookMs = clock.nowMs() - beganMs;
      if (tookMs > 2 * STEP_MS) limit = Math.max(1, Math.floor(limit / 2));
      else if (tookMs < STEP_MS / 2 && answer.rows > 0) limit = Math.min(most, 2 * limit);
      await new Promise((resolve) => setTimeout(resolve, Math.min(tookMs, REST_MAX_MS)));
      return answer;
    },
  };
}
