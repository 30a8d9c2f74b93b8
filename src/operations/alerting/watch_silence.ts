/**
 * Looks for sensors that are overdue, and opens an alert for each, or one for their source when it has gone silent as a
 * whole. By the clock of receipts, which is the store's: readings' own times say nothing of when they should have come.
 */
import { faultAt, missedBySource, type PresenceFault } from "../../domain/alerting/presence.ts";
import type { EpisodeChange } from "../../domain/detection/episode.ts";
import { severityOf } from "../../domain/detection/severity.ts";
import { qualityOf } from "../../domain/plant/quality.ts";
import { formatTimestamp } from "../../domain/timestamp.ts";
import type { Overdue } from "../../ports/alerting/presence.ts";
import type { Store } from "../../ports/store.ts";
import { allOf } from "../all_of.ts";
import { type Deps, eventsTopic } from "../scope.ts";
import { afterNotifying, NOBODY, tellOf } from "./notify_of_alerts.ts";
import { type AlertEvent, applyDecision, type Deciding } from "./change_alert.ts";

const PER_LOOK_MAX = 1_000;
const AT_ONCE = 4;
/** Score of a silence: severity then goes by the asset's criticality alone, MEDIUM for B. */
const SCORE = 0.5;

export interface WatchOptions {
  /** Since when (ms) this service has been up to hear anything: nobody is silent for having spoken to nobody. */
  readonly listeningSince: number;
}

/** Answers how many alerts it opened. */
export async function watchSilence(deps: Deps, { listeningSince }: WatchOptions): Promise<number> {
  const now = deps.clock.nowMs();
  const due = (await deps.store.presences.overdue({ now, limit: PER_LOOK_MAX })).filter(({ presence }) =>
    now - Math.max(presence.goodAt, listeningSince) >= presence.dueAt! - presence.goodAt
  );
  let opened = 0;
  await allOf(due, { atOnce: AT_ONCE }, async (overdue) => {
    const tenant = { id: overdue.tenantId, key: overdue.tenantKey };
    let notified = NOBODY;
    const events = await deps.store.transaction(async (store) => {
      const events = await judge(store, { overdue, now });
      if (events.length > 0) {
        const told = events.flatMap(({ record, further }) => [record, ...further]);
        notified = await tellOf(store, { tenant, nowMs: now }, told);
      }
      return events;
    });
    afterNotifying({ ...deps, tenant }, notified);
    for (const { change, alert } of events) {
      deps.observe({ kind: "alert", change, alertId: alert.id, batchId: alert.batchId, severity: alert.severity });
    }
    opened += events.length;
    if (events.length > 0) deps.wakeUps.wake(eventsTopic(overdue.tenantId));
  });
  return opened;
}

interface Judging {
  readonly overdue: Overdue;
  readonly now: number;
}

/** Locked and looked at again: it may have been heard since. What a fold holds is being heard. */
async function judge(store: Store, { overdue, now }: Judging): Promise<AlertEvent[]> {
  const { tenantId, source } = overdue;
  const [presence] = await store.presences.lock(tenantId, [overdue.presence.sensorId], { skipHeld: true });
  const fault = presence === undefined || presence.fault !== undefined ? undefined : faultAt(presence, now);
  if (fault === undefined) return [];
  const { batchId, sourceId, sensorId } = presence;
  const alone = fault === "bad_quality" || source.watched < 2 || missedBySource(presence, source.heardAt);
  if (!alone) {
    if (!await store.presences.noteSilent(tenantId, sourceId, source.goodTs)) return [];
    const decision = ofSource(overdue, now);
    return await open(store, { tenantId, batchId, subject: { sourceId }, decision });
  }
  await store.presences.save(tenantId, [{ ...presence, fault }]);
  const decision = ofSensor({ ...overdue, presence }, { fault, now });
  return await open(store, { tenantId, batchId, subject: { sensorId }, decision });
}

async function open(store: Store, deciding: Deciding): Promise<AlertEvent[]> {
  const event = await applyDecision(store, deciding);
  return event === undefined ? [] : [event];
}

function ofSensor(
  { presence, criticality }: Pick<Overdue, "presence" | "criticality">,
  { fault, now }: { fault: PresenceFault; now: number },
): EpisodeChange {
  const { last, goodTs, goodAt, dueAt } = presence;
  const allowed = dueAt! - goodAt;
  const quality = qualityOf(last.status);
  const said = `the last one was ${last.value} of ${quality} quality at ${formatTimestamp(last.ts)}`;
  const what = fault === "silence" ? "no reading" : "readings, but none of usable quality,";
  const reason = `${what} for ${inWords(now - goodAt)}, at most ${inWords(allowed)} are usual; ${said}`;
  return opening(fault, {
    start: goodTs,
    allowed,
    reason,
    criticality,
    value: last.value,
    facts: {
      statusCode: last.status,
      silentMs: now - goodAt,
      allowedMs: allowed,
      spacingMs: presence.spacingMs,
      deliveryMs: presence.deliveryMs,
    },
  });
}

function ofSource({ source, presence, criticality }: Overdue, now: number): EpisodeChange {
  const allowed = presence.dueAt! - presence.goodAt;
  const reason = `nothing from the source ${source.key} for ${inWords(now - source.heardAt)}: all its ` +
    `${source.watched} sensors are silent`;
  return opening("silence", {
    start: source.goodTs,
    allowed,
    reason,
    criticality,
    value: source.watched,
    facts: {
      sensors: source.watched,
      silentMs: now - source.heardAt,
      allowedMs: allowed,
    },
  });
}

interface Opening {
  readonly start: number;
  readonly allowed: number;
  readonly reason: string;
  readonly criticality: Overdue["criticality"];
  readonly value: number;
  readonly facts: Readonly<Record<string, number>>;
}

/** Its data times are those of the readings that should have come, and not of when somebody looked. */
function opening(kind: string, { start, allowed, reason, criticality, value, facts }: Opening): EpisodeChange {
  const ts = start + allowed;
  return {
    type: "opened",
    kind,
    episodeStart: start,
    ts,
    reason,
    peak: { score: SCORE, reason },
    severity: severityOf({ score: SCORE, anomalies: 1, criticality }),
    evidence: {
      ts,
      value,
      score: SCORE,
      threshold: SCORE,
      contributions: [{ detector: kind, score: SCORE, facts }],
      missing: [],
    },
  };
}

function inWords(ms: number): string {
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 172_800_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 86_400_000)} days`;
}
