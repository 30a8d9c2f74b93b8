/** What a decision of the fold does to its alert, and the event that tells of it. */
import { match } from "ts-pattern";
import { SERVICE } from "../../domain/access/actor.ts";
import type { TenantId } from "../../domain/access/tenant.ts";
import type { Alert, AlertChange, AlertId, AlertSubject } from "../../domain/alerting/alert.ts";
import { INSTRUMENT_KINDS, instrumentStatus } from "../../domain/alerting/instrument.ts";
import { act } from "../../domain/alerting/lifecycle.ts";
import type { Suppression } from "../../domain/alerting/suppression.ts";
import { transitionTo } from "../../domain/alerting/history.ts";
import type { Decision, Evidence } from "../../domain/detection/episode.ts";
import type { BatchId } from "../../domain/intake/batch.ts";
import type { Beside } from "../../ports/alerting/alert.ts";
import type { EventRecord } from "../../ports/event.ts";
import type { Store } from "../../ports/store.ts";
import { record } from "./act_on_alerts.ts";

/** Kinds of process alerts that can stand on one sensor: one per watch, and the ensemble's. */
const PROCESS_ALERTS_MAX = 100;

export interface AlertEvent {
  readonly change: AlertChange;
  readonly alert: Alert;
  readonly record: EventRecord;
  /** What it does to other alerts: those of its sensor, when the sensor itself is at fault. */
  readonly further: readonly EventRecord[];
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
  readonly subject: AlertSubject;
  readonly decision: Decision | Ending;
}

/** The end of an episode whose score has nothing to add to what its opening said. */
export type Ending = Omit<Extract<Decision, { readonly type: "closed" }>, "peak"> & { readonly peak?: undefined };

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
  const { type: change, ts } = decision;
  const done = { change, actor: SERVICE.name, ts, note: change === "closed" ? decision.reason : decision.peak.reason };
  await store.alertHistory.add(tenantId, [transitionTo(alert, done)]);
  const body: AlertEventBody = { change, alert, actor: done.actor, note: done.note };
  const told = {
    type: `alert.${change}`,
    batchId,
    alertId: alert.id,
    body: JSON.stringify(body),
  };
  const further = change === "raised" ? [] : await instrumentChanged(store, { tenantId, alert, ts });
  return { change, alert, record: told, further };
}

/** What hides an alert from its first moment on: the shelf of its last one, and windows. */
async function besideFromStart(
  store: Store,
  { tenantId, subject, kind, ts }: Pick<Deciding, "tenantId" | "subject"> & { kind: string; ts: number },
): Promise<Beside> {
  const shelf = await store.alerts.shelfOf(tenantId, subject, kind);
  const { sensorId, sourceId } = subject;
  const suppressedBy: Suppression[] = sourceId === undefined ? await store.windows.over(tenantId, subject, ts) : [];
  if (sensorId !== undefined && instrumentStatus(kind) === undefined) {
    const faulty = await store.alerts.faulty(tenantId, [sensorId], INSTRUMENT_KINDS);
    if (faulty.length > 0) suppressedBy.push("instrument_fault");
  }
  return { shelf, suppressedBy: suppressedBy.sort() };
}

/** A sensor that is at fault itself says nothing of the process: its process alerts are hidden while that lasts. */
async function instrumentChanged(
  store: Store,
  { tenantId, alert, ts }: { tenantId: TenantId; alert: Alert; ts: number },
): Promise<EventRecord[]> {
  const { sensorId, kind } = alert;
  if (sensorId === undefined || instrumentStatus(kind) === undefined) return [];
  const faulty = (await store.alerts.faulty(tenantId, [sensorId], INSTRUMENT_KINDS)).length > 0;
  if (faulty !== (alert.endedAt === undefined)) return [];
  const suppression = "instrument_fault";
  const subjects = { sensorIds: [sensorId], assetIds: [] };
  const page = { subjects, suppression, suppressed: !faulty, after: 0 as AlertId, limit: PROCESS_ALERTS_MAX } as const;
  const alerts = await store.alerts.lock(tenantId, await store.alerts.standing(tenantId, page));
  const note = faulty
    ? `the sensor itself is at fault: ${kind}`
    : `the sensor is not at fault any more: ${kind} is over`;
  const action = { change: faulty ? "suppressed" : "released", suppression, note } as const;
  const outcomes = alerts.filter((one) => instrumentStatus(one.kind) === undefined).map((one) => act(one, action));
  const changed = outcomes.flatMap((outcome) => outcome.kind === "changed" ? [outcome.alert] : []);
  return await record(store, { tenant: { id: tenantId }, actor: SERVICE }, { alerts: changed, action, ts });
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
