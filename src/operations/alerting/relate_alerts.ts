/**
 * What an alert does to others, and they to it: alerts of an asset stand for those of its sensors and of what is below,
 * a sensor that is at fault says nothing of the process, and the first of those that chatter stands for the rest.
 */
import { SERVICE } from "../../domain/access/actor.ts";
import type { TenantId } from "../../domain/access/tenant.ts";
import type { Alert, AlertChange, AlertId, AlertSubject } from "../../domain/alerting/alert.ts";
import { CHATTER_LOOK_BACK, chatterAt, HELD_MAX_MS } from "../../domain/alerting/chatter.ts";
import { INSTRUMENT_KINDS, isInstrumentFault } from "../../domain/alerting/instrument.ts";
import { act, type Action } from "../../domain/alerting/lifecycle.ts";
import type { Suppression } from "../../domain/alerting/suppression.ts";
import type { AssetId } from "../../domain/plant/asset.ts";
import type { AlertFilter, Beside } from "../../ports/alerting/alert.ts";
import type { EventRecord } from "../../ports/event.ts";
import type { Store } from "../../ports/store.ts";
import type { Deps } from "../scope.ts";
import { actOnAlerts, record, TARGETS_MAX } from "./act_on_alerts.ts";

export interface Beginning {
  readonly tenantId: TenantId;
  readonly subject: AlertSubject;
  readonly kind: string;
  /** Data time. */
  readonly ts: number;
}

/** What hides an alert from its first moment on: the shelf of its last one, windows, faults, and who stands for it. */
export async function besideFromStart(store: Store, { tenantId, subject, kind, ts }: Beginning): Promise<Beside> {
  const { sensorId, sourceId } = subject;
  const shelf = await store.alerts.shelfOf(tenantId, subject, kind);
  if (sourceId !== undefined) return { shelf, suppressedBy: [], parentId: undefined };
  const suppressedBy: Suppression[] = await store.windows.over(tenantId, subject, ts);
  if (isInstrumentFault(kind)) return { shelf, suppressedBy, parentId: undefined };
  if (sensorId !== undefined && (await store.alerts.faulty(tenantId, [sensorId], INSTRUMENT_KINDS)).length > 0) {
    suppressedBy.push("instrument_fault");
  }
  const parentId = await store.alerts.above(tenantId, subject);
  if (parentId !== undefined) suppressedBy.push("parent_alert");
  const chatter = chatterAt(await store.alerts.newest(tenantId, { ...subject, kind }, CHATTER_LOOK_BACK), ts);
  if (chatter !== undefined) suppressedBy.push("chattering");
  return { shelf, suppressedBy: suppressedBy.sort(), parentId: parentId ?? chatter?.firstId };
}

export interface Changed {
  readonly tenantId: TenantId;
  readonly alert: Alert;
  readonly change: AlertChange;
  readonly ts: number;
}

/** What a change of an alert does to others; answers the events that tell of it. */
export async function relate(store: Store, { tenantId, alert, change, ts }: Changed): Promise<EventRecord[]> {
  const changing = { tenantId, alert, ts };
  if (change === "raised") return await chatterRaised(store, changing);
  if (alert.assetId !== undefined) return await assetChanged(store, { ...changing, assetId: alert.assetId });
  return await instrumentChanged(store, changing);
}

type Changing = Omit<Changed, "change">;

/** What becomes more urgent is no chatter. */
function chatterRaised(store: Store, { tenantId, alert, ts }: Changing): Promise<EventRecord[]> {
  const action = { change: "released", suppression: "chattering", note: "it has become more urgent" } as const;
  return applyTo(store, { tenantId, alerts: [alert], action, ts });
}

/** A sensor that is at fault itself says nothing of the process: its process alerts are hidden while that lasts. */
async function instrumentChanged(store: Store, { tenantId, alert, ts }: Changing): Promise<EventRecord[]> {
  const { sensorId, kind } = alert;
  if (sensorId === undefined || !isInstrumentFault(kind)) return [];
  const faulty = (await store.alerts.faulty(tenantId, [sensorId], INSTRUMENT_KINDS)).length > 0;
  if (faulty !== (alert.endedAt === undefined)) return [];
  const suppression = "instrument_fault";
  const note = faulty
    ? `the sensor itself is at fault: ${kind}`
    : `the sensor is not at fault any more: ${kind} is over`;
  const action = { change: faulty ? "suppressed" : "released", suppression, note } as const;
  return await changeStanding(store, { tenantId, subjects: { sensorIds: [sensorId], assetIds: [] }, action, ts });
}

/** While an asset's alert stands, what stands of its sensors and of all below belongs to it. */
async function assetChanged(
  store: Store,
  { tenantId, alert, ts, assetId }: Changing & { assetId: AssetId },
): Promise<EventRecord[]> {
  const assetIds = await store.assets.below(tenantId, assetId);
  const sensorIds = (await store.sensors.ofAsset(tenantId, assetId)).map(({ id }) => id);
  const suppression = "parent_alert";
  if (alert.endedAt === undefined) {
    const subjects = { sensorIds, assetIds: assetIds.filter((id) => id !== assetId) };
    const action = { change: "suppressed", suppression, parentId: alert.id, note: "its asset has an alert" } as const;
    return await changeStanding(store, { tenantId, subjects, action, ts });
  }
  const above = await store.alerts.above(tenantId, { assetId });
  const note = "the alert of its asset is over";
  const action = above === undefined
    ? { change: "released", suppression, note } as const
    : { change: "suppressed", suppression, parentId: above, note } as const;
  const subjects = { sensorIds, assetIds };
  return await changeStanding(store, { tenantId, subjects, action, ts, parentId: alert.id });
}

interface Standing {
  readonly tenantId: TenantId;
  readonly subjects: NonNullable<AlertFilter["subjects"]>;
  readonly action: Action & { readonly change: "suppressed" | "released" };
  readonly ts: number;
  /** Only those that belong to this one. */
  readonly parentId?: AlertId;
}

/** Process alerts alone: what is wrong with an instrument is wrong whatever its asset does. */
async function changeStanding(
  store: Store,
  { tenantId, subjects, action, ts, parentId }: Standing,
): Promise<EventRecord[]> {
  const events: EventRecord[] = [];
  const suppressed = action.change === "released" || parentId !== undefined;
  for (let after = 0 as AlertId, more = true; more;) {
    const page = { subjects, suppression: action.suppression, suppressed, parentId, after, limit: TARGETS_MAX };
    const ids = await store.alerts.standingIds(tenantId, page);
    const alerts = ids.length === 0 ? [] : await store.alerts.lock(tenantId, ids);
    const ofProcess = alerts.filter(({ kind }) => !isInstrumentFault(kind));
    events.push(...await applyTo(store, { tenantId, alerts: ofProcess, action, ts }));
    more = ids.length === TARGETS_MAX;
    after = ids.at(-1) ?? after;
  }
  return events;
}

async function applyTo(
  store: Store,
  { tenantId, alerts, action, ts }: Omit<Standing, "subjects" | "parentId"> & { readonly alerts: readonly Alert[] },
): Promise<EventRecord[]> {
  const outcomes = alerts.map((one) => act(one, action));
  const changed = outcomes.flatMap((outcome) => outcome.kind === "changed" ? [outcome.alert] : []);
  return await record(store, { tenant: { id: tenantId }, actor: SERVICE }, { alerts: changed, action, ts });
}

/** Shows what was held as chattering and has stood ever since; answers how many. For all tenants, by the service. */
export async function releaseHeld(deps: Deps): Promise<number> {
  const due = await deps.store.alerts.heldSince({ before: deps.clock.nowMs() - HELD_MAX_MS, limit: TARGETS_MAX });
  const note = `it has stood for ${HELD_MAX_MS / 60_000} minutes, so it is no chatter`;
  for (const [tenantId, alerts] of Map.groupBy(due, (alert) => alert.tenantId)) {
    const scope = { ...deps, tenant: { id: tenantId, key: alerts[0].tenantKey }, actor: SERVICE };
    await actOnAlerts(scope, {
      targets: alerts.map(({ id }) => ({ id })),
      action: { change: "released", suppression: "chattering", note },
    });
  }
  return due.length;
}
