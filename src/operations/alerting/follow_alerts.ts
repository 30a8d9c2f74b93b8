/**
 * Alerts as they happen, from any place in the log: what was before from the table, then from the feed. The cursor is
 * the truth.
 */
import { type Alert, type AlertChange, UNHANDLED } from "../../domain/alerting/alert.ts";
import { encodeCursor } from "../../domain/cursor.ts";
import type { AlertFilter } from "../../ports/alerting/alert.ts";
import type { AlertEventBody } from "./change_alert.ts";
import { EVENTS_PER_LOOK, type NumberedEvent } from "./alert_feed.ts";
import { followLog } from "../follow_log.ts";
import type { Scope } from "../scope.ts";
import { type AlertQuery, toFilter } from "./list_alerts.ts";
import { matchAlerts } from "./match_alerts.ts";

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

export interface FollowOptions {
  readonly after?: string;
  readonly filter?: AlertQuery;
  readonly signal: AbortSignal;
  /** Told of the place behind events that the filter leaves out. */
  readonly onPassed?: (cursor: string) => void;
}

type FollowScope = Pick<Scope, "store" | "tenant" | "alertFeeds">;

/**
 * Every change of an alert after `after` (left out: from now on), once and in order, until `signal` aborts. Who takes
 * them slowly gets them from the table later; nothing is kept for anyone. Throws invalid for a cursor that is none, or
 * is older than what is kept.
 */
export async function followAlerts(
  scope: FollowScope,
  { after, filter: query, signal, onPassed }: FollowOptions,
): Promise<Following> {
  const filter = query && await toFilter(scope, query);
  const { store, tenant, alertFeeds: feeds } = scope;
  const { cursor, batches } = await followLog(scope, {
    after,
    signal,
    feeds,
    read: (seq) => store.events.alertsAfter(tenant.id, seq, EVENTS_PER_LOOK),
    goneTo: () => store.events.alertsGoneTo(tenant.id),
  });
  return { cursor, events: matched(scope, { batches, filter, signal, onPassed }) };
}

/** The cursor of now: what happens from here on is behind it. */
export async function cursorOfNow({ store, tenant }: Pick<Scope, "store" | "tenant">): Promise<string> {
  return encodeCursor(await store.events.lastSeq(tenant.id));
}

interface Matching {
  readonly batches: AsyncIterable<readonly NumberedEvent[]>;
  readonly filter: AlertFilter | undefined;
  readonly signal: AbortSignal;
  readonly onPassed?: (cursor: string) => void;
}

async function* matched(
  scope: FollowScope,
  { batches, filter, signal, onPassed }: Matching,
): AsyncGenerator<FollowedAlert, void> {
  for await (const events of batches) {
    const followed = events.map(toFollowed);
    const alerts = followed.map(({ alert }) => alert);
    const wanted = filter === undefined ? undefined : await matchAlerts(scope, { alerts, filter });
    for (const one of followed) {
      // Whoever has left takes no more of them.
      if (signal.aborted) return;
      if (wanted?.has(one.alert) ?? true) yield one;
      else onPassed?.(one.cursor);
    }
  }
}

function toFollowed({ seq, body: text }: NumberedEvent): FollowedAlert {
  const body = JSON.parse(text) as AlertEventBody;
  // What earlier releases have written knows nothing of how it was handled.
  return { cursor: encodeCursor(seq), ...body, alert: { ...UNHANDLED, ...body.alert } };
}
