/** What one way of reaching people needs, and does. */
import type { SecretChannel } from "../domain/alerting/channel.ts";
import type { DeliveryOutcome, Notification } from "../domain/alerting/notification.ts";
import type { Observe } from "../observation.ts";
import type { Guard } from "./guard.ts";

export interface CourierDeps {
  readonly guard: Guard;
  /** The mail server; undefined: there is none. */
  readonly mail: { readonly url: string; readonly from: string } | undefined;
  readonly observe: Observe;
  readonly nowMs: () => number;
  /** Bounds one attempt. */
  readonly limitMs: number;
  /** Aborts when the service goes down. */
  readonly ending: AbortSignal;
}

export type Courier = (
  deps: CourierDeps,
  channel: SecretChannel,
  notification: Notification,
) => Promise<DeliveryOutcome>;
