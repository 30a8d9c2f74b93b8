/**
 * When the sensors of a run were heard last: locked with the run, told by its batches, and stored once. A sensor that
 * is heard again ends the alert of its silence, and a source the one of its own.
 */
import type { Alert } from "../../domain/alerting/alert.ts";
import { hear, type Heard, heardIn, type Presence } from "../../domain/alerting/presence.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import type { Store } from "../../ports/store.ts";
import { type AlertEvent, applyDecision, type Ending } from "../alerting/change_alert.ts";
import type { FoldableBatch } from "./fold_batch.ts";

export interface HeldPresences {
  /** Takes in what a batch says, and ends the alerts that this ends. */
  hear(batch: FoldableBatch): Promise<AlertEvent[]>;
  save(): Promise<void>;
}

/** Throws nothing of its own. History touches nothing here. */
export async function holdPresences(store: Store, batches: readonly FoldableBatch[]): Promise<HeldPresences> {
  const heardBy = new Map(batches.map((one) => [
    one.batch.id,
    heardIn({ ...one, accepted: one.verdicts.accepted, receivedAt: one.batch.receivedAt }),
  ]));
  const ids = new Set([...heardBy.values()].flatMap((all) => all.map(({ sensorId }) => sensorId)));
  if (ids.size === 0) return { hear: () => Promise.resolve([]), save: () => Promise.resolve() };
  const { tenantId, sourceId } = batches[0].batch;
  const rows = await store.presences.lock(tenantId, [...ids]);
  const held = new Map<SensorId, Presence>(rows.map((row) => [row.sensorId, row]));
  let silentSince = await store.presences.silentSince(tenantId, sourceId);
  return {
    async hear({ batch }) {
      const events: AlertEvent[] = [];
      const all = heardBy.get(batch.id)!;
      for (const heard of all) {
        const before = held.get(heard.sensorId);
        const after = hear(before, heard, { sourceId, batchId: batch.id, receivedAt: batch.receivedAt });
        held.set(heard.sensorId, after);
        if (before?.fault === undefined || after.fault !== undefined) continue;
        const decision = ended(before.fault, {
          since: before.goodTs,
          ts: heard.good!.firstTs,
          about: "a usable reading",
        });
        const subject = { sensorId: heard.sensorId };
        const event = await applyDecision(store, { tenantId, batchId: batch.id, subject, decision });
        if (event !== undefined) events.push(event);
      }
      if (silentSince === undefined || all.length === 0) return events;
      const ts = firstOf(all, silentSince);
      const decision = ended("silence", { since: silentSince, ts, about: "readings" });
      const event = await applyDecision(store, { tenantId, batchId: batch.id, subject: { sourceId }, decision });
      if (event !== undefined) events.push(event);
      await store.presences.noteHeard(tenantId, sourceId);
      silentSince = undefined;
      return events;
    },
    save: () => store.presences.save(tenantId, [...held.values()].sort((a, b) => a.sensorId - b.sensorId)),
  };
}

/** Data time at which the source was back: of its first reading behind the silence. */
function firstOf(heard: readonly Heard[], since: number): number {
  const times = heard.map(({ good, last }) => good?.firstTs ?? last.ts);
  return Math.max(since, times.reduce((first, ts) => Math.min(first, ts), Infinity));
}

function ended(
  kind: Alert["kind"],
  { since, ts, about }: { since: number; ts: number; about: string },
): Ending {
  return { type: "closed", kind, episodeStart: since, ts, reason: `${about} came again` };
}
