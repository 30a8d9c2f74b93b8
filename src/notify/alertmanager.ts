/**
 * An alert as Prometheus' Alertmanager takes it (POST /api/v2/alerts). Labels are its identity there, and the severity
 * is one of them: when it rises, the alert of the lower severity is resolved along with it.
 */
import { SEVERITIES, type Severity } from "../domain/detection/severity.ts";
import type { Message } from "../ports/alerting/delivery.ts";
import type { Courier } from "./courier.ts";
import { post } from "./http.ts";
import { sentenceOf } from "./sentence.ts";

/** An alert stands until its end is told: Alertmanager itself would take it for over after five minutes. */
const STANDS_MS = 10 * 365 * 86_400_000;

export const alertmanager: Courier = async ({ guard, limitMs, nowMs, ending }, { address, secret }, { body }) =>
  await post({
    guard,
    url: `${address.replace(/\/$/, "")}/api/v2/alerts`,
    headers: { "content-type": "application/json", "user-agent": "millwright" },
    secretHeaders: secret === undefined ? {} : { authorization: `Bearer ${secret}` },
    body: JSON.stringify(alertsOf(JSON.parse(body) as Message, nowMs())),
    limitMs,
    ending,
  });

/** What Alertmanager has to know by this message; a repeat changes nothing there. */
export function alertsOf(message: Message, nowMs: number): readonly object[] {
  const { data: { alert, reason, tenant } } = message;
  const labels = {
    alertname: alert.kind,
    tenant,
    alert: String(alert.number),
    ...alert.sensor !== null && { sensor: alert.sensor.key },
    ...alert.source != null && { source: alert.source.key },
    ...alert.assets.length > 0 && { asset: alert.assets[0].key },
  };
  const iso = (ms: number) => new Date(ms).toISOString();
  const one = (severity: string, endsAt: string) => ({
    labels: { ...labels, severity: severity.toLowerCase() },
    annotations: { summary: sentenceOf(message), description: alert.reason, reason },
    startsAt: alert.openedAt,
    endsAt,
  });
  const [standing, over] = [iso(nowMs + STANDS_MS), iso(nowMs)];
  if (alert.endedAt !== null) return [one(alert.severity, over)];
  const lower = SEVERITIES.slice(0, SEVERITIES.indexOf(alert.severity as Severity));
  const resolved = message.type === "alert.raised" ? lower.map((severity) => one(severity, over)) : [];
  return [one(alert.severity, standing), ...resolved];
}
