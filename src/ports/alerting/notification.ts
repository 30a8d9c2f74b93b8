import type { TenantId } from "../../domain/access/tenant.ts";
import type { AlertId } from "../../domain/alerting/alert.ts";
import type {
  Delivery,
  DeliveryOutcome,
  Notice,
  Notification,
  NotificationId,
  NotificationState,
} from "../../domain/alerting/notification.ts";
import type { Page } from "../page.ts";

export type NewNotification = Notice & {
  readonly alertId: AlertId;
  readonly routingVersion: number;
  readonly body: string;
  /** Withdrawn from the beginning: it counts as told and is not sent. */
  readonly withdrawn?: boolean;
};

/** One that this process is to bring now; `attempts` counts this one too. */
export interface ClaimedNotification {
  readonly tenantId: TenantId;
  readonly notification: Notification;
}

/** How many of a channel may be taken now. */
export interface ChannelShare {
  readonly tenantId: TenantId;
  readonly channel: string;
  readonly most: number;
}

export interface NotificationFilter {
  readonly states?: readonly NotificationState[];
  readonly channel?: string;
  readonly alertId?: AlertId;
}

export interface NotificationStore {
  /** Writes them down, each once for its alert, channel and mark. Answers how many are new and to be sent. */
  add(tenantId: TenantId, notifications: readonly NewNotification[]): Promise<number>;
  /** All that was decided about the alerts, oldest first. */
  toldOf(tenantId: TenantId, ids: readonly AlertId[]): Promise<Notification[]>;
  /**
   * Takes pending ones whose time has come, of all tenants, for one attempt: at most `limit`, as many of a channel as
   * its share says, and one of each that has none, of those at most `others` in all. Of one alert and channel the
   * oldest. Who does not report within `leaseMs` has lost the attempt.
   */
  claim(options: {
    readonly limit: number;
    readonly leaseMs: number;
    readonly shares: readonly ChannelShare[];
    readonly others: number;
  }): Promise<ClaimedNotification[]>;
  /**
   * Says how an attempt ended, and when there is another one; without `retryAfterMs` one that has not arrived is given
   * up. What an attempt says that was lost meanwhile counts only when it has arrived. Answers the state then.
   */
  settle(
    tenantId: TenantId,
    id: NotificationId,
    attempt: {
      readonly number: number;
      readonly channelVersion: number;
      readonly outcome: DeliveryOutcome;
      readonly retryAfterMs: number | undefined;
    },
  ): Promise<NotificationState>;
  /** Takes dead ones up again, up to `limit`, oldest first. */
  replay(
    tenantId: TenantId,
    which: { readonly ids?: readonly NotificationId[]; readonly channel?: string; readonly limit: number },
  ): Promise<Notification[]>;
  byIds(tenantId: TenantId, ids: readonly NotificationId[]): Promise<Notification[]>;
  page(tenantId: TenantId, page: Page & NotificationFilter): Promise<Notification[]>;
  count(tenantId: TenantId, filter: NotificationFilter): Promise<number>;
  deliveriesOf(tenantId: TenantId, ids: readonly NotificationId[]): Promise<Delivery[]>;
}
