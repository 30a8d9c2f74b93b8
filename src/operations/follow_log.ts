/**
 * A tenant's log from any place in it: what was before from the table, then from the feed. The cursor is the truth, and
 * nothing is kept for who follows: whoever is slow reads the table again.
 */
import { decodeCursor, encodeCursor } from "../domain/cursor.ts";
import { type AlertFeeds, EVENTS_PER_LOOK, type NumberedEvent } from "./alerting/alert_feed.ts";
import { invalid } from "./errors.ts";
import type { Scope } from "./scope.ts";

export interface LogOptions {
  /** Left out: from now on. */
  readonly after?: string;
  readonly signal: AbortSignal;
  readonly feeds: AlertFeeds;
  /** Up to `EVENTS_PER_LOOK` events behind a number, from the table. */
  readonly read: (seq: number) => Promise<readonly NumberedEvent[]>;
  /** Number of the newest event of this sort that is not kept any more. */
  readonly goneTo: () => Promise<number>;
}

export interface FollowedLog {
  /** Where it begins. */
  readonly cursor: string;
  /** Each event once, in order. */
  readonly batches: AsyncIterable<readonly NumberedEvent[]>;
}

/** Throws invalid for a cursor that is none, or is older than what is kept. */
export async function followLog(scope: Pick<Scope, "store" | "tenant">, options: LogOptions): Promise<FollowedLog> {
  const { after } = options;
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
  await refuseGone(options, seq);
  return { cursor: encodeCursor(seq), batches: follow(scope, { ...options, seq, last }) };
}

async function* follow(
  { tenant }: Pick<Scope, "tenant">,
  { seq, last, signal, feeds, ...log }: LogOptions & { seq: number; last: number },
): AsyncGenerator<readonly NumberedEvent[], void> {
  const feed = feeds.join(tenant.id, last);
  const left = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  // Also when whoever takes the events has stopped taking them, and never comes to the end of this.
  left.then(() => feed.leave());
  try {
    while (!signal.aborted) {
      const { floor } = feed;
      const events = seq < floor ? await readOn(log, seq) : await feed.behind(seq, left);
      if (events.length > 0) {
        seq = events[events.length - 1].seq;
        yield events;
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
async function readOn(log: Pick<LogOptions, "read" | "goneTo">, seq: number): Promise<readonly NumberedEvent[]> {
  const events = await log.read(seq);
  await refuseGone(log, seq);
  return events;
}

/** Throws invalid when events behind `seq` are not kept any more. */
async function refuseGone({ goneTo: goneToOf }: Pick<LogOptions, "goneTo">, seq: number): Promise<void> {
  const goneTo = await goneToOf();
  if (goneTo <= seq) return;
  throw invalid(
    "after",
    "The cursor is older than what is kept: events behind it have gone. List the alerts, then follow from now on by leaving " +
      `\`after\` out, or from ${JSON.stringify(encodeCursor(goneTo))}, behind which everything is kept.`,
  );
}
