/**
 * Brings notifications to their recipients: a loop of the worker over the outbox. The row is the state: whoever takes
 * one moves its time on first, so that a process that is killed at any step leaves nothing but a row that another
 * attempt takes up when that time has come. What arrived and could not be noted is brought again, under the same key.
 */
import type { SecretChannel } from "../../domain/alerting/channel.ts";
import {
  ATTEMPTS_MAX,
  type DeliveryOutcome,
  type Notification,
  retryAfter,
} from "../../domain/alerting/notification.ts";
import type { ChannelShare, ClaimedNotification } from "../../ports/alerting/notification.ts";
import { DELIVERY_MAX_MS } from "../../ports/alerting/delivery.ts";
import { deferred } from "../../deferred.ts";
import { StoreUnavailable } from "../../ports/store.ts";
import { type Deps, NOTIFICATIONS_TOPIC } from "../scope.ts";

/** Bounds the wait when a wake-up was lost, and how late a retry comes. */
const LOOK_EVERY_MS = 1_000;
/** Attempts that are under way in this process and have been for no longer than `PROMPT_MS`. */
const AT_ONCE = 64;
/** How soon a recipient answers that does not hang. Those that take longer hold nobody's place. */
const PROMPT_MS = 1_000;
/** Of `AT_ONCE`, those to recipients of which it is not known that they answer: the others always have the rest. */
const UNPROVEN_AT_ONCE = AT_ONCE / 2;
/** Under way to a recipient that answers; to one of which that is not known it is one. */
const PER_CHANNEL = 8;
/** Taken at once. */
const PER_CLAIM = 4;
/** Recipients that are remembered as answering. */
const PROVEN_MAX = 256;
const LEASE_MS = 3 * DELIVERY_MAX_MS;

type DeliverDeps = Pick<Deps, "store" | "couriers" | "wakeUps" | "observe">;

export interface Delivering {
  /** Takes no more, and ends what is under way; it is tried again by whoever comes next. */
  stop(): Promise<void>;
}

export function startDelivering(deps: DeliverDeps, { leaseMs = LEASE_MS }: { leaseMs?: number } = {}): Delivering {
  const { store, wakeUps, observe } = deps;
  const ending = new AbortController();
  const lanes = createLanes();
  const underWay = new Set<Promise<void>>();
  let freed = deferred<void>();

  /** Takes what is due; answers whether there may be more. */
  async function look(): Promise<boolean> {
    const room = lanes.room();
    if (room.limit === 0) return false;
    const claimed = await store.notifications.claim({ ...room, leaseMs });
    for (const one of claimed) {
      const place = lanes.take({ tenantId: one.tenantId, channel: one.notification.channel });
      const late = setTimeout(() => {
        place.free();
        freed.resolve();
      }, PROMPT_MS);
      const begun = performance.now();
      const work: Promise<void> = bring(deps, { ...one, ending: ending.signal })
        .then(({ arrived }) => place.end(arrived || performance.now() - begun < PROMPT_MS))
        .catch((cause) => {
          // The lease ends by itself.
          place.end(false);
          observe({ kind: "notification.not_settled", notificationId: one.notification.id, cause });
        }).finally(() => {
          clearTimeout(late);
          underWay.delete(work);
          freed.resolve();
        });
      underWay.add(work);
    }
    return claimed.length > 0;
  }

  async function run(): Promise<void> {
    while (!ending.signal.aborted) {
      // Asked for before looking, so that what comes between the look and the wait is not slept over.
      const woken = wakeUps.wait(NOTIFICATIONS_TOPIC, { timeoutMs: LOOK_EVERY_MS, signal: ending.signal });
      freed = deferred();
      try {
        if (await look()) continue;
      } catch (cause) {
        if (!(cause instanceof StoreUnavailable)) observe({ kind: "fault", part: "notifications", cause });
      }
      await Promise.race([woken, freed.promise]);
    }
  }

  const running = run();
  return {
    async stop() {
      ending.abort();
      await running;
      await Promise.all(underWay);
    },
  };
}

type Lane = Pick<ChannelShare, "tenantId" | "channel">;

interface Place {
  /** Leaves it to another attempt, while this one goes on. */
  free(): void;
  /** `answers`: the recipient does not hang. */
  end(answers: boolean): void;
}

/** Who may take how many attempts, so that recipients that hang, however many they are, leave room for the others. */
function createLanes() {
  const proven = new Map<string, Lane>();
  const busy = new Map<string, Lane & { underWay: number }>();
  const held = new Set<symbol>();
  const unprovenHeld = new Set<symbol>();
  const nameOf = ({ tenantId, channel }: Lane) => `${tenantId} ${channel}`;
  const most = (name: string) => {
    const left = (proven.has(name) ? PER_CHANNEL : 1) - (busy.get(name)?.underWay ?? 0);
    return Math.max(0, Math.min(PER_CLAIM, left));
  };
  return {
    room() {
      const known = new Map<string, Lane>([...proven, ...busy]);
      const shares = [...known].map(([name, { tenantId, channel }]) => ({ tenantId, channel, most: most(name) }));
      return { limit: AT_ONCE - held.size, others: Math.max(0, UNPROVEN_AT_ONCE - unprovenHeld.size), shares };
    },
    take(lane: Lane): Place {
      const [name, place] = [nameOf(lane), Symbol()];
      const own = busy.get(name) ?? { ...lane, underWay: 0 };
      own.underWay++;
      busy.set(name, own);
      held.add(place);
      if (!proven.has(name)) unprovenHeld.add(place);
      const free = () => {
        held.delete(place);
        unprovenHeld.delete(place);
      };
      return {
        free,
        end(answers) {
          free();
          if (--own.underWay === 0) busy.delete(name);
          proven.delete(name);
          if (answers) proven.set(name, lane);
          const [oldest] = proven.keys();
          if (proven.size > PROVEN_MAX) proven.delete(oldest);
        },
      };
    },
  };
}

type Bringing = ClaimedNotification & { readonly ending: AbortSignal };

async function bring(deps: DeliverDeps, { tenantId, notification, ending }: Bringing): Promise<DeliveryOutcome> {
  const { store, observe } = deps;
  const { id, channel: key, attempts, attemptsBefore } = notification;
  const [channel] = await store.channels.withSecrets(tenantId, [key]);
  const tries = attempts - attemptsBefore;
  const outcome = await attempt(deps, { channel, notification, tries, ending });
  const retryAfterMs = outcome.arrived ? undefined : retryAfter(tries, outcome);
  const state = await store.transaction((store) =>
    store.notifications.settle(tenantId, id, {
      number: attempts,
      channelVersion: channel?.version ?? 0,
      outcome,
      retryAfterMs,
    })
  );
  const { detail } = outcome;
  observe({ kind: "notification", notificationId: id, tenantId, channel: key, state, attempt: attempts, detail });
  return outcome;
}

interface Attempt {
  readonly channel: SecretChannel | undefined;
  readonly notification: Notification;
  readonly tries: number;
  readonly ending: AbortSignal;
}

async function attempt({ couriers, observe }: DeliverDeps, { channel, notification, tries, ending }: Attempt) {
  const failed = (detail: string, final: boolean): DeliveryOutcome => ({ arrived: false, final, detail });
  if (channel === undefined || !channel.enabled) return failed("The channel is not in use.", true);
  // Attempts that never report, since each of them ends its process, end here.
  if (tries > ATTEMPTS_MAX) return failed("The attempts before never came to an end.", true);
  try {
    return await couriers.deliver(channel, notification, ending);
  } catch (cause) {
    observe({ kind: "fault", part: `channel ${channel.key}`, cause });
    return failed("A fault of the service, which its log describes.", false);
  }
}
