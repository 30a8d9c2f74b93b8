/** What a decision of the fold does to its alert, and the event that tells of it. */
import { match } from "ts-pattern";
import { SERVICE } from "../../domain/access/actor.ts";
import type { TenantId } from "../../domain/access/tenant.ts";
import type { Alert, AlertChange } from "../../domain/alerting/alert.ts";
import { transitionTo } from "../../domain/alerting/history.ts";
import type { Decision, Evidence } from "../../domain/detection/episode.ts";
import type { BatchId } from "../../domain/intake/batch.ts";
import type { Subject } from "../../domain/plant/subject.ts";
import type { Beside } from "../../ports/alerting/alert.ts";
import type { EventRecord } from "../../ports/event.ts";
import type { Store } from "../../ports/store.ts";

export interface AlertEvent {
  readonly change: AlertChange;
  readonly alert: Alert;
  /** Data time of the reading that led to it. */
  readonly at: number;
  readonly record: EventRecord;
}

/** The body of an `alert.*` event. Events of earlier releases say nothing of who did it. */
export interface AlertEventBody {
  readonly change: AlertChange;
  readonly alert: Alert;
  readonly actor?: string;
  readonly note?: string;
  readonly detail?: string;
}

export interface Deciding {
  readonly tenantId: TenantId;
  /** The batch that the decision came with. */
  readonly batchId: BatchId;
  readonly subject: Subject;
  readonly decision: Decision;
}

/** Applies one decision; undefined when it changed nothing, since the episode's alert was there (or ended) already. */
export async function applyDecision(
  store: Store,
  { tenantId, batchId, subject, decision }: Deciding,
): Promise<AlertEvent | undefined> {
  const key = { ...subject, kind: decision.kind, episodeStart: decision.episodeStart };
  const alert = await match(decision)
    .with({ type: "opened" }, async ({ ts, severity, peak }) =>
      store.alerts.open(tenantId, key, {
        openedAt: ts,
        severity,
        ...peak,
        batchId,
        ...await besideFromStart(store, { tenantId, subject, kind: decision.kind, ts }),
      }))
    .with(
      { type: "raised" },
      ({ severity, peak }) => store.alerts.raise(tenantId, key, { severity, ...peak }),
    )
    .with(
      { type: "closed" },
      ({ ts, peak }) => store.alerts.close(tenantId, key, { endedAt: ts, ...peak }),
    )
    .exhaustive();
  if (alert === undefined) return undefined;
  if (decision.type !== "closed") await prove(store, { tenantId, batchId, alert, decision });
  const { type: change, ts, peak } = decision;
  const act = { change, actor: SERVICE.name, ts, note: change === "closed" ? decision.reason : peak.reason };
  await store.alertHistory.add(tenantId, [transitionTo(alert, act)]);
  const body: AlertEventBody = { change, alert, actor: act.actor, note: act.note };
  const record = {
    type: `alert.${decision.type}`,
    batchId,
    alertId: alert.id,
    body: JSON.stringify(body),
  };
  return { change: decision.type, alert, at: decision.ts, record };
}

/** What hides an alert from its first moment on: the shelf of its last one, and windows. */
async function besideFromStart(
  store: Store,
  { tenantId, subject, kind, ts }: Pick<Deciding, "tenantId" | "subject"> & { kind: string; ts: number },
): Promise<Beside> {
  const shelf = await store.alerts.shelfOf(tenantId, subject, kind);
  const windows = await store.windows.over(tenantId, subject, ts);
  return { shelf, suppressedBy: windows.sort() };
}

function prove(
  store: Store,
  { tenantId, batchId, alert, decision }: Pick<Deciding, "tenantId" | "batchId"> & {
    alert: Alert;
    decision: { type: AlertChange; ts: number; evidence: Evidence };
  },
): Promise<void> {
  return store.alerts.addProof(tenantId, {
    alertId: alert.id,
    ts: decision.ts,
    change: decision.type,
    batchId,
    evidence: decision.evidence,
  });
}
