/** Dead letters are taken up again: one by one, or all of a channel that has been mended. */
import type { Notification, NotificationId } from "../../domain/alerting/notification.ts";
import { invalid } from "../errors.ts";
import { NOTIFICATIONS_TOPIC, type Scope } from "../scope.ts";

export interface ReplayInput {
  readonly ids?: readonly NotificationId[];
  readonly channel?: string;
}

const REPLAYED_MAX = 1_000;

/**
 * Those that were taken up, oldest first: at most 1,000, call again for more. What is not dead is left alone, so that
 * nothing is sent twice by a second call. Throws invalid.
 */
export async function replayNotifications(scope: Scope, { ids, channel }: ReplayInput): Promise<Notification[]> {
  const { store, tenant, wakeUps, observe, actor } = scope;
  if ((ids === undefined) === (channel === undefined)) {
    throw invalid("ids", "Name either notifications or a channel.");
  }
  if (ids !== undefined && ids.length > REPLAYED_MAX) {
    throw invalid("ids", `There are ${ids.length} ids, ${REPLAYED_MAX} at most.`);
  }
  const replayed = await store.notifications.replay(tenant.id, { ids, channel, limit: REPLAYED_MAX });
  observe({ kind: "notifications.replayed", count: replayed.length, actor: actor.name });
  if (replayed.length > 0) wakeUps.wake(NOTIFICATIONS_TOPIC);
  return replayed;
}
