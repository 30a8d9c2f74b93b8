/**
 * A signed POST after Standard Webhooks (www.standardwebhooks.com): `webhook-id` is the same in every attempt,
 * `webhook-timestamp` is the attempt's time in seconds, and `webhook-signature` is `v1,` with the base64 of the
 * HMAC-SHA256 over id, timestamp and body, joined by dots.
 */
import { createHmac } from "node:crypto";
import type { Courier } from "./courier.ts";
import { post } from "./http.ts";

export const webhook: Courier = async ({ guard, limitMs, nowMs, ending }, channel, { key, body }) => {
  const timestamp = String(Math.floor(nowMs() / 1_000));
  return await post({
    guard,
    url: channel.address,
    headers: {
      "content-type": "application/json",
      "user-agent": "millwright",
      "webhook-id": key,
      "webhook-timestamp": timestamp,
      "webhook-signature": signatureOf(channel.secret ?? "", { id: key, timestamp, body }),
    },
    body,
    limitMs,
    ending,
  });
};

/** A secret that begins with `whsec_` is base64 behind it; any other one is taken as it is. */
export function signatureOf(
  secret: string,
  { id, timestamp, body }: { id: string; timestamp: string; body: string },
): string {
  const bytes = secret.startsWith("whsec_") ? Buffer.from(secret.slice(6), "base64") : Buffer.from(secret, "utf8");
  return `v1,${createHmac("sha256", bytes).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
}
