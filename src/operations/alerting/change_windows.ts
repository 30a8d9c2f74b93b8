/**
 * Maintenance windows, and what is out of service: while one is open, the alerts of its sensor, or of its asset and all
 * below, are suppressed. Those that stand when it ends show again; those that ended in it stay what they were, alerts
 * of a machine that was being worked on.
 */
import { SERVICE } from "../../domain/access/actor.ts";
import type { AlertId } from "../../domain/alerting/alert.ts";
import type { Action } from "../../domain/alerting/lifecycle.ts";
import { type ServiceWindow, windowFault, type WindowId } from "../../domain/alerting/window.ts";
import type { AssetId } from "../../domain/plant/asset.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import type { Subject } from "../../domain/plant/subject.ts";
import { textFault } from "../../domain/text.ts";
import type { AlertFilter } from "../../ports/alerting/alert.ts";
import type { NewWindow } from "../../ports/alerting/window.ts";
import type { EventRecord } from "../../ports/event.ts";
import { invalid, notFound } from "../errors.ts";
import { findSensor } from "../plant/find_sensor.ts";
import { findAsset } from "../plant/register_asset.ts";
import type { Deps, Scope } from "../scope.ts";
import { actOnAlerts, type ActScope, TARGETS_MAX } from "./act_on_alerts.ts";

/** A sensor or an asset by its key: one of both. */
export interface SubjectKey {
  readonly sensorKey?: string;
  readonly assetKey?: string;
}

export interface WindowInput extends SubjectKey {
  /** In ms; left out: now. */
  readonly from?: number;
  readonly to: number;
  readonly reason: string;
}

/** Throws invalid, and not found. */
export async function openMaintenanceWindow(scope: ActScope, input: WindowInput): Promise<ServiceWindow> {
  const now = scope.clock.nowMs();
  const planned = { startsAt: input.from ?? now, endsAt: input.to, reason: input.reason };
  const fault = windowFault(planned, now);
  if (fault !== undefined) throw invalid(fault.field, fault.message);
  const subject = await findSubject(scope, input);
  const opening = { kind: "maintenance_window", subject, ...planned, openedBy: scope.actor.name } as const;
  return (await open(scope, opening))!;
}

/** Ends it now, or before it has begun. One that is over already stays as it is. Throws not found. */
export async function closeMaintenanceWindow(scope: ActScope, id: WindowId): Promise<ServiceWindow> {
  const [window] = await scope.store.windows.byIds(scope.tenant.id, [id]);
  if (window?.kind !== "maintenance_window") throw notFound("window", "There is no such maintenance window.");
  return window.closedAt === undefined ? await end(scope, window, scope.clock.nowMs()) : window;
}

export interface OutOfServiceInput extends SubjectKey {
  readonly reason: string;
}

/** Until it is returned. What is out of service already stays so, for its first reason. Throws invalid, not found. */
export async function takeOutOfService(scope: ActScope, input: OutOfServiceInput): Promise<ServiceWindow> {
  const fault = textFault(input.reason);
  if (fault !== undefined) throw invalid("reason", `The reason ${fault}.`);
  const subject = await findSubject(scope, input);
  const opening = {
    kind: "out_of_service",
    subject,
    startsAt: scope.clock.nowMs(),
    endsAt: undefined,
    reason: input.reason,
    openedBy: scope.actor.name,
  } as const;
  return await open(scope, opening) ?? (await scope.store.windows.outOfService(scope.tenant.id, subject))!;
}

/** Undefined when it was in service. Throws invalid, not found. */
export async function returnToService(scope: ActScope, input: SubjectKey): Promise<ServiceWindow | undefined> {
  const subject = await findSubject(scope, input);
  const window = await scope.store.windows.outOfService(scope.tenant.id, subject);
  return window && await end(scope, window, scope.clock.nowMs());
}

/** Begins and ends the windows of all tenants whose time it is, and what was left half done; answers how many. */
export async function settleWindows(deps: Deps): Promise<number> {
  const now = deps.clock.nowMs();
  const due = await deps.store.windows.due({ now, limit: TARGETS_MAX });
  for (const { tenantId, tenantKey, ...window } of due) {
    const scope = { ...deps, tenant: { id: tenantId, key: tenantKey }, actor: SERVICE };
    const over = window.closedAt !== undefined || window.endsAt !== undefined && window.endsAt <= now;
    if (over) await end(scope, window, window.endsAt ?? now);
    else await begin(scope, window);
  }
  return due.length;
}

async function open(scope: ActScope, opening: NewWindow): Promise<ServiceWindow | undefined> {
  const window = await scope.store.transaction(async (store) => {
    const opened = await store.windows.open(scope.tenant.id, opening);
    if (opened !== undefined) await store.events.append(scope.tenant.id, [eventOf("opened", opened)]);
    return opened;
  });
  if (window !== undefined && window.startsAt <= scope.clock.nowMs()) await begin(scope, window);
  return window;
}

/** Hides what stands, and notes it: who dies in between begins again, and what is hidden already stays so. */
async function begin(scope: ActScope, window: ServiceWindow): Promise<void> {
  const subjects = await covered(scope, [window.subject]);
  await changeStanding(scope, {
    subjects,
    action: { change: "suppressed", suppression: window.kind, note: window.reason },
  });
  await scope.store.windows.note(scope.tenant.id, window.id, "begun");
}

/** Closed first, it hides nothing any more that opens; then what stands and no other window hides is shown. */
async function end(scope: ActScope, window: ServiceWindow, at: number): Promise<ServiceWindow> {
  const { tenant, actor, clock } = scope;
  const { kind } = window;
  const closed = await scope.store.transaction(async (store) => {
    const closed = await store.windows.close(tenant.id, window.id, { at, by: actor.name });
    if (closed !== undefined) await store.events.append(tenant.id, [eventOf("closed", closed)]);
    return closed;
  });
  const holding = () => scope.store.windows.holding(tenant.id, { kind, at: clock.nowMs() });
  const others = await holding();
  const kept = await covered(scope, others.map(({ subject }) => subject));
  const own = await covered(scope, [window.subject]);
  const subjects = { sensorIds: minus(own.sensorIds, kept.sensorIds), assetIds: minus(own.assetIds, kept.assetIds) };
  await changeStanding(scope, {
    subjects,
    action: { change: "released", suppression: kind, note: "the window is over" },
  });
  await scope.store.windows.note(tenant.id, window.id, "settled");
  // One that was opened meanwhile may have found hidden what has just been shown.
  const before = new Set(others.map(({ id }) => id));
  for (const late of (await holding()).filter(({ id }) => !before.has(id))) await begin(scope, late);
  return closed ?? (await scope.store.windows.byIds(tenant.id, [window.id]))[0];
}

type Subjects = NonNullable<AlertFilter["subjects"]>;

/** The sensors and assets that windows on these subjects are about: an asset's with all below. */
export async function covered(
  { store, tenant }: Pick<Scope, "store" | "tenant">,
  of: readonly Subject[],
): Promise<Subjects> {
  const [sensorIds, assetIds] = [new Set<SensorId>(), new Set<AssetId>()];
  for (const { sensorId, assetId } of of) {
    if (sensorId !== undefined) sensorIds.add(sensorId);
    if (assetId === undefined) continue;
    for (const id of await store.assets.below(tenant.id, assetId)) assetIds.add(id);
    for (const { id } of await store.sensors.ofAsset(tenant.id, assetId)) sensorIds.add(id);
  }
  return { sensorIds: [...sensorIds], assetIds: [...assetIds] };
}

interface Standing {
  readonly subjects: Subjects;
  readonly action: Action & { readonly change: "suppressed" | "released" };
}

async function changeStanding(scope: ActScope, { subjects, action }: Standing): Promise<void> {
  const { suppression } = action;
  const suppressed = action.change === "released";
  for (let after = 0 as AlertId, more = true; more;) {
    const page = { subjects, suppression, suppressed, after, limit: TARGETS_MAX };
    const ids = await scope.store.alerts.standingIds(scope.tenant.id, page);
    if (ids.length > 0) await actOnAlerts(scope, { targets: ids.map((id) => ({ id })), action });
    more = ids.length === TARGETS_MAX;
    after = ids.at(-1) ?? after;
  }
}

/** Throws invalid when both or none are named, and not found. */
export async function findSubject(
  scope: Pick<Scope, "store" | "tenant">,
  { sensorKey, assetKey }: SubjectKey,
): Promise<Subject> {
  if ((sensorKey === undefined) === (assetKey === undefined)) {
    throw invalid("sensor", "Name either a sensor or an asset.");
  }
  if (sensorKey !== undefined) return { sensorId: (await findSensor(scope, { key: sensorKey, field: "sensor" })).id };
  return { assetId: (await findAsset(scope, { key: assetKey!, field: "asset" })).id };
}

function eventOf(change: "opened" | "closed", window: ServiceWindow): EventRecord {
  return { type: `window.${change}`, batchId: undefined, alertId: undefined, body: JSON.stringify({ change, window }) };
}

function minus<Id>(ids: readonly Id[], others: readonly Id[]): Id[] {
  const without = new Set(others);
  return ids.filter((id) => !without.has(id));
}
