/**
 * Whom alerts of the past would have reached by some routing, had something hidden some of them: what they lived
 * through is told again, moment by moment, with what people did about them. All at data time, as if each change had
 * been known when it was so.
 */
import type { AssetId } from "../plant/asset.ts";
import type { SensorId } from "../plant/sensor.ts";
import type { Severity } from "../detection/severity.ts";
import type { Alert } from "./alert.ts";
import type { Transition } from "./history.ts";
import type { Notice } from "./notification.ts";
import { decideRoutes, type Route, type Routing } from "./route.ts";
import { planNotices, type Taken, type Told } from "./timer.ts";

export interface LivedAlert {
  readonly alert: Alert;
  /** The alert's asset and those above it, nearest first. */
  readonly assetPath: readonly AssetId[];
  /** In the order of their versions. */
  readonly transitions: readonly Transition[];
}

/** What hides alerts for a time (ms, `to` exclusive): of one kind as a shelf does, or of any as a window does. */
export interface Hiding {
  readonly sensorIds: ReadonlySet<SensorId>;
  readonly assetIds: ReadonlySet<AssetId>;
  readonly kind: string | undefined;
  readonly from: number;
  readonly to: number;
}

export interface TimedNotice extends Notice {
  readonly at: number;
}

/** The part of an alert's life that something would have hidden. */
export interface HiddenSpan {
  readonly from: number;
  /** When it would have shown again; undefined: not before its end. */
  readonly to: number | undefined;
}

export interface PreviewedAlert {
  readonly alert: Alert;
  readonly hidden: HiddenSpan | undefined;
  /** Who would have been told as things are, and who if they were as they are thought of. */
  readonly before: readonly TimedNotice[];
  readonly after: readonly TimedNotice[];
}

export interface Previewing {
  readonly before: Routing;
  readonly after: Routing;
  readonly hidings: readonly Hiding[];
  /** What would have been told later is left out. */
  readonly untilMs: number;
}

/** Of an alert that people are reminded of for ever, the first moments. */
const MOMENTS_MAX = 50;
/** Looks at a route or a window of time, so that a call is short. What is left over is for another one. */
const LOOKS_MAX = 10_000;

/**
 * Previews alerts in the order in which they opened, as many as the work allows, the first one in any case: whoever
 * gets fewer goes on behind the last.
 */
export function previewAlerts(
  lived: readonly LivedAlert[],
  { before, after, hidings, untilMs }: Previewing,
): PreviewedAlert[] {
  const previewed: PreviewedAlert[] = [];
  const asIs = telling(before, { hidings: [], untilMs });
  const asThought = telling(after, { hidings, untilMs });
  for (const one of lived) {
    if (asIs.looks() + asThought.looks() > LOOKS_MAX) break;
    asIs.next(one);
    asThought.next(one);
    previewed.push({ alert: one.alert, hidden: hiddenSpan(one.alert, hidings), before: [], after: [] });
  }
  return previewed.map((one, i) => ({ ...one, before: asIs.told[i], after: asThought.told[i] }));
}

/** What `hidings` would have hidden of the alert before it ended; undefined: nothing. */
function hiddenSpan(alert: Alert, hidings: readonly Hiding[]): HiddenSpan | undefined {
  const ended = alert.endedAt ?? Infinity;
  const spans = hidings.filter((hiding) => covers(hiding, alert) && hiding.from < ended && hiding.to > alert.openedAt);
  if (spans.length === 0) return undefined;
  const from = Math.max(alert.openedAt, Math.min(...spans.map((span) => span.from)));
  const to = Math.max(...spans.map((span) => span.to));
  return { from, to: to >= ended ? undefined : to };
}

function covers({ sensorIds, assetIds, kind }: Hiding, { sensorId, assetId, kind: own }: Alert): boolean {
  if (kind !== undefined && kind !== own) return false;
  return sensorId !== undefined && sensorIds.has(sensorId) || assetId !== undefined && assetIds.has(assetId);
}

/** Tells of one alert behind the other by a routing; `told` has who would have been told of each. */
function telling(routing: Routing, { hidings, untilMs }: Pick<Previewing, "hidings" | "untilMs">) {
  const told: TimedNotice[][] = [];
  const newest = new Map<string, number>();
  const keeping = new Set(routing.routes.filter(({ keepFiringMs }) => keepFiringMs > 0).map(({ key }) => key));
  const looksOf = new Map(routing.routes.map((route) => [route.key, 1 + windowsOf(route)]));
  const looksOfAll = [...looksOf.values()].reduce((sum, looks) => sum + looks, 0);
  let looks = 0;

  /**
   * One that begins while the end of another one of its subject and kind is kept from its recipients goes on as the
   * same: they are told of neither the end nor the beginning.
   */
  function inherit({ sensorId, assetId, sourceId, kind, openedAt }: Alert): Told[] {
    const subject = `${sensorId} ${assetId} ${sourceId} ${kind}`;
    const before = newest.get(subject);
    newest.set(subject, told.length);
    if (before === undefined) return [];
    const kept = told[before].filter(({ occasion, at, route }) =>
      occasion === "closed" && at > openedAt && keeping.has(route)
    );
    const inherited = kept.map(({ channel, route }): Told => {
      const known = told[before].findLast((one) => one.channel === channel && one.occasion !== "closed");
      return { channel, route, severity: known?.severity ?? "LOW", mark: "opened", occasion: "opened" };
    });
    told[before] = told[before].filter((notice) => !kept.includes(notice));
    return inherited;
  }

  function next({ alert, assetPath, transitions }: LivedAlert): void {
    const moments = momentsOf(alert, transitions);
    const own = hidings.filter((hiding) => covers(hiding, alert));
    const turns = [...moments.map(({ at }) => at), ...own.flatMap(({ from, to }) => [from, to])];
    const known: Told[] = inherit(alert);
    const notices: TimedNotice[] = [];
    const taken = new Map<string, Taken>();
    let [at, looked, wasMuted] = [moments[0].at as number | undefined, -1, false];
    for (let count = 0; at !== undefined && at < untilMs && count < MOMENTS_MAX; count++) {
      const now: number = at;
      const index = moments.findLastIndex((moment) => moment.at <= now);
      const { severity, acknowledged, endedKnownAt, hiddenBy } = moments[index];
      const muted = mutedAt(now, { hiddenBy, hidings: own });
      // It shows again: whoever had it has it anew, and escalation begins anew.
      const again = wasMuted && muted === undefined;
      if (again) { for (const [key, one] of taken) taken.set(key, { ...one, since: now }); }
      const isNews = again || moments.slice(looked + 1, index + 1).some((moment) => moment.isNews);
      if (endedKnownAt === undefined && isNews) {
        looks += looksOfAll;
        for (
          const { route, taken: takes, reason } of decideRoutes(routing, { severity, kind: alert.kind, assetPath }, now)
        ) {
          if (takes && !taken.has(route)) taken.set(route, { route, since: now, reason });
        }
      }
      for (const route of taken.keys()) looks += looksOf.get(route)!;
      const situation = { severity, acknowledged, endedKnownAt, muted, taken: [...taken.values()], told: known };
      const plan = planNotices(routing, situation, now);
      notices.push(...plan.due.map((notice) => ({ ...notice, at: now })));
      known.push(...plan.due);
      [looked, wasMuted] = [index, muted !== undefined];
      const later = [...turns, ...plan.next === undefined ? [] : [plan.next.atMs]].filter((ms) => ms > now);
      at = later.length === 0 ? undefined : Math.min(...later);
    }
    looks++;
    told.push(notices);
  }

  return { told, next, looks: () => looks };
}

function windowsOf({ during = [], quiet = [] }: Route): number {
  return during.length + quiet.length;
}

/** Why nobody is told at `at`, and until when; what hid it in truth ends with a moment of its own. */
function mutedAt(
  at: number,
  { hiddenBy, hidings }: { readonly hiddenBy: readonly string[]; readonly hidings: readonly Hiding[] },
) {
  if (hiddenBy.length > 0) return { reason: hiddenBy[0].replaceAll("_", " "), untilMs: undefined };
  const holding = hidings.filter(({ from, to }) => from <= at && at < to);
  return holding.length === 0 ? undefined : { reason: "hidden", untilMs: Math.max(...holding.map(({ to }) => to)) };
}

/** An alert from a moment on. */
interface Moment {
  readonly at: number;
  readonly severity: Severity;
  readonly acknowledged: boolean;
  readonly endedKnownAt: number | undefined;
  /** Why it was hidden in truth. */
  readonly hiddenBy: readonly string[];
  /** What readings do is news to who was not told; what people do is not. */
  readonly isNews: boolean;
}

const SHELF = "shelved";

/** What an alert was from each of its transitions on, in the order of time; the first is its opening. */
function momentsOf(alert: Alert, transitions: readonly Transition[]): Moment[] {
  const hiddenBy = hiddenFromStart(alert, transitions);
  const opened = transitions.find(({ change }) => change === "opened");
  const moments: Moment[] = [{
    at: alert.openedAt,
    severity: severityIn(opened) ?? alert.severity,
    acknowledged: false,
    endedKnownAt: undefined,
    hiddenBy: [...hiddenBy],
    isNews: true,
  }];
  // By time and not by version: people act by the clock, also on what has come late.
  for (const transition of transitions.toSorted((a, b) => a.ts - b.ts)) {
    const { change, detail, ts } = transition;
    if (change === "opened") continue;
    if (change === "suppressed") hiddenBy.add(String(detail));
    if (change === "released") hiddenBy.delete(String(detail));
    if (change === "shelved") hiddenBy.add(SHELF);
    if (change === "unshelved") hiddenBy.delete(SHELF);
    const before = moments.at(-1)!;
    const ends = change === "closed" || change === "accepted" || change === "superseded";
    const at = Math.max(before.at, ts);
    moments.push({
      at,
      severity: change === "raised" ? severityIn(transition) ?? alert.severity : before.severity,
      acknowledged: change === "acknowledged" || change === "accepted" ||
        before.acknowledged && change !== "unacknowledged",
      endedKnownAt: ends ? at : before.endedKnownAt,
      hiddenBy: [...hiddenBy],
      isNews: change === "raised",
    });
  }
  return moments;
}

/** What hid it from its first moment on is no transition: it follows from what hides it now, backwards. */
function hiddenFromStart({ suppressedBy, shelf }: Alert, transitions: readonly Transition[]): Set<string> {
  const hiddenBy = new Set<string>(shelf === undefined ? suppressedBy : [...suppressedBy, SHELF]);
  for (const { change, detail } of transitions.toReversed()) {
    if (change === "released") hiddenBy.add(String(detail));
    if (change === "suppressed") hiddenBy.delete(String(detail));
    if (change === "unshelved") hiddenBy.add(SHELF);
    if (change === "shelved") hiddenBy.delete(SHELF);
  }
  return hiddenBy;
}

/** Histories of earlier releases do not say it. */
function severityIn(transition: Transition | undefined): Severity | undefined {
  return transition?.detail as Severity | undefined;
}
