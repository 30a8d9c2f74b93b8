/** Tells it in the log of the service, for whoever reads that. */
import type { Message } from "../ports/alerting/delivery.ts";
import type { Courier } from "./courier.ts";
import { sentenceOf } from "./sentence.ts";

export const console: Courier = ({ observe }, _channel, { id, body }) => {
  observe({ kind: "notification.told", notificationId: id, text: sentenceOf(JSON.parse(body) as Message) });
  return Promise.resolve({ arrived: true, detail: "It is in the log." });
};
