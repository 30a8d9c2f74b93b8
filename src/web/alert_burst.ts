/** Events of a burst, handed on together: what is drawn is drawn once a frame. */
import { follow } from "./live.ts";
import type { AlertEvent, AlertFilter, AlertRow } from "./queries_alerting.ts";

export interface BurstFollower {
  /** The latest of each alert, with whether it has just been opened. */
  onBurst(latest: ReadonlyMap<string, { readonly row: AlertRow; readonly opened: boolean }>): void;
  /** What is shown has to be read again. */
  onGap(): void;
}

/** Follows alerts behind `after` until the answer is called. */
export function followBursts(after: string, { onBurst, onGap }: BurstFollower): () => void {
  let events: AlertEvent[] = [];
  let frame = 0;
  const hand = () => {
    const latest = new Map<string, { row: AlertRow; opened: boolean }>();
    for (const { alert, change } of events) {
      latest.set(alert.id, { row: alert, opened: change === "OPENED" || latest.get(alert.id)?.opened === true });
    }
    events = [];
    frame = 0;
    onBurst(latest);
  };
  const stop = follow(after, {
    onEvent: (event) => {
      events.push(event);
      frame ||= requestAnimationFrame(hand);
    },
    onGap,
  });
  return () => {
    stop();
    cancelAnimationFrame(frame);
  };
}

/** Whether a row that has come belongs to the list, as far as the page can tell. */
export function mayMatch(row: AlertRow, { severities, states, sensor, text }: AlertFilter): boolean {
  if (severities !== undefined && !severities.includes(row.severity)) return false;
  if (states !== undefined && !states.includes(row.state)) return false;
  if (sensor !== undefined && row.sensor?.key !== sensor) return false;
  if (text === undefined) return true;
  const wanted = text.toLowerCase();
  const words = [row.reason, row.sensor?.key, row.sensor?.name, row.asset?.key, row.asset?.name];
  return words.some((word) => word?.toLowerCase().includes(wanted));
}
