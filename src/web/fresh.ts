/** Keeping what a screen shows fresh. */
import { useEffect } from "preact/hooks";
import type { Asked } from "./asked.ts";
import { alertChanges, serviceNowMs } from "./standing.ts";

export const HOUR_MS = 3_600_000;

/** The last 24 hours, which move on with the hours. */
export function lastDay(): { from: string; to: string } {
  const to = Math.ceil(serviceNowMs() / HOUR_MS) * HOUR_MS;
  return { from: new Date(to - 24 * HOUR_MS).toISOString(), to: new Date(to).toISOString() };
}

/** Asks again when alerts have changed, and every half minute for what changes without them. */
export function useFresh(asked: Asked<unknown>): void {
  const turn = alertChanges.value;
  useEffect(() => {
    if (turn > 0) asked.again();
    const timer = setInterval(asked.again, 30_000);
    return () => clearInterval(timer);
  }, [turn]);
}
