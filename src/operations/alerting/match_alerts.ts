/**
 * Whether an event's alert is one of those that somebody follows. What changes (state, severity, whether it stands or
 * is hidden) is judged as it was then; what does not is judged once, and asks the store where only the store knows.
 */
import { type Alert, isHidden } from "../../domain/alerting/alert.ts";
import type { AlertFilter } from "../../ports/alerting/alert.ts";
import type { Scope } from "../scope.ts";

/** The part of `alerts` that the filter holds for. */
export async function matchAlerts(
  { store, tenant }: Pick<Scope, "store" | "tenant">,
  { alerts, filter }: { alerts: readonly Alert[]; filter: AlertFilter },
): Promise<ReadonlySet<Alert>> {
  const held = alerts.filter((alert) => holdsFor(alert, filter));
  const { sourceId, text, unplaced } = filter;
  const asksStore = sourceId !== undefined || text !== undefined || unplaced !== undefined;
  if (held.length === 0 || !asksStore) return new Set(held);
  const known = await store.alerts.matching(tenant.id, held.map(({ id }) => id), { sourceId, text, unplaced });
  return new Set(held.filter(({ id }) => known.has(id)));
}

function holdsFor(alert: Alert, filter: AlertFilter): boolean {
  const { subjects, batchId, severities, states, kinds, standing, hidden, roots, from = -Infinity, to = Infinity } =
    filter;
  return (subjects === undefined || isOf(alert, subjects)) &&
    (batchId === undefined || alert.batchId === batchId) &&
    (severities?.includes(alert.severity) ?? true) &&
    (states?.includes(alert.state) ?? true) &&
    (kinds?.includes(alert.kind) ?? true) &&
    (standing === undefined || standing === (alert.endedAt === undefined)) &&
    (hidden === undefined || hidden === isHidden(alert)) &&
    (roots === undefined || roots === (alert.parentId === undefined)) &&
    alert.openedAt >= from && alert.openedAt < to;
}

function isOf({ sensorId, assetId }: Alert, { sensorIds, assetIds }: NonNullable<AlertFilter["subjects"]>): boolean {
  return sensorId !== undefined && sensorIds.includes(sensorId) || assetId !== undefined && assetIds.includes(assetId);
}
