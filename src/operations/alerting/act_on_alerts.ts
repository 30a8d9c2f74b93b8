/**
 * What people do to alerts: up to 1,000 at once, each with an outcome of its own. Who asks again gets the same answer:
 * what is so already is no change, and no second transition.
 */
import type { Alert, AlertChange, AlertId, AlertState } from "../../domain/alerting/alert.ts";
import { type Act, type Transition, transitionTo } from "../../domain/alerting/history.ts";
import { act, type Action, detailOf } from "../../domain/alerting/lifecycle.ts";
import { textFault } from "../../domain/text.ts";
import type { EventRecord } from "../../ports/event.ts";
import type { Store } from "../../ports/store.ts";
import { invalid } from "../errors.ts";
import { eventsTopic, type Scope } from "../scope.ts";
import type { AlertEventBody } from "./change_alert.ts";
import { afterNotifying, NOBODY, tellOf } from "./notify_of_alerts.ts";

export const TARGETS_MAX = 1_000;

/** An alert, and the version of it that whoever acts has seen; left out: whichever it has. */
export interface Target {
  readonly id: AlertId;
  readonly expectedVersion?: number;
}

export type ActionResult =
  | { readonly kind: "changed" | "unchanged"; readonly alert: Alert }
  /** Somebody else was quicker: this is the alert now. */
  | { readonly kind: "conflict"; readonly alert: Alert; readonly expectedVersion: number }
  | {
    readonly kind: "illegal";
    readonly alert: Alert;
    readonly change: AlertChange;
    readonly legalFrom: readonly AlertState[];
  }
  /** It means nothing for this alert: why, as a sentence that says what to do instead. */
  | { readonly kind: "refused"; readonly alert: Alert; readonly why: string }
  | { readonly kind: "not_found"; readonly id: AlertId };

export type ActScope = Pick<
  Scope,
  "store" | "tenant" | "actor" | "clock" | "wakeUps" | "observe" | "workflows" | "background"
>;

export interface Acting {
  readonly targets: readonly Target[];
  readonly action: Action;
}

/**
 * The outcomes, in the order of the targets. Throws invalid for none, too many, or a text that nobody can have meant.
 */
export async function actOnAlerts(scope: ActScope, { targets, action }: Acting): Promise<ActionResult[]> {
  checkCount(targets);
  if ("note" in action && action.note !== undefined) {
    const fault = textFault(action.note);
    if (fault !== undefined) throw invalid("note", `The note ${fault}.`);
  }
  const known = await scope.store.alerts.byIds(scope.tenant.id, [...new Set(targets.map(({ id }) => id))]);
  const pending = new Map(known.map(({ id }) => [id, targets.find((target) => target.id === id)!]));
  const results = new Map<AlertId, ActionResult>();
  const note = (done: readonly ActionResult[]) => {
    for (const result of done) {
      if (result.kind === "not_found") continue;
      results.set(result.alert.id, result);
      pending.delete(result.alert.id);
    }
  };
  // Those that a fold or somebody else holds are left for later and taken one by one: whoever waits for one alert while
  // holding others could wait for ever.
  if (pending.size > 0) note(await actTogether(scope, { targets: [...pending.values()], action, skipHeld: true }));
  for (const target of pending.values()) note(await actTogether(scope, { targets: [target], action, skipHeld: false }));
  if ([...results.values()].some(({ kind }) => kind === "changed")) scope.wakeUps.wake(eventsTopic(scope.tenant.id));
  return targets.map(({ id }) => results.get(id) ?? { kind: "not_found", id });
}

/** Throws invalid for none, or too many. */
export function checkCount({ length }: readonly Target[]): void {
  if (length === 0) throw invalid("alerts", "There is nothing to do: name at least one alert.");
  if (length > TARGETS_MAX) throw invalid("alerts", `${length} alerts are too many: ${TARGETS_MAX} at most at once.`);
}

type Together = Acting & { readonly skipHeld: boolean };

async function actTogether(scope: ActScope, { targets, action, skipHeld }: Together): Promise<ActionResult[]> {
  const { tenant } = scope;
  let notified = NOBODY;
  const results = await scope.store.transaction(async (store) => {
    const alerts = await store.alerts.lock(tenant.id, targets.map(({ id }) => id), { skipHeld });
    const said = action.change === "commented" ? await saidLast(store, scope, alerts) : undefined;
    const expected = new Map(targets.map(({ id, expectedVersion }) => [id, expectedVersion]));
    const results = alerts.map((alert): ActionResult => {
      const same = said !== undefined && said.get(alert.id) === ("note" in action ? action.note : undefined);
      return same ? { kind: "unchanged", alert } : resultOf(alert, { action, expectedVersion: expected.get(alert.id) });
    });
    const changed = results.flatMap((result) => result.kind === "changed" ? [result.alert] : []);
    const nowMs = scope.clock.nowMs();
    const events = await record(store, scope, { alerts: changed, action, ts: nowMs });
    notified = await tellOf(store, { tenant, nowMs }, events);
    return results;
  });
  afterNotifying(scope, notified);
  return results;
}

/** What is so already is no conflict: whoever repeats a call whose answer got lost hears what came of it. */
function resultOf(
  alert: Alert,
  { action, expectedVersion }: { action: Action; expectedVersion: number | undefined },
): ActionResult {
  const outcome = act(alert, action);
  if (outcome.kind === "unchanged") return outcome;
  if (expectedVersion !== undefined && expectedVersion !== alert.version) {
    return { kind: "conflict", alert, expectedVersion };
  }
  return outcome.kind === "illegal" ? { ...outcome, change: action.change } : outcome;
}

/** Per alert what this actor said to it last, if nothing has happened since. */
async function saidLast(
  store: Store,
  { tenant, actor }: ActScope,
  alerts: readonly Alert[],
): Promise<Map<AlertId, string>> {
  const last = await store.alertHistory.of(tenant.id, alerts.map(({ id }) => id), { limit: 1 });
  return new Map(
    [...last].flatMap(([id, [{ change, note, actor: by }]]) =>
      change === "commented" && by === actor.name && note !== undefined ? [[id, note] as const] : []
    ),
  );
}

interface Recording {
  readonly alerts: readonly Alert[];
  readonly action: Action;
  /** When it was so. */
  readonly ts: number;
}

/** Stores alerts that `action` has changed, with their transitions; answers the events that tell of it. */
export async function record(
  store: Store,
  { tenant, actor }: { readonly tenant: Pick<ActScope["tenant"], "id">; readonly actor: ActScope["actor"] },
  { alerts, action, ts }: Recording,
): Promise<EventRecord[]> {
  if (alerts.length === 0) return [];
  const note = action.change === "shelved" ? action.shelf.reason : action.note;
  const done: Act = { change: action.change, actor: actor.name, ts, note, detail: detailOf(action) };
  const transitions = alerts.map((alert) => transitionTo(alert, done));
  await store.alerts.save(tenant.id, alerts);
  await store.alertHistory.add(tenant.id, transitions);
  return alerts.map((alert, i) => eventOf(alert, transitions[i]));
}

/** The event that tells of a transition. */
export function eventOf(alert: Alert, { change, actor, note, detail }: Transition): EventRecord {
  const body: AlertEventBody = { change, alert, actor, note, detail };
  return { type: `alert.${change}`, batchId: undefined, alertId: alert.id, body: JSON.stringify(body) };
}
