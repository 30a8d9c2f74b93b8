/**
 * The newest events of a tenant (those about alerts, or all), looked up once for all who follow them in this process.
 * Who follows keeps nothing here but a place in the log: while the feed holds what is behind it, it is handed out from
 * memory; who is further back reads the store.
 */
import type { TenantId } from "../../domain/access/tenant.ts";
import { type Deferred, deferred } from "../../deferred.ts";
import type { EventRecord } from "../../ports/event.ts";
import { type Store, StoreUnavailable } from "../../ports/store.ts";
import type { WakeUps } from "../../ports/wake_up.ts";
import { eventsTopic } from "../scope.ts";

export type NumberedEvent = EventRecord & { readonly seq: number };

export interface AlertFeed {
  /** The feed holds every event behind this number. */
  readonly floor: number;
  /** The events behind `seq`, which must not be below the floor; waits until there is one or `left` resolves. */
  behind(seq: number, left: Promise<void>): Promise<readonly NumberedEvent[]>;
  /** Of who joined; once is enough. */
  leave(): void;
}

export interface AlertFeeds {
  /** The tenant's feed; a new one holds what comes behind `seq`. */
  join(tenantId: TenantId, seq: number): AlertFeed;
}

export const EVENTS_PER_LOOK = 100;
const EVENTS_MAX = 1_000;
/** Bounds the wait when a wake-up was lost. */
const LOOK_EVERY_MS = 2_000;

export interface FeedDeps {
  readonly store: Store;
  readonly wakeUps: WakeUps;
}

/** Looks up to `EVENTS_PER_LOOK` events behind a number. */
type Look = (tenantId: TenantId, seq: number) => Promise<readonly NumberedEvent[]>;

/** Feeds of what happens to alerts. */
export function createAlertFeeds(deps: FeedDeps): AlertFeeds {
  return createFeeds(deps, (tenantId, seq) => deps.store.events.alertsAfter(tenantId, seq, EVENTS_PER_LOOK));
}

/** Feeds of all that happens. */
export function createEventFeeds(deps: FeedDeps): AlertFeeds {
  return createFeeds(deps, (tenantId, seq) => deps.store.events.after(tenantId, seq, ALL));
}

const ALL = { prefix: "", limit: EVENTS_PER_LOOK };

function createFeeds(deps: FeedDeps, look: Look): AlertFeeds {
  const feeds = new Map<TenantId, ReturnType<typeof startFeed>>();
  return {
    join(tenantId, seq) {
      const feed = feeds.get(tenantId) ?? startFeed(deps, { tenantId, seq, look, onEnd: () => feeds.delete(tenantId) });
      feeds.set(tenantId, feed);
      return feed.join();
    },
  };
}

function startFeed(
  { wakeUps }: FeedDeps,
  { tenantId, seq, look: lookBehind, onEnd }: { tenantId: TenantId; seq: number; look: Look; onEnd: () => void },
) {
  let [floor, head] = [seq, seq];
  let events: NumberedEvent[] = [];
  let followers = 0;
  let moved = nextMove();
  const ended = new AbortController();

  /** What was found, and whether there may be more. */
  async function look(): Promise<boolean> {
    const found = await lookBehind(tenantId, head);
    if (found.length === 0) return false;
    events.push(...found);
    head = found[found.length - 1].seq;
    if (events.length > EVENTS_MAX) {
      const dropped = events.length - EVENTS_MAX;
      floor = events[dropped - 1].seq;
      events = events.slice(dropped);
    }
    moved.resolve();
    moved = nextMove();
    return found.length === EVENTS_PER_LOOK;
  }

  async function run(): Promise<void> {
    while (!ended.signal.aborted) {
      // Asked for before looking, so that an event between the look and the wait is not slept over.
      const woken = wakeUps.wait(eventsTopic(tenantId), { timeoutMs: LOOK_EVERY_MS, signal: ended.signal });
      const more = await look().catch((error) => {
        // Who follows waits for the store to come back; health says that it is away.
        if (error instanceof StoreUnavailable) return false;
        throw error;
      });
      if (!more) await woken;
    }
  }

  function end(): void {
    onEnd();
    ended.abort();
  }

  run().catch((error) => {
    end();
    moved.reject(error);
  });

  return {
    join(): AlertFeed {
      followers++;
      let follows = true;
      return {
        get floor() {
          return floor;
        },
        async behind(seq, left) {
          let gone = false;
          left.then(() => gone = true);
          while (head <= seq && !gone) await Promise.race([moved.promise, left]);
          return events.filter((event) => event.seq > seq);
        },
        leave() {
          if (!follows) return;
          follows = false;
          followers--;
          if (followers === 0 && !ended.signal.aborted) end();
        },
      };
    },
  };
}

/** Settles with the next event, or with what the feed broke by; it may break while nobody waits. */
function nextMove(): Deferred<void> {
  const move = deferred<void>();
  move.promise.catch(() => {});
  return move;
}
