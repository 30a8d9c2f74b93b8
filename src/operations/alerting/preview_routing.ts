/** Whom an alert would have reached, by the routing that holds or by one that is only thought of. Nothing is sent. */
import type { AlertId } from "../../domain/alerting/alert.ts";
import { decideRoutes, type RouteDecision } from "../../domain/alerting/route.ts";
import { planNotices, type Told } from "../../domain/alerting/timer.ts";
import type { Notice } from "../../domain/alerting/notification.ts";
import { notFound } from "../errors.ts";
import type { Scope } from "../scope.ts";
import { readRouting, type RoutingInput } from "./save_routing.ts";

export interface PreviewInput {
  readonly alertId: AlertId;
  /** Undefined: the routing that holds. */
  readonly routing: RoutingInput | undefined;
  /** When it would have become known (ms); undefined: when it opened, in data time. */
  readonly at: number | undefined;
}

export interface PreviewedNotice extends Notice {
  /** When it would have been told, had nobody acknowledged the alert (ms). */
  readonly at: number;
}

export interface RoutingPreview {
  readonly decisions: readonly RouteDecision[];
  readonly notices: readonly PreviewedNotice[];
}

/** Moments that are looked at: of an alert that is reminded of for ever, the first ones. */
const MOMENTS_MAX = 50;

/** Throws not found for an alert that is not there; invalid and not found for routes that cannot be used. */
export async function previewRouting(
  scope: Pick<Scope, "store" | "tenant">,
  { alertId, routing: thought, at }: PreviewInput,
): Promise<RoutingPreview> {
  const { store, tenant } = scope;
  const [alert] = await store.alerts.byIds(tenant.id, [alertId]);
  if (alert === undefined) throw notFound("alert", "There is no such alert.");
  const [subject] = await store.subjects.of(tenant.id, [alertId]);
  const routing = thought === undefined
    ? await store.routing.version(tenant.id)
    : { version: 0, ...await readRouting(scope, thought) };
  if (routing === undefined) return { decisions: [], notices: [] };
  const knownAt = at ?? alert.openedAt;
  const routed = { severity: alert.severity, kind: alert.kind, assetPath: subject.assets.map(({ id }) => id) };
  const decisions = decideRoutes(routing, routed, knownAt);
  const taken = decisions.filter((decision) => decision.taken)
    .map(({ route, reason }) => ({ route, since: knownAt, reason }));

  const notices: PreviewedNotice[] = [];
  const told: Told[] = [];
  const lasted = alert.endedAt === undefined ? undefined : alert.endedAt - alert.openedAt;
  const endsAt = lasted === undefined ? undefined : knownAt + lasted;
  let now: number | undefined = knownAt;
  for (let moments = 0; now !== undefined && moments < MOMENTS_MAX; moments++) {
    const moment: number = now;
    const endedKnownAt = endsAt !== undefined && moment >= endsAt ? endsAt : undefined;
    const situation = { severity: alert.severity, acknowledged: false, endedKnownAt, taken, told };
    const { due, next } = planNotices(routing, situation, moment);
    notices.push(...due.map((notice) => ({ ...notice, at: moment })));
    told.push(...due);
    const toEnd = endedKnownAt === undefined ? endsAt : undefined;
    const later = [next?.atMs, toEnd].filter((ms) => ms !== undefined);
    now = later.length === 0 ? undefined : Math.min(...later);
  }
  return { decisions, notices };
}
