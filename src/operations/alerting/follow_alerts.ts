/**
 * Alerts as they happen, from any place in the log: replay from the table, then follow. The cursor is the truth; wake-ups only save
 * waiting.
 */
import type { Alert, AlertChange } from "../../domain/alerting/alert.ts";
import { decodeCursor, encodeCursor } from "../../domain/cursor.ts";
import type { AlertEventBody } from "./change_alert.ts";
import { eventsTopic, type Scope } from "../scope.ts";
import { invalid } from "../errors.ts";

export interface FollowedAlert {
  /** Hand it over as `after` to go on behind this event. */
  readonly cursor: string;
  readonly change: AlertChange;
  /** The alert as it was then. */
  readonly alert: Alert;
}

const EVENTS_PER_PAGE = 100;
/** Bounds the wait when a wake-up was lost. */
const POLL_MS = 2_000;
/** Far below the shortest time that events can be kept. */
const STALLED_MS = 3_600_000;

type FollowScope = Pick<Scope, "store" | "tenant" | "wakeUps" | "clock">;

/**
 * Every change of an alert after `after` (left out: from now on), once and in order, until `signal` aborts. Throws invalid for a cursor
 * that is none, or is older than what is kept.
 */
export async function followAlerts(
  scope: FollowScope,
  { after, signal }: { after?: string; signal: AbortSignal },
): Promise<AsyncIterable<FollowedAlert>> {
  const last = await scope.store.events.lastSeq(scope.tenant.id);
  const seq = after === undefined ? last : decodeCursor(after);
  if (seq === undefined) throw invalid("after", "The cursor is not one that this service gave out.");
  if (seq > last) throw invalid("after", "The cursor is ahead of the event log: it was given out by another store.");
  await refuseGone(scope, seq);
  return subscribeFrom(scope, { seq, signal });
}

async function* subscribeFrom(
  scope: FollowScope,
  { seq, signal }: { seq: number; signal: AbortSignal },
): AsyncGenerator<FollowedAlert, void> {
  let lookedAtMs = -Infinity;
  while (!signal.aborted) {
    const look = new AbortController();
    try {
      // Asked for before looking, so that an event between the look and the wait is not slept over.
      const woken = scope.wakeUps.wait(eventsTopic(scope.tenant.id), {
        timeoutMs: POLL_MS,
        signal: AbortSignal.any([signal, look.signal]),
      });
      const events = await scope.store.events.alertsAfter(scope.tenant.id, seq, EVENTS_PER_PAGE);
      // Events may have gone since: before the first look, or while a client that takes nothing held up the one before.
      const nowMs = scope.clock.nowMs();
      if (nowMs - lookedAtMs > STALLED_MS) await refuseGone(scope, seq);
      lookedAtMs = nowMs;
      for (const event of events) {
        if (signal.aborted) return;
        seq = event.seq;
        yield { cursor: encodeCursor(seq), ...JSON.parse(event.body) as AlertEventBody };
      }
      if (events.length < EVENTS_PER_PAGE) await woken;
    } finally {
      look.abort();
    }
  }
}

/** Throws invalid when events about alerts behind `seq` are not kept any more. */
async function refuseGone({ store, tenant }: FollowScope, seq: number): Promise<void> {
  const goneTo = await store.events.alertsGoneTo(tenant.id);
  if (goneTo <= seq) return;
  throw invalid(
    "after",
    "The cursor is older than what is kept: events behind it have gone. List the alerts, then follow from now on by leaving " +
      `\`after\` out, or from ${JSON.stringify(encodeCursor(goneTo))}, behind which everything is kept.`,
  );
}
