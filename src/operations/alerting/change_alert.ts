/** What a decision of the fold does to its alert, and the event that tells of it. */
import { match } from "ts-pattern";
import { SERVICE } from "../../domain/access/actor.ts";
import type { TenantId } from "../../domain/access/tenant.ts";
import type { Alert, AlertChange, AlertSubject } from "../../domain/alerting/alert.ts";
import { transitionTo } from "../../domain/alerting/history.ts";
import type { EpisodeChange, Evidence, Supersession } from "../../domain/detection/episode.ts";
import type { AppliedSettingsId } from "../../domain/detection/settings_layers.ts";
import type { BatchId } from "../../domain/intake/batch.ts";
import type { EventRecord } from "../../ports/event.ts";
import type { Store } from "../../ports/store.ts";
import { besideFromStart, relate } from "./relate_alerts.ts";

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
  /** Data time of what readings did; undefined where they did nothing. */
  readonly ts?: number;
}

export interface Deciding {
  readonly tenantId: TenantId;
  /** The batch that the decision came with. */
  readonly batchId: BatchId;
  readonly subject: AlertSubject;
  readonly decision: EpisodeChange | Supersession | Ending;
  /** What its subject is judged by, asked for when an alert opens. */
  readonly settingsId?: () => Promise<AppliedSettingsId>;
  /** Of an episode that a person ended by taking what it is about as normal: who, and why. */
  readonly accepted?: Acceptance;
}

export interface Acceptance {
  readonly by: string;
  readonly reason: string;
}

/** The end of an episode whose score has nothing to add to what its opening said. */
export type Ending = Omit<Extract<EpisodeChange, { readonly type: "closed" }>, "peak" | "end"> & {
  readonly peak?: undefined;
};

/** Applies one decision; undefined when it changed nothing, since the episode's alert was there (or ended) already. */
export async function applyDecision(
  store: Store,
  { tenantId, batchId, subject, decision, settingsId, accepted }: Deciding,
): Promise<AlertEvent | undefined> {
  const key = { ...subject, kind: decision.kind, episodeStart: decision.episodeStart };
  const { rarity, line } = decision;
  const alert = await match(decision)
    .with({ type: "opened" }, async ({ ts, severity, peak }) =>
      store.alerts.open(tenantId, key, {
        openedAt: ts,
        severity,
        ...peak,
        rarity,
        line,
        batchId,
        ...await besideFromStart(store, { tenantId, subject, kind: decision.kind, ts }),
        settingsId: await settingsId?.(),
      }))
    .with(
      { type: "raised" },
      ({ severity, peak }) => store.alerts.raise(tenantId, key, { severity, ...peak, rarity, line }),
    )
    .with(
      { type: "closed" },
      ({ ts, peak }) =>
        store.alerts.close(tenantId, key, {
          endedAt: ts,
          ...peak,
          rarity,
          line,
          accepted: accepted !== undefined,
        }),
    )
    .with(
      { type: "superseded" },
      ({ ts, peak, reason }) =>
        store.alerts.close(tenantId, key, { endedAt: ts, score: peak.score, reason, rarity, line }),
    )
    .exhaustive();
  if (alert === undefined) return undefined;
  if (decision.type === "opened" || decision.type === "raised") {
    await prove(store, { tenantId, batchId, alert, decision });
  }
  const { type: change, ts } = decision;
  const done = accepted === undefined
    ? {
      detail: change === "opened" || change === "raised" ? alert.severity : undefined,
      change,
      actor: SERVICE.name,
      ts,
      note: change === "closed" || change === "superseded" ? decision.reason : decision.peak.reason,
    }
    : { change: "accepted" as const, actor: accepted.by, ts, note: accepted.reason };
  await store.alertHistory.add(tenantId, [transitionTo(alert, done)]);
  // Whoever follows alerts hears of every end of a condition by the same word; how it ended is its detail.
  const detail = accepted && { detail: done.change };
  const body: AlertEventBody = { change, alert, actor: done.actor, note: done.note, ts, ...detail };
  const told = {
    type: `alert.${change}`,
    batchId,
    alertId: alert.id,
    body: JSON.stringify(body),
  };
  const further = await relate(store, { tenantId, alert, change, ts });
  return { change, alert, record: told, further };
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
