/**
 * Brings notifications to their recipients: a loop of the worker over the outbox. The row is the state: whoever takes
 * one moves its time on first, so that a process that is killed at any step leaves nothing but a row that another
 * attempt takes up when that time has come. What arrived and could not be noted is brought again, under the same key.
 */
import type { TenantId } from "../../domain/access/tenant.ts";
import type { SecretChannel } from "../../domain/alerting/channel.ts";
import {
  ATTEMPTS_MAX,
  type DeliveryOutcome,
  type Notification,
  retryAfter,
} from "../../domain/alerting/notification.ts";
import type { ClaimedNotification } from "../../ports/alerting/notification.ts";
import { DELIVERY_MAX_MS } from "../../ports/alerting/delivery.ts";
import { deferred } from "../../deferred.ts";
import { StoreUnavailable } from "../../ports/store.ts";
import { type Deps, NOTIFICATIONS_TOPIC } from "../scope.ts";

/** Bounds the wait when a wake-up was lost, and how late a retry comes. */
const LOOK_EVERY_MS = 1_000;
/** Under way in this process; recipients that hang take no more of it than their own share. */
const AT_ONCE = 64;
const PER_CHANNEL = 8;
/** Taken at once; a channel is left out while so many more would be too many. */
const PER_CLAIM = 4;
const LEASE_MS = 3 * DELIVERY_MAX_MS;

type DeliverDeps = Pick<Deps, "store" | "couriers" | "wakeUps" | "observe">;

export interface Delivering {
  /** Takes no more, and ends what is under way; it is tried again by whoever comes next. */
  stop(): Promise<void>;
}

export function startDelivering(deps: DeliverDeps, { leaseMs = LEASE_MS }: { leaseMs?: number } = {}): Delivering {
  const { store, wakeUps, observe } = deps;
  const ending = new AbortController();
  const underWay = new Map<Promise<void>, { tenantId: TenantId; channel: string }>();
  let freed = deferred<void>();

  /** Takes what is due; answers whether there may be more. */
  async function look(): Promise<boolean> {
    const limit = AT_ONCE - underWay.size;
    if (limit === 0) return false;
    const shares = Map.groupBy(underWay.values(), ({ tenantId, channel }) => `${tenantId} ${channel}`);
    const busy = [...shares.values()].filter((share) => share.length > PER_CHANNEL - PER_CLAIM).map(([one]) => one);
    const claimed = await store.notifications.claim({ limit, perChannel: PER_CLAIM, leaseMs, busy });
    for (const one of claimed) {
      const { tenantId, notification: { channel } } = one;
      const work: Promise<void> = bring(deps, { ...one, ending: ending.signal }).catch((cause) => {
        // The lease ends by itself.
        observe({ kind: "notification.not_settled", notificationId: one.notification.id, cause });
      }).finally(() => {
        underWay.delete(work);
        freed.resolve();
      });
      underWay.set(work, { tenantId, channel });
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
      await Promise.all(underWay.keys());
    },
  };
}

type Bringing = ClaimedNotification & { readonly ending: AbortSignal };

async function bring(deps: DeliverDeps, { tenantId, notification, ending }: Bringing): Promise<void> {
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
