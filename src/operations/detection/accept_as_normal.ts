/**
 * A person's word that what alerts are about is normal from now on. It is said of sensors: under the lock of its state
 * each ends its episodes at its watermark and learns anew from the next reading on. The word is kept with that place
 * among what the sensor was judged by, so that reprocessing hears it there.
 */
import type { Alert } from "../../domain/alerting/alert.ts";
import { legalFrom } from "../../domain/alerting/lifecycle.ts";
import { ANOMALY } from "../../domain/detection/assess.ts";
import { acceptNewNormal } from "../../domain/detection/new_normal.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import { textFault } from "../../domain/text.ts";
import type { EventRecord } from "../../ports/event.ts";
import type { Store } from "../../ports/store.ts";
import { type ActionResult, checkCount, type Target } from "../alerting/act_on_alerts.ts";
import { applyDecisions } from "../alerting/apply_decisions.ts";
import type { AlertEvent } from "../alerting/change_alert.ts";
import { holdLines } from "../alerting/hold_lines.ts";
import { invalid } from "../errors.ts";
import { eventsTopic, type Scope } from "../scope.ts";
import { type HeldState, type HeldStates, holdStates } from "./hold_states.ts";

export interface Accepting {
  readonly targets: readonly Target[];
  readonly reason: string;
}

/**
 * The outcomes, in the order of the targets, sensor by sensor. Throws invalid for none, too many, or a reason that
 * nobody can have meant.
 */
export async function acceptAsNormal(scope: Scope, { targets, reason }: Accepting): Promise<ActionResult[]> {
  checkCount(targets);
  const fault = textFault(reason);
  if (fault !== undefined) throw invalid("reason", `The reason ${fault}.`);
  const { store, tenant, wakeUps } = scope;
  const wanted = new Map(targets.toReversed().map((target) => [target.id, target]));
  const known = await store.alerts.byIds(tenant.id, [...wanted.keys()]);
  const results = new Map<Alert["id"], ActionResult>();
  for (const [sensorId, alerts] of Map.groupBy(known, (alert) => alert.sensorId)) {
    const named = alerts.map(({ id }) => wanted.get(id)!);
    const done = sensorId === undefined
      ? alerts.map((alert): ActionResult => ({ kind: "refused", alert, why: whyNotOf(alert) }))
      : await acceptOn(scope, { sensorId, batchId: alerts[0].batchId, targets: named, reason });
    for (const result of done) if (result.kind !== "not_found") results.set(result.alert.id, result);
  }
  if ([...results.values()].some(({ kind }) => kind === "changed")) wakeUps.wake(eventsTopic(tenant.id));
  return targets.map(({ id }) => results.get(id) ?? { kind: "not_found", id });
}

function whyNotOf({ id, assetId }: Alert): string {
  const instead = assetId === undefined
    ? "it ends when its source sends again"
    : "it ends when its sensors are back; say it of the alerts of its sensors";
  return `Alert ${id} is about ${assetId === undefined ? "a source" : "an asset"}, and a new normal is learnt by ` +
    `sensors only: ${instead}.`;
}

interface OnSensor extends Accepting {
  readonly sensorId: SensorId;
  /** The batch that what happens is told with. */
  readonly batchId: Alert["batchId"];
}

/** In a transaction for each sensor, so that no other sensor's readings wait for it. */
async function acceptOn(scope: Scope, on: OnSensor): Promise<ActionResult[]> {
  const { tenant, observe } = scope;
  const { sensorId, batchId } = on;
  const { results, states, events } = await scope.store.transaction(async (store) => {
    const states = await holdStates(scope, store, { sensorIds: new Set([sensorId]), batchId });
    const alerts = await store.alerts.lock(tenant.id, on.targets.map(({ id }) => id));
    const judged = await judge(scope, store, { ...on, held: states.of(sensorId), alerts });
    const accepts = judged.some(({ kind }) => kind === "changed");
    const accepted = accepts ? await accept(scope, store, { ...on, states }) : [];
    const now = new Map(accepted.map(({ alert }) => [alert.id, alert]));
    const results = judged.map((result) =>
      result.kind === "changed" ? { ...result, alert: now.get(result.alert.id)! } : result
    );
    await states.save(store);
    const events = [...states.alertEvents, ...accepted];
    const records = events.flatMap(({ record, further }): EventRecord[] => [record, ...further]);
    await store.events.append(tenant.id, records);
    return { results, states, events };
  });
  states.remember();
  for (const { change, alert } of events) {
    observe({ kind: "alert", change, alertId: alert.id, batchId, severity: alert.severity });
  }
  if (results.some(({ kind }) => kind === "changed")) {
    observe({ kind: "sensor.relearns", sensorId, batchId, reason: "a person took what it does as the new normal" });
  }
  return results;
}

interface Judging extends OnSensor {
  readonly held: HeldState;
  readonly alerts: readonly Alert[];
}

/** What is to come of each; `changed`: it is to be accepted. One that has changed unseen keeps all of its sensor. */
async function judge(
  { tenant, actor }: Scope,
  store: Store,
  { targets, reason, held, alerts }: Judging,
): Promise<ActionResult[]> {
  const over = alerts.filter(({ endedAt }) => endedAt !== undefined).map(({ id }) => id);
  const last = await store.alertHistory.of(tenant.id, over, { limit: 1 });
  const results = alerts.map((alert): ActionResult => {
    const { id, endedAt } = alert;
    const { expectedVersion } = targets.find((target) => target.id === id)!;
    if (endedAt !== undefined) {
      const [before] = last.get(id) ?? [];
      const said = before?.change === "accepted" && before.actor === actor.name && before.note === reason;
      return said
        ? { kind: "unchanged", alert }
        : { kind: "illegal", alert, change: "accepted", legalFrom: legalFrom("accepted") };
    }
    if (expectedVersion !== undefined && expectedVersion !== alert.version) {
      return { kind: "conflict", alert, expectedVersion };
    }
    const why = whyNot(alert, held);
    return why === undefined ? { kind: "changed", alert } : { kind: "refused", alert, why };
  });
  const conflict = results.find(({ kind }) => kind === "conflict");
  if (conflict?.kind !== "conflict") return results;
  const why =
    `Alert ${conflict.alert.id} of the same sensor has changed since you looked: look at it, then say it again.`;
  return results.map((result) => result.kind === "changed" ? { kind: "refused", alert: result.alert, why } : result);
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
  { tenant, actor }: Scope,
  store: Store,
  { sensorId, batchId, reason, states }: OnSensor & { readonly states: HeldStates },
): Promise<AlertEvent[]> {
  const held = states.of(sensorId);
  const subject = { sensorId };
  const accepted = { by: actor.name, reason };
  const { state, decisions } = acceptNewNormal(held.state, held.rules.set);
  held.replace(state);
  const settingsId = await held.settingsId();
  await store.settings.noteSwitches(tenant.id, [
    { sensorId, behind: state.watermark, settingsId, storedMax: 0, accepted },
  ]);
  const lines = holdLines(store, { tenantId: tenant.id, subjects: [subject] });
  return await applyDecisions(store, { tenantId: tenant.id, batchId, subject, decisions, lines, accepted });
}
