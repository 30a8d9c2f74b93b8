/** A message as people read it. */
import type { Message } from "../ports/alerting/delivery.ts";

/** Names come from people: a line break in one would begin a line of its own in logs and heads of mails. */
export function oneLine(text: string): string {
  return text.replace(/[\p{C}\s]+/gu, " ").trim();
}

/** What is wrong where, in a line. */
export function sentenceOf({ type, data: { alert } }: Message): string {
  const place = [alert.sensor?.name, alert.source?.key, alert.assets.at(0)?.name].filter(Boolean).join(", ");
  return oneLine(`${alert.severity} ${type.replace("alert.", "")}: ${alert.kind} on ${place}`);
}
