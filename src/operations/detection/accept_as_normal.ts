/**
 * A person's word that what alerts are about is normal from now on. Under the lock of its state each sensor ends its
 * episodes at its watermark and learns anew from the next reading on; assets see accept_asset_as_normal.ts. The word is
 * kept with that place among what the sensor was judged by, so that reprocessing hears it there.
 */
import type { Alert } from "../../domain/alerting/alert.ts";
import { ANOMALY } from "../../domain/detection/assess.ts";
import { acceptNewNormal } from "../../domain/detection/new_normal.ts";
import type { BatchId } from "../../domain/intake/batch.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import { textFault } from "../../domain/text.ts";
import type { EventRecord } from "../../ports/event.ts";
import type { Store } from "../../ports/store.ts";
import { type ActionResult, checkCount, type Target } from "../alerting/act_on_alerts.ts";
import { applyDecisions } from "../alerting/apply_decisions.ts";
import type { AlertEvent } from "../alerting/change_alert.ts";
import { holdLines } from "../alerting/hold_lines.ts";
import { afterNotifying, tellOf } from "../alerting/notify_of_alerts.ts";
import { invalid } from "../errors.ts";
import { eventsTopic, type Scope } from "../scope.ts";
import { acceptAsset } from "./accept_asset_as_normal.ts";
import { type HeldState, holdStates } from "./hold_states.ts";
import { judgeWord, type Verdict, wordsOn } from "./judge_word.ts";

export interface Accepting {
  readonly targets: readonly Target[];
  readonly reason: string;
}

/** Sensors whose states a transaction locks, so that readings wait for some tenths of a second at most. */
const SENSORS_PER_TRANSACTION = 25;

/**
 * The outcomes, in the order of the targets. Throws invalid for none, too many, or a reason that nobody can have meant.
 */
export async function acceptAsNormal(scope: Scope, { targets, reason }: Accepting): Promise<ActionResult[]> {
  checkCount(targets);
  const fault = textFault(reason);
  if (fault !== undefined) throw invalid("reason", `The reason ${fault}.`);
  const { store, tenant, wakeUps } = scope;
  const wanted = new Map(targets.toReversed().map((target) => [target.id, target]));
  const known = await store.alerts.byIds(tenant.id, [...wanted.keys()]);
  const results = new Map<Alert["id"], ActionResult>();
  const named: Named[] = [];
  for (const [sensorId, alerts] of Map.groupBy(known, (alert) => alert.sensorId)) {
    if (sensorId === undefined) {
      for (const [assetId, ofAsset] of Map.groupBy(alerts, ({ assetId }) => assetId)) {
        const verdicts = assetId === undefined
          ? ofAsset.map((alert): Verdict => ({ kind: "refused", alert, why: whyNotOf(alert) }))
          : await acceptAsset(scope, {
            assetId,
            reason,
            targets: new Map(ofAsset.map(({ id }) => [id, wanted.get(id)!])),
          });
        for (const verdict of verdicts) results.set(verdict.alert.id, verdict);
      }
    } else {
      const { batchId } = alerts[0];
      named.push({ sensorId, batchId, targets: new Map(alerts.map(({ id }) => [id, wanted.get(id)!])) });
    }
  }
  named.sort((a, b) => a.sensorId - b.sensorId);
  const take = async (some: readonly Named[], skipHeld: boolean) => {
    const { verdicts, left } = await acceptOn(scope, { named: some, reason, skipHeld });
    for (const verdict of verdicts) results.set(verdict.alert.id, verdict);
    return left;
  };
  // Sensors with alerts that somebody else holds are left for later and taken one by one: whoever waits for one alert
  // while holding others could wait for ever.
  const left: Named[] = [];
  for (let at = 0; at < named.length; at += SENSORS_PER_TRANSACTION) {
    left.push(...await take(named.slice(at, at + SENSORS_PER_TRANSACTION), true));
  }
  for (const one of left) await take([one], false);
  if ([...results.values()].some(({ kind }) => kind === "changed")) wakeUps.wake(eventsTopic(tenant.id));
  return targets.map(({ id }) => results.get(id) ?? { kind: "not_found", id });
}

function whyNotOf({ id }: Alert): string {
  return `Alert ${id} is about a source, and a new normal is learnt by sensors and assets only: it ends when its source ` +
    "sends again.";
}

/** What was asked for of a sensor. */
interface Named {
  readonly sensorId: SensorId;
  /** The batch that what happens is told with. */
  readonly batchId: BatchId;
  readonly targets: ReadonlyMap<Alert["id"], Target>;
}

interface Together {
  readonly named: readonly Named[];
  readonly reason: string;
  readonly skipHeld: boolean;
}

/** Answers what came of the alerts, and the sensors that were left out because somebody holds alerts of theirs. */
async function acceptOn(
  scope: Scope,
  { named, reason, skipHeld }: Together,
): Promise<{ verdicts: Verdict[]; left: Named[] }> {
  const { tenant, actor, clock, observe } = scope;
  const { verdicts, left, states, events, notified } = await scope.store.transaction(async (store) => {
    const sensorIds = new Set(named.map(({ sensorId }) => sensorId));
    const states = await holdStates(scope, store, { sensorIds, batchId: named[0].batchId });
    const alerts = await store.alerts.lock(tenant.id, named.flatMap(({ targets }) => [...targets.keys()]), {
      skipHeld,
    });
    const isLocked = new Set(alerts.map(({ id }) => id));
    const left = named.filter(({ targets }) => targets.keys().some((id) => !isLocked.has(id)));
    const over = alerts.filter(({ endedAt }) => endedAt !== undefined).map(({ id }) => id);
    const saidBefore = await wordsOn(store, { tenantId: tenant.id, over, by: actor.name, reason });
    const verdicts: Verdict[] = [];
    const accepted: AlertEvent[] = [];
    for (const one of named) {
      if (left.includes(one)) continue;
      const held = states.of(one.sensorId);
      const own = alerts.filter(({ sensorId }) => sensorId === one.sensorId);
      const judged = judgeWord(own, { targets: one.targets, whyNot: (alert) => whyNot(alert, held), saidBefore });
      verdicts.push(...judged);
      if (judged.some(({ kind }) => kind === "changed")) {
        accepted.push(...await accept(scope, store, { ...one, reason, held }));
      }
    }
    await states.save(store);
    const events = [...states.alertEvents, ...accepted];
    const records = events.flatMap(({ record, further }): EventRecord[] => [record, ...further]);
    const notified = await tellOf(store, { tenant, nowMs: clock.nowMs() }, records);
    return { verdicts, left, states, events, notified };
  });
  states.remember();
  afterNotifying(scope, notified);
  for (const { change, alert } of events) {
    observe({ kind: "alert", change, alertId: alert.id, batchId: alert.batchId, severity: alert.severity });
  }
  const now = new Map(events.map(({ alert }) => [alert.id, alert]));
  return {
    verdicts: verdicts.map((one) => one.kind === "changed" ? { ...one, alert: now.get(one.alert.id)! } : one),
    left,
  };
}

/** Why an alert that stands cannot end by a person's word, and what to do instead; undefined when it can. */
function whyNot({ id, kind, episodeStart }: Alert, { state, rules: { set } }: HeldState): string | undefined {
  const w = set.settings.watches.findIndex((watch) => watch.kind === kind);
  if (kind !== ANOMALY && set.watches[w]?.normal === undefined) {
    return `Alert ${id} is of kind ${kind}, a fact that does not become normal by being called so: it ends when the ` +
      "fact does. Shelve it, or change the settings of what looks for it.";
  }
  const episode = kind === ANOMALY ? state.episode : state.watches[w].episode;
  if (episode.open && episode.start === episodeStart) return undefined;
  return `Alert ${id} is judged by nothing any more, so its sensor has nothing to learn from it: it is ended with the ` +
    "next change of settings.";
}

/** Ends the episodes of the sensor that can end so, notes the word, and answers what it did to alerts. */
async function accept(
  { tenant, actor, observe }: Scope,
  store: Store,
  { sensorId, batchId, reason, held }: Named & { readonly reason: string; readonly held: HeldState },
): Promise<AlertEvent[]> {
  const subject = { sensorId };
  const accepted = { by: actor.name, reason };
  const { state, decisions } = acceptNewNormal(held.state, held.rules.set);
  held.replace(state);
  const settingsId = await held.settingsId();
  await store.settings.noteSwitches(tenant.id, [
    { sensorId, behind: state.watermark, settingsId, storedMax: 0, accepted },
  ]);
  observe({ kind: "sensor.relearns", sensorId, batchId, reason: "a person took what it does as the new normal" });
  const lines = holdLines(store, { tenantId: tenant.id, subjects: [subject], of: "sensors" });
  return await applyDecisions(store, { tenantId: tenant.id, batchId, subject, decisions, lines, accepted });
}
