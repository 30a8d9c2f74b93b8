/** All that happens, from any place in the log. What people asked for is in the audit, which fewer may read. */
import { encodeCursor } from "../domain/cursor.ts";
import { EVENTS_PER_LOOK, type NumberedEvent } from "./alerting/alert_feed.ts";
import { invalid } from "./errors.ts";
import { followLog } from "./follow_log.ts";
import type { Scope } from "./scope.ts";

export interface FollowedEvent extends NumberedEvent {
  /** Hand it over as `after` to go on behind this event. */
  readonly cursor: string;
}

export interface EventsOptions {
  readonly after?: string;
  /** Beginnings of types, such as `batch.` or `alert.opened`; left out: all. */
  readonly types?: readonly string[];
  readonly signal: AbortSignal;
  /** Told of the place behind events that are left out. */
  readonly onPassed?: (cursor: string) => void;
}

const AUDIT = "audit.";
const TYPE = /^[a-z_]{1,40}(?:\.[a-z_]{0,40})?$/;

type EventsScope = Pick<Scope, "store" | "tenant" | "eventFeeds">;

/** Throws invalid for a type or a cursor that is none, or a cursor that is older than what is kept. */
export async function followEvents(scope: EventsScope, { after, types, signal, onPassed }: EventsOptions) {
  const noType = types?.find((type) => !TYPE.test(type));
  if (noType !== undefined) {
    throw invalid(
      "types",
      `${JSON.stringify(noType.slice(0, 80))} is no type of event, such as batch.processed or batch.`,
    );
  }
  const { store, tenant, eventFeeds: feeds } = scope;
  const read = (seq: number) => store.events.after(tenant.id, seq, { prefix: "", limit: EVENTS_PER_LOOK });
  const goneTo = () => store.events.goneTo(tenant.id);
  const { cursor, batches } = await followLog(scope, { after, signal, feeds, read, goneTo });
  return { cursor, events: chosen(batches, { types, signal, onPassed }) };
}

async function* chosen(
  batches: AsyncIterable<readonly NumberedEvent[]>,
  { types, signal, onPassed }: Pick<EventsOptions, "types" | "signal" | "onPassed">,
): AsyncGenerator<FollowedEvent, void> {
  for await (const events of batches) {
    for (const event of events) {
      if (signal.aborted) return;
      const cursor = encodeCursor(event.seq);
      const wanted = !event.type.startsWith(AUDIT) && (types?.some((type) => event.type.startsWith(type)) ?? true);
      if (wanted) yield { ...event, cursor };
      else onPassed?.(cursor);
    }
  }
}
