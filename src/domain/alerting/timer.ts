/**
 * What is to be told of an alert now, and when there is something next: on-delay, quiet hours, escalation, reminders
 * and the keeping of an end, as one function of what is so. Whoever asks again later, or twice, gets what is still
 * missing.
 */
import { isAbove, type Severity } from "../detection/severity.ts";
import type { Notice, Occasion } from "./notification.ts";
import type { Route, Routing } from "./route.ts";
import { endOfWindows, isWithin } from "./time_window.ts";

/** A route that has taken the alert: since when (wall time, ms), and why. */
export interface Taken {
  readonly route: string;
  readonly since: number;
  readonly reason: string;
}

/** A notice that was decided before. */
export type Told = Pick<Notice, "channel" | "mark" | "occasion" | "severity" | "route">;

export interface AlertSituation {
  readonly severity: Severity;
  readonly acknowledged: boolean;
  /** When it became known that it is over (wall time, ms); undefined while it stands. */
  readonly endedKnownAt: number | undefined;
  /** Why nobody is to be told now, and until when, where that has an end. */
  readonly muted?: { readonly reason: string; readonly untilMs: number | undefined };
  readonly taken: readonly Taken[];
  readonly told: readonly Told[];
}

/** The next moment at which something may have to be told. */
export interface Timer {
  readonly atMs: number;
  /** For people. */
  readonly what: string;
}

export interface Plan {
  readonly due: readonly Notice[];
  readonly next: Timer | undefined;
}

/** A month of escalation and reminders is enough for any alert. */
const REMINDERS_MAX = 1_000;

export function planNotices(routing: Routing, alert: AlertSituation, atMs: number): Plan {
  const due = new Map<string, Notice>();
  const timers: Timer[] = [];
  for (const taken of alert.taken) {
    // One that is no longer there tells nobody any more.
    const route = routing.routes.find(({ key }) => key === taken.route);
    if (route === undefined) continue;
    const planning: Planning = { routing, route, taken, alert, atMs };
    const { wanted, later } = alert.endedKnownAt === undefined ? whileItStands(planning) : onceItIsOver(planning);
    const missing = wanted.filter((one) =>
      !due.has(`${one.channel} ${one.mark}`) && !alert.told.some((told) => isSame(told, one))
    );
    const quietUntil = missing.length === 0 ? undefined : endOfQuiet(planning);
    if (quietUntil === undefined) { for (const one of missing) due.set(`${one.channel} ${one.mark}`, one); }
    else timers.push({ atMs: quietUntil, what: `quiet hours of route ${route.key} end` });
    timers.push(...later);
  }
  const next = timers.filter((timer) => timer.atMs > atMs).sort((a, b) => a.atMs - b.atMs).at(0);
  return { due: [...due.values()], next };
}

interface Planning {
  readonly routing: Routing;
  readonly route: Route;
  readonly taken: Taken;
  readonly alert: AlertSituation;
  readonly atMs: number;
}

interface Planned {
  readonly wanted: readonly Notice[];
  readonly later: readonly Timer[];
}

function isSame(a: Told, b: Told): boolean {
  return a.channel === b.channel && a.mark === b.mark;
}

function endOfQuiet({ routing, route, alert, atMs }: Planning): number | undefined {
  const { quiet = [], quietBelow } = route;
  if (!isAbove(quietBelow, alert.severity) || !isWithin(quiet, routing.timeZone, atMs)) return undefined;
  // Quiet hours without an end would be silence: then there are none.
  return endOfWindows(quiet, routing.timeZone, atMs);
}

function whileItStands(planning: Planning): Planned {
  const { route, taken, alert, atMs } = planning;
  if (alert.muted !== undefined) {
    const { untilMs, reason } = alert.muted;
    return { wanted: [], later: untilMs === undefined ? [] : [{ atMs: untilMs, what: `it is no longer ${reason}` }] };
  }
  const toldAt = taken.since + route.onDelayMs;
  if (atMs < toldAt) {
    if (alert.acknowledged) return { wanted: [], later: [] };
    return { wanted: [], later: [{ atMs: toldAt, what: `on-delay of route ${route.key} ends` }] };
  }
  const wanted: Notice[] = [];
  const later: Timer[] = [];
  for (const [i, { afterMs, channels }] of route.steps.entries()) {
    const stepAt = toldAt + afterMs;
    const occasion = i === 0 ? "opened" : "escalated";
    if (alert.acknowledged && !reached(planning, i)) break;
    if (atMs < stepAt) {
      later.push({ atMs: stepAt, what: `escalation to step ${i + 1} of route ${route.key}` });
      break;
    }
    const mark = i === 0 ? "opened" : `escalated/${i}`;
    const why = i === 0 ? taken.reason : `nobody acknowledged it within ${minutes(afterMs)}`;
    wanted.push(...channels.map((channel) => notice(planning, { channel, occasion, mark, why })));
    wanted.push(...channels.flatMap((channel) => raised(planning, channel)));
  }
  const reminder = alert.acknowledged ? undefined : remind(planning, { toldAt });
  return {
    wanted: [...wanted, ...reminder?.wanted ?? []],
    later: [...later, ...reminder?.later ?? []],
  };
}

/** Whether somebody of the step has been told. */
function reached({ route, alert }: Planning, step: number): boolean {
  const mark = step === 0 ? "opened" : `escalated/${step}`;
  return route.steps[step].channels.some((channel) =>
    alert.told.some((told) => told.channel === channel && told.mark === mark)
  );
}

/** That it has become more urgent, for who knows it as less urgent. */
function raised(planning: Planning, channel: string): Notice[] {
  const { alert } = planning;
  const known = alert.told.filter((told) => told.channel === channel).map(({ severity }) => severity);
  if (known.length === 0 || known.some((severity) => !isAbove(alert.severity, severity))) return [];
  const why = `it has become ${alert.severity}`;
  return [notice(planning, { channel, occasion: "raised", mark: `raised/${alert.severity}`, why })];
}

function remind(planning: Planning, { toldAt }: { toldAt: number }): Planned {
  const { route: { remindEveryMs, steps, key }, atMs } = planning;
  if (remindEveryMs === undefined) return { wanted: [], later: [] };
  // However long nobody looked: one reminder, not all that were missed.
  const count = Math.floor((atMs - toldAt) / remindEveryMs);
  if (count >= REMINDERS_MAX) return { wanted: [], later: [] };
  const later = [{ atMs: toldAt + (count + 1) * remindEveryMs, what: `reminder ${count + 1} of route ${key}` }];
  if (count === 0) return { wanted: [], later };
  const channels = new Set(
    steps.filter(({ afterMs }) => toldAt + afterMs <= atMs - remindEveryMs).flatMap((step) => step.channels),
  );
  const why = `nobody has acknowledged it for ${minutes(count * remindEveryMs)}`;
  const wanted = [...channels].map((channel) =>
    notice(planning, { channel, occasion: "reminder", mark: `reminder/${count}`, why })
  );
  return { wanted, later };
}

/** Whoever was told that it began is told that it is over. */
function onceItIsOver(planning: Planning): Planned {
  const { route, alert, atMs } = planning;
  const knowsEnd = new Set(alert.told.filter(({ occasion }) => occasion === "closed").map(({ channel }) => channel));
  const ofRoute = alert.told.filter((told) => told.route === route.key && !knowsEnd.has(told.channel));
  const channels = new Set(ofRoute.map(({ channel }) => channel));
  if (channels.size === 0) return { wanted: [], later: [] };
  const toldAt = alert.endedKnownAt! + route.keepFiringMs;
  if (atMs < toldAt) return { wanted: [], later: [{ atMs: toldAt, what: `route ${route.key} tells that it is over` }] };
  const why = "it is over";
  return {
    wanted: [...channels].map((channel) => notice(planning, { channel, occasion: "closed", mark: "closed", why })),
    later: [],
  };
}

function notice(
  { route, alert }: Planning,
  { channel, occasion, mark, why }: { channel: string; occasion: Occasion; mark: string; why: string },
): Notice {
  return {
    channel,
    occasion,
    mark,
    route: route.key,
    severity: alert.severity,
    reason: `Route ${route.key}: ${why}.`,
  };
}

function minutes(ms: number): string {
  return ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1_000} s`;
}
