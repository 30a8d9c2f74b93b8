/** What has become due of an alert, when its workflow looks: told in one transaction, and the next moment noted. */
import type { AlertId } from "../../domain/alerting/alert.ts";
import type { Timer } from "../../domain/alerting/timer.ts";
import { NOTIFICATIONS_TOPIC, type Scope } from "../scope.ts";
import { actOnAlerts } from "./act_on_alerts.ts";
import { SHELF_OVER } from "./shelve_alerts.ts";
import { type Known, situationOf, writeDown } from "./notify_of_alerts.ts";

/**
 * Tells what is due at `nowMs`, and answers what comes next; undefined when nothing does any more. Whoever repeats it
 * tells nothing twice.
 */
export async function followAlert(
  scope: Scope,
  { alertId, nowMs }: { alertId: AlertId; nowMs: number },
): Promise<Timer | undefined> {
  const { store, tenant, wakeUps } = scope;
  await unshelve(scope, { alertId, nowMs });
  const { next, told } = await store.transaction(async (store) => {
    // Whoever changes the alert takes the timer's lock too: what it changes is seen here, or this is seen there.
    const [timer] = await store.alertTimers.lock(tenant.id, [alertId]);
    if (timer === undefined) return { next: undefined, told: 0 };
    const [alert] = await store.alerts.byIds(tenant.id, [alertId]);
    const [subject] = await store.subjects.of(tenant.id, [alertId]);
    const routing = await store.routing.version(tenant.id);
    if (alert === undefined || subject === undefined || routing === undefined) {
      await store.alertTimers.remove(tenant.id, [alertId]);
      return { next: undefined, told: 0 };
    }
    const told = await store.notifications.toldOf(tenant.id, [alertId]);
    const known: Known = { alert, subject, timer, told, isNews: false, again: false };
    const situation = situationOf(known, { taken: timer.taken, nowMs });
    const written = await writeDown(store, { tenant, routing, nowMs }, {
      decided: [{ known, situation }],
      nudged: false,
    });
    const [now] = await store.alertTimers.byAlerts(tenant.id, [alertId]);
    return { next: now && { atMs: now.nextAt, what: now.what }, told: written.told };
  });
  if (told > 0) wakeUps.wake(NOTIFICATIONS_TOPIC);
  return next;
}

/**
 * Brings it back when its shelf's time is over, by the time of the workflow; what is told of that is decided with it.
 */
async function unshelve(scope: Scope, { alertId, nowMs }: { alertId: AlertId; nowMs: number }): Promise<void> {
  const [alert] = await scope.store.alerts.byIds(scope.tenant.id, [alertId]);
  if (alert?.shelf === undefined || alert.shelf.until > nowMs) return;
  await actOnAlerts({ ...scope, clock: { nowMs: () => nowMs } }, {
    targets: [{ id: alertId }],
    action: { change: "unshelved", note: SHELF_OVER },
  });
}
