/**
 * Alerts as they happen, from any place in the log: what was before from the table, then from the feed. The cursor is
 * the truth.
 */
import { type Alert, type AlertChange, UNHANDLED } from "../../domain/alerting/alert.ts";
import { decodeCursor, encodeCursor } from "../../domain/cursor.ts";
import type { AlertEventBody } from "./change_alert.ts";
import { EVENTS_PER_LOOK, type NumberedEvent } from "./alert_feed.ts";
import type { Scope } from "../scope.ts";
import { invalid } from "../errors.ts";

export interface FollowedAlert {
  /** Hand it over as `after` to go on behind this event. */
  readonly cursor: string;
  readonly change: AlertChange;
  /** The alert as it was then. */
  readonly alert: Alert;
  /** Who did it, their reason or comment, and with what; undefined in events of earlier releases. */
  readonly actor?: string;
  readonly note?: string;
  readonly detail?: string;
}

export interface Following {
  /** Where it begins. */
  readonly cursor: string;
  readonly events: AsyncIterable<FollowedAlert>;
}

type FollowScope = Pick<Scope, "store" | "tenant" | "alertFeeds">;

/**
 * Every change of an alert after `after` (left out: from now on), once and in order, until `signal` aborts. Who takes
 * them slowly gets them from the table later; nothing is kept for anyone. Throws invalid for a cursor that is none, or
 * is older than what is kept.
 */
export async function followAlerts(
  scope: FollowScope,
  { after, signal }: { after?: string; signal: AbortSignal },
): Promise<Following> {
  const last = await scope.store.events.lastSeq(scope.tenant.id);
  const seq = after === undefined ? last : decodeCursor(after);
  if (seq === undefined) throw invalid("after", "The cursor is not one that this service gave out.");
  if (seq > last) {
    throw invalid(
      "after",
      "The cursor is ahead of all that has happened here: another installation gave it out, or this store was restored to " +
        "an earlier state. Read the list of alerts again, and follow from the cursor that comes with it.",
    );
  }
  await refuseGone(scope, seq);
  return { cursor: encodeCursor(seq), events: follow(scope, { seq, last, signal }) };
}

/** The cursor of now: what happens from here on is behind it. */
export async function cursorOfNow({ store, tenant }: Pick<Scope, "store" | "tenant">): Promise<string> {
  return encodeCursor(await store.events.lastSeq(tenant.id));
}

async function* follow(
  scope: FollowScope,
  { seq, last, signal }: { seq: number; last: number; signal: AbortSignal },
): AsyncGenerator<FollowedAlert, void> {
  const feed = scope.alertFeeds.join(scope.tenant.id, last);
  const left = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  // Also when whoever takes the events has stopped taking them, and never comes to the end of this.
  left.then(() => feed.leave());
  try {
    while (!signal.aborted) {
      const { floor } = feed;
      const events = seq < floor ? await readOn(scope, seq) : await feed.behind(seq, left);
      for (const event of events) {
        if (signal.aborted) return;
        seq = event.seq;
        const body = JSON.parse(event.body) as AlertEventBody;
        // What earlier releases have written knows nothing of how it was handled.
        yield { cursor: encodeCursor(seq), ...body, alert: { ...UNHANDLED, ...body.alert } };
      }
      // The table has been read to its end: the rest is in the feed.
      if (seq < floor && events.length < EVENTS_PER_LOOK) seq = floor;
    }
  } finally {
    feed.leave();
  }
}

/**
 * The next events of the table. Some may have gone while a client took nothing: then nothing is handed out as if it
 * were complete.
 */
async function readOn(scope: FollowScope, seq: number): Promise<readonly NumberedEvent[]> {
  const events = await scope.store.events.alertsAfter(scope.tenant.id, seq, EVENTS_PER_LOOK);
  await refuseGone(scope, seq);
  return events;
}

/** Throws invalid when events about alerts behind `seq` are not kept any more. */
async function refuseGone({ store, tenant }: Pick<Scope, "store" | "tenant">, seq: number): Promise<void> {
  const goneTo = await store.events.alertsGoneTo(tenant.id);
  if (goneTo <= seq) return;
  throw invalid(
    "after",
    "The cursor is older than what is kept: events behind it have gone. List the alerts, then follow from now on by leaving " +
      `\`after\` out, or from ${JSON.stringify(encodeCursor(goneTo))}, behind which everything is kept.`,
  );
}
