/**
 * Which recipients an alert has: a tenant's routes in their order, as one document with a version. The first route that
 * an alert matches takes it, and those behind it only if that one says so. Every decision comes with its reason.
 */
import { isAbove, SEVERITIES, type Severity } from "../detection/severity.ts";
import type { AssetId } from "../plant/asset.ts";
import { keyFault } from "../key.ts";
import { isTimeZone, isWithin, type TimeWindow } from "./time_window.ts";

/** The recipients whose turn it is once an alert has been told for so long and nobody has acknowledged it. */
export interface RouteStep {
  readonly afterMs: number;
  /** Keys of channels. */
  readonly channels: readonly string[];
}

export interface Route {
  readonly key: string;
  /** Conditions: all that are given have to hold. */
  readonly severityMin?: Severity;
  readonly kinds?: readonly string[];
  /** The alert's asset, or one above it. */
  readonly assetId?: AssetId;
  /** Hours in which the route takes alerts. */
  readonly during?: readonly TimeWindow[];
  /** Hours in which it tells nobody of what is less urgent than `quietBelow`, but does so at their end. */
  readonly quiet?: readonly TimeWindow[];
  readonly quietBelow: Severity;
  /** How long an alert has to stand before anybody is told. */
  readonly onDelayMs: number;
  /** How long it has to be over before anybody is told; one that begins again meanwhile goes on as the same. */
  readonly keepFiringMs: number;
  /** How often those who were told are told again until somebody acknowledges it. */
  readonly remindEveryMs?: number;
  /** The first step has `afterMs` 0; the others rise. */
  readonly steps: readonly RouteStep[];
  /** Whether the routes behind this one may take the alert too. */
  readonly goOn: boolean;
}

export interface Routing {
  readonly version: number;
  /** IANA name of the zone that hours are in. */
  readonly timeZone: string;
  readonly routes: readonly Route[];
}

/** What routes look at. */
export interface RoutedAlert {
  readonly severity: Severity;
  readonly kind: string;
  /** The alert's asset and those above it, nearest first. */
  readonly assetPath: readonly AssetId[];
}

export interface RouteDecision {
  readonly route: string;
  readonly taken: boolean;
  /** A clause for people. */
  readonly reason: string;
}

export const ROUTES_MAX = 100;
const STEPS_MAX = 10;
const CHANNELS_MAX = 20;
const WINDOWS_MAX = 20;
const MINUTE_MS = 60_000;
const WEEK_MS = 7 * 86_400_000;

/** What each route, in their order, does with the alert at `atMs` (wall time), and why. */
export function decideRoutes(routing: Routing, alert: RoutedAlert, atMs: number): RouteDecision[] {
  const decisions: RouteDecision[] = [];
  let taker: string | undefined;
  for (const route of routing.routes) {
    const fault = taker === undefined ? mismatch(route, alert, { zone: routing.timeZone, atMs }) : undefined;
    if (taker !== undefined) {
      decisions.push({ route: route.key, taken: false, reason: `route ${taker} comes first and keeps it` });
    } else if (fault !== undefined) decisions.push({ route: route.key, taken: false, reason: fault });
    else {
      decisions.push({ route: route.key, taken: true, reason: matchText(route, alert) });
      if (!route.goOn) taker = route.key;
    }
  }
  return decisions;
}

function mismatch(route: Route, alert: RoutedAlert, { zone, atMs }: { zone: string; atMs: number }) {
  const { severityMin, kinds, assetId, during } = route;
  if (severityMin !== undefined && isAbove(severityMin, alert.severity)) {
    return `severity ${alert.severity} is below ${severityMin}`;
  }
  if (kinds !== undefined && !kinds.includes(alert.kind)) return `kind ${alert.kind} is not one of its kinds`;
  if (assetId !== undefined && !alert.assetPath.includes(assetId)) return "its sensor is not on the route's asset";
  if (during !== undefined && !isWithin(during, zone, atMs)) return "it is outside the route's hours";
  return undefined;
}

function matchText({ severityMin, kinds, assetId, during }: Route, alert: RoutedAlert): string {
  const holds = [
    severityMin && `severity ${alert.severity} is at least ${severityMin}`,
    kinds && `kind ${alert.kind} is one of its kinds`,
    assetId !== undefined && "its sensor is on the route's asset",
    during && "it is within the route's hours",
  ].filter((text) => typeof text === "string");
  return holds.length === 0 ? "it takes every alert" : holds.join(", ");
}

/** Why nobody can have meant these routes, naming the route; undefined when they are fine. */
export function routingFault({ timeZone, routes }: Omit<Routing, "version">): string | undefined {
  if (!isTimeZone(timeZone)) return `${JSON.stringify(timeZone.slice(0, 80))} is no time zone such as Europe/Berlin`;
  if (routes.length > ROUTES_MAX) return `there are ${routes.length} routes, ${ROUTES_MAX} at most`;
  const keys = new Set<string>();
  for (const [i, route] of routes.entries()) {
    const fault = keys.has(route.key) ? "another one has its key" : routeFault(route);
    if (fault !== undefined) return `route ${i + 1}, ${JSON.stringify(route.key.slice(0, 80))}: ${fault}`;
    keys.add(route.key);
  }
  return undefined;
}

function routeFault(route: Route): string | undefined {
  const key = keyFault(route.key);
  if (key !== undefined) return `its key ${key}`;
  const noKind = route.kinds?.find((kind) => keyFault(kind) !== undefined);
  if (route.kinds?.length === 0) return "it names no kind: leave them out for all kinds";
  if (noKind !== undefined) return `${JSON.stringify(noKind.slice(0, 80))} is no kind of alert`;
  const windows = [...route.during ?? [], ...route.quiet ?? []];
  if (windows.length > WINDOWS_MAX) return `it has ${windows.length} windows of time, ${WINDOWS_MAX} at most`;
  if (windows.some(({ days, from }) => days.length === 0 || from >= 1_440)) {
    return "a window of time needs a day and begins before 24:00";
  }
  if (!SEVERITIES.includes(route.quietBelow)) return "it has no severity that quiet hours end at";
  const delays = [route.onDelayMs, route.keepFiringMs, ...route.steps.map(({ afterMs }) => afterMs)];
  if (delays.some((ms) => ms < 0 || ms > WEEK_MS)) return "a delay is longer than a week";
  if (route.remindEveryMs !== undefined && (route.remindEveryMs < MINUTE_MS || route.remindEveryMs > WEEK_MS)) {
    return "it has to remind every minute at most and every week at least";
  }
  return stepsFault(route.steps);
}

function stepsFault(steps: readonly RouteStep[]): string | undefined {
  if (steps.length === 0 || steps.length > STEPS_MAX) return `it has ${steps.length} steps: 1 to ${STEPS_MAX}`;
  if (steps[0].afterMs !== 0) return "its first step has to come at once: a delay before it is its on-delay";
  for (const [i, { afterMs, channels }] of steps.entries()) {
    if (channels.length === 0 || channels.length > CHANNELS_MAX) {
      return `step ${i + 1} has ${channels.length} channels: 1 to ${CHANNELS_MAX}`;
    }
    if (i > 0 && afterMs <= steps[i - 1].afterMs) return `step ${i + 1} does not come later than the one before it`;
  }
  return undefined;
}

/** The keys of all channels that routes name. */
export function channelsOf({ routes }: Pick<Routing, "routes">): string[] {
  return [...new Set(routes.flatMap(({ steps }) => steps.flatMap(({ channels }) => channels)))];
}
