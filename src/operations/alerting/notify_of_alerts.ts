/**
 * Who is told of a change of alerts: decided and written down in the transaction that changes them, so that nothing is
 * told of what did not happen and nothing that happened goes untold. Bringing it there is another one's work
 * (deliver_notifications.ts), and so is what comes later (follow_alert.ts).
 */
import type { Alert, AlertChange, AlertId, AlertState } from "../../domain/alerting/alert.ts";
import { decideRoutes, type Routing } from "../../domain/alerting/route.ts";
import { type AlertSituation, planNotices, type Taken } from "../../domain/alerting/timer.ts";
import type { Notification } from "../../domain/alerting/notification.ts";
import type { NewNotification } from "../../ports/alerting/notification.ts";
import type { NamedSubject } from "../../ports/alerting/subject.ts";
import type { AlertTimer } from "../../ports/alerting/timer.ts";
import type { EventRecord } from "../../ports/event.ts";
import type { Store } from "../../ports/store.ts";
import type { TenantName } from "../../ports/workflows.ts";
import { allOf } from "../all_of.ts";
import { NOTIFICATIONS_TOPIC, type Scope } from "../scope.ts";
import type { AlertEventBody } from "./change_alert.ts";
import { messageOf } from "./message.ts";

/** A change that is older in data time than this is history and no news: nobody is told of it. */
const NEWS_MAX_AGE_MS = 86_400_000;
const STARTS_AT_ONCE = 16;

/** An alert as it is by now. */
interface ChangedAlert {
  readonly alert: Alert;
  /** Data time of what readings did to it; undefined: they did nothing, and it is no news to who was not told. */
  readonly at?: number;
  /** It was hidden and shows again: whoever had it has it anew, and escalation begins anew. */
  readonly again?: boolean;
}

const SEEN: ReadonlySet<AlertState> = new Set<AlertState>(["acknowledged", "latched", "normal"]);

/** What shows again is news, whenever it began. */
const SHOWS_AGAIN: ReadonlySet<AlertChange> = new Set<AlertChange>(["unshelved", "released"]);

/** What has been written down, for `afterNotifying`. */
export interface Notified {
  /** Alerts for which something is to come, by workflows that have to look at it. */
  readonly timed: readonly AlertId[];
  /** Alerts for which something was to come and nothing is any more: their workflows may end. */
  readonly calmed: readonly AlertId[];
  /** How many notifications wait to be brought. */
  readonly told: number;
}

export const NOBODY: Notified = { timed: [], calmed: [], told: 0 };

/**
 * Writes events into the tenant's log, and who is told of those about alerts: the last step of the transaction that
 * changed them.
 */
export async function tellOf(
  store: Store,
  { tenant, nowMs }: { tenant: TenantName; nowMs: number },
  events: readonly EventRecord[],
): Promise<Notified> {
  const changed = events.flatMap(({ type, alertId, body }): ChangedAlert[] => {
    if (alertId === undefined || !type.startsWith("alert.")) return [];
    const { alert, change, ts } = JSON.parse(body) as AlertEventBody;
    return [{ alert, at: ts, again: SHOWS_AGAIN.has(change) }];
  });
  const notified = await notifyOfAlerts(store, { tenant, nowMs }, changed);
  if (events.length > 0) await store.events.append(tenant.id, events);
  return notified;
}

/** All changes of alerts in a transaction, in their order. */
async function notifyOfAlerts(
  store: Store,
  { tenant, nowMs }: { tenant: TenantName; nowMs: number },
  changed: readonly ChangedAlert[],
): Promise<Notified> {
  if (changed.length === 0) return NOBODY;
  const routing = await store.routing.version(tenant.id);
  if (routing === undefined || routing.routes.length === 0) return NOBODY;
  const isTimed = new Map<AlertId, boolean>();
  let told = 0;
  // Round by round, so that one that opens and ends in the same transaction is told both ways.
  const changes = [...Map.groupBy(changed, ({ alert }) => alert.id).values()];
  for (let round = 0; changes.some((ofAlert) => ofAlert.length > round); round++) {
    const now = changes.flatMap((ofAlert) => ofAlert.at(round) ?? []);
    const written = await notifyOnce(store, { tenant, routing, nowMs }, now);
    for (const id of written.timed) isTimed.set(id, true);
    for (const id of written.calmed) isTimed.set(id, false);
    told += written.told;
  }
  const timed = (is: boolean) => [...isTimed].flatMap(([id, timed]) => timed === is ? [id] : []);
  return { timed: timed(true), calmed: timed(false), told };
}

/** The same for changes of which each is of another alert. */
async function notifyOnce(
  store: Store,
  { tenant, routing, nowMs }: Deciding,
  changed: readonly ChangedAlert[],
): Promise<Notified> {
  const ids = changed.map(({ alert }) => alert.id);
  const timers = new Map((await store.alertTimers.lock(tenant.id, ids)).map((timer) => [timer.alertId, timer]));
  const told = Map.groupBy(await store.notifications.toldOf(tenant.id, ids), ({ alertId }) => alertId);
  const subjects = new Map((await store.subjects.of(tenant.id, ids)).map((subject) => [subject.alertId, subject]));
  const known = changed.map(({ alert, at = -Infinity, again = false }): Known => ({
    alert,
    again,
    isNews: again || nowMs - at <= NEWS_MAX_AGE_MS,
    timer: timers.get(alert.id),
    told: told.get(alert.id) ?? [],
    subject: subjects.get(alert.id)!,
  }));
  const decided = await takeOver(store, { tenant, routing, nowMs }, known);
  return await writeDown(store, { tenant, routing, nowMs }, { decided, nudged: true });
}

/** To be called when the transaction has committed: hints, which may get lost. */
export function afterNotifying(
  scope: Pick<Scope, "wakeUps" | "background" | "workflows" | "tenant" | "observe">,
  { timed, calmed, told }: Notified,
): void {
  const { wakeUps, background, workflows, tenant, observe } = scope;
  if (told > 0) wakeUps.wake(NOTIFICATIONS_TOPIC);
  const hints = [
    ...timed.map((alertId) => ({ alertId, start: true })),
    ...calmed.map((alertId) => ({ alertId, start: false })),
  ];
  if (hints.length === 0) return;
  const follow = async ({ alertId, start }: typeof hints[number]) => {
    try {
      await workflows.followAlert(tenant, alertId, { start });
    } catch (cause) {
      // The sweeper looks for those that were not reached.
      observe({ kind: "alert.not_followed", alertId, cause });
    }
  };
  background(allOf(hints, { atOnce: STARTS_AT_ONCE }, follow));
}

/** What is known of an alert before anything is decided. */
export interface Known {
  readonly alert: Alert;
  readonly isNews: boolean;
  readonly again: boolean;
  readonly timer: AlertTimer | undefined;
  readonly told: readonly Notification[];
  readonly subject: NamedSubject;
}

interface Deciding {
  readonly tenant: TenantName;
  readonly routing: Routing;
  readonly nowMs: number;
}

export interface Decided {
  readonly known: Known;
  readonly situation: AlertSituation;
}

/** The situation of each alert, with the routes that take it from now on. */
async function takeOver(store: Store, deciding: Deciding, known: readonly Known[]): Promise<Decided[]> {
  const decided = known.map((one): Decided => ({
    known: one,
    situation: situationOf(one, { ...deciding, taken: routesOf(one, deciding) }),
  }));
  return await goOnFromEnding(store, deciding, decided);
}

export function situationOf(
  { alert, timer, told }: Known,
  { taken, nowMs }: { taken: readonly Taken[]; nowMs: number },
): AlertSituation {
  return {
    severity: alert.severity,
    acknowledged: SEEN.has(alert.state),
    endedKnownAt: alert.endedAt === undefined ? undefined : timer?.endedKnownAt ?? nowMs,
    muted: mutedBy(alert),
    taken,
    told,
  };
}

function mutedBy({ shelf, suppressedBy }: Alert): AlertSituation["muted"] {
  const [suppression] = suppressedBy;
  if (suppression !== undefined) return { reason: suppression.replaceAll("_", " "), untilMs: undefined };
  return shelf && { reason: "shelved", untilMs: shelf.until };
}

/** The routes that have the alert, and those that take it by what it is now. */
function routesOf({ alert, isNews, again, timer, told, subject }: Known, { routing, nowMs }: Deciding): Taken[] {
  const taken = new Map<string, Taken>();
  // Without a timer, those that have told somebody have it.
  const before = timer?.taken ?? told.map(({ route, createdAt, reason }) => ({ route, since: createdAt, reason }));
  for (const one of before) {
    if (!taken.has(one.route)) taken.set(one.route, again ? { ...one, since: nowMs } : one);
  }
  if (alert.endedAt !== undefined || !isNews) return [...taken.values()];
  const routed = { severity: alert.severity, kind: alert.kind, assetPath: subject.assets.map(({ id }) => id) };
  for (const { route, taken: takes, reason } of decideRoutes(routing, routed, nowMs)) {
    if (takes && !taken.has(route)) taken.set(route, { route, since: nowMs, reason });
  }
  return [...taken.values()];
}

/**
 * An alert that begins while the end of another one of its kind is still kept from its recipients goes on as the same:
 * they are told neither of the end nor of the beginning.
 */
async function goOnFromEnding(store: Store, deciding: Deciding, decided: readonly Decided[]): Promise<Decided[]> {
  const { tenant, routing } = deciding;
  const keeping = new Set(routing.routes.filter(({ keepFiringMs }) => keepFiringMs > 0).map(({ key }) => key));
  const begun = decided.filter(({ known, situation }) =>
    known.alert.endedAt === undefined && known.told.length === 0 &&
    situation.taken.some(({ route }) => keeping.has(route))
  );
  if (begun.length === 0) return [...decided];
  const endings = await store.alertTimers.ending(tenant.id, begun.map(({ known: { alert } }) => alert.id));
  const told = Map.groupBy(
    await store.notifications.toldOf(tenant.id, endings.map(({ alertId }) => alertId)),
    ({ alertId }) => alertId,
  );
  const written: NewNotification[] = [];
  const goOn = decided.map((one): Decided => {
    const { alert } = one.known;
    const before = endings.findLast(({ goesOnAs }) => goesOnAs === alert.id);
    if (before === undefined) return one;
    const known = told.get(before.alertId) ?? [];
    const latest = new Map(known.map((notice) => [notice.channel, notice]));
    for (const { occasion, channel } of known) if (occasion === "closed") latest.delete(channel);
    const reason = (text: string) => ({ reason: text, routingVersion: routing.version, body: "{}", withdrawn: true });
    const inherited = [...latest.values()].map((notice): NewNotification => ({
      ...pick(notice),
      ...reason(`It goes on from alert ${before.alertId}, whose end was not told yet.`),
      alertId: alert.id,
      occasion: "opened",
      mark: "opened",
    }));
    const ends = [...latest.values()].map((notice): NewNotification => ({
      ...pick(notice),
      ...reason(`It goes on as alert ${alert.id}.`),
      alertId: before.alertId,
      occasion: "closed",
      mark: "closed",
    }));
    written.push(...inherited, ...ends);
    return { ...one, situation: { ...one.situation, told: inherited } };
  });
  await store.notifications.add(tenant.id, written);
  await store.alertTimers.remove(tenant.id, endings.map(({ alertId }) => alertId));
  return goOn;
}

function pick({ channel, route, severity }: Notification) {
  return { channel, route, severity };
}

/** Writes down what is due, and when there is something next. */
export async function writeDown(
  store: Store,
  { tenant, routing, nowMs }: Deciding,
  { decided, nudged }: { decided: readonly Decided[]; nudged: boolean },
): Promise<Notified> {
  const notices: NewNotification[] = [];
  const timers: AlertTimer[] = [];
  const calmed: AlertId[] = [];
  for (const { known, situation } of decided) {
    const { alert } = known;
    const { due, next } = planNotices(routing, situation, nowMs);
    for (const notice of due) {
      const body = JSON.stringify(messageOf(notice, { tenant, nowMs, ...known }));
      notices.push({ ...notice, alertId: alert.id, routingVersion: routing.version, body });
    }
    const { taken, endedKnownAt } = situation;
    if (next !== undefined) timers.push({ alertId: alert.id, taken, endedKnownAt, nextAt: next.atMs, what: next.what });
    else if (known.timer !== undefined) calmed.push(alert.id);
  }
  const told = notices.length === 0 ? 0 : await store.notifications.add(tenant.id, notices);
  if (timers.length > 0) await store.alertTimers.save(tenant.id, timers, { nudged });
  if (calmed.length > 0) await store.alertTimers.remove(tenant.id, calmed);
  return { timed: timers.map(({ alertId }) => alertId), calmed, told };
}
