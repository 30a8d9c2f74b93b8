/** All channels, one file each. */
import type { ChannelKind } from "../domain/alerting/channel.ts";
import { type Couriers, DELIVERY_MAX_MS } from "../ports/alerting/delivery.ts";
import { alertmanager } from "./alertmanager.ts";
import { console } from "./console.ts";
import type { Courier, CourierDeps } from "./courier.ts";
import { email } from "./email.ts";
import { AddressRefused, createGuard, NameUnresolved } from "./guard.ts";
import { webhook } from "./webhook.ts";

const COURIERS: Readonly<Record<ChannelKind, Courier>> = { webhook, email, alertmanager, console };

export interface CouriersOptions extends Omit<CourierDeps, "guard" | "limitMs" | "ending"> {
  /** Private networks that may be reached, as address/prefix. */
  readonly networks: readonly string[];
  readonly limitMs?: number;
}

export function createCouriers({ networks, limitMs = DELIVERY_MAX_MS, ...options }: CouriersOptions): Couriers {
  const guard = createGuard(networks);
  return {
    deliver: (channel, notification, ending) =>
      COURIERS[channel.kind]({ ...options, guard, limitMs, ending }, channel, notification),
    async refusal(kind, address) {
      if (kind === "email") {
        return options.mail === undefined
          ? "cannot be reached: no mail server is set (MILLWRIGHT_SMTP_URL, MILLWRIGHT_MAIL_FROM)"
          : undefined;
      }
      if (kind === "console") return undefined;
      try {
        await guard.admit(new URL(address).hostname);
        return undefined;
      } catch (error) {
        if (error instanceof AddressRefused) return `cannot be used: ${error.message}`;
        // A name may be unknown here and now, and known to the worker.
        if (error instanceof NameUnresolved) return undefined;
        throw error;
      }
    },
  };
}
