/** How operations reach recipients, whatever brings a message there. */
import type { ChannelKind, SecretChannel } from "../../domain/alerting/channel.ts";
import type { DeliveryOutcome, Notification } from "../../domain/alerting/notification.ts";

/** What a recipient gets, in the form of Standard Webhooks. Times are RFC 3339 texts. */
export interface Message {
  /** `alert.` and the occasion. */
  readonly type: string;
  /** When it was decided. */
  readonly timestamp: string;
  readonly data: {
    readonly tenant: string;
    /** Why this recipient gets it. */
    readonly reason: string;
    readonly alert: {
      readonly id: string;
      readonly number: number;
      readonly kind: string;
      readonly severity: string;
      readonly state: string;
      readonly score: number;
      readonly reason: string;
      readonly openedAt: string;
      readonly endedAt: string | null;
      readonly sensor: { readonly key: string; readonly name: string } | null;
      /** Of one that is about a source as a whole. */
      readonly source: { readonly key: string } | null;
      /** Nearest first. */
      readonly assets: readonly { readonly key: string; readonly name: string }[];
    };
  };
}

export interface Couriers {
  /**
   * Brings a message to the channel's recipient: one attempt, which ends within `DELIVERY_MAX_MS`, and at once when
   * `ending` aborts. A recipient that cannot be reached is an outcome; what it throws is a fault of ours.
   */
  deliver(channel: SecretChannel, notification: Notification, ending: AbortSignal): Promise<DeliveryOutcome>;
  /**
   * Why nothing may be sent to the address, such as one on a private network; undefined when it may, as far as can be
   * seen now.
   */
  refusal(kind: ChannelKind, address: string): Promise<string | undefined>;
}

export const DELIVERY_MAX_MS = 10_000;
