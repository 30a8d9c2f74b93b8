/**
 * What a notification says: the alert as it was, with the names that people know. It goes to other programs as JSON.
 */
import type { Alert } from "../../domain/alerting/alert.ts";
import type { Notice } from "../../domain/alerting/notification.ts";
import { formatTimestamp } from "../../domain/timestamp.ts";
import type { Message } from "../../ports/alerting/delivery.ts";
import type { NamedSubject } from "../../ports/alerting/subject.ts";
import type { TenantName } from "../../ports/workflows.ts";

export interface Telling {
  readonly tenant: TenantName;
  readonly nowMs: number;
  readonly alert: Alert;
  readonly subject: NamedSubject;
}

export function messageOf(notice: Notice, { tenant, nowMs, alert, subject }: Telling): Message {
  return {
    type: `alert.${notice.occasion}`,
    timestamp: formatTimestamp(nowMs),
    data: {
      tenant: tenant.key,
      reason: notice.reason,
      alert: {
        // The id that the API knows it by.
        id: btoa(`Alert:${alert.id}`),
        number: alert.id,
        kind: alert.kind,
        severity: alert.severity,
        state: alert.state.toUpperCase(),
        score: alert.score,
        reason: alert.reason,
        openedAt: formatTimestamp(alert.openedAt),
        endedAt: alert.endedAt === undefined ? null : formatTimestamp(alert.endedAt),
        sensor: subject.sensor ?? null,
        source: subject.source ?? null,
        assets: subject.assets.map(({ key, name }) => ({ key, name })),
      },
    },
  };
}
