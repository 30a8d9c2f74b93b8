import type { TenantId } from "../../domain/access/tenant.ts";
import type { AlertId } from "../../domain/alerting/alert.ts";
import type { Part } from "../page.ts";

/**
 * Alerts of sensors that are told by an alert of their asset: those whose episodes share some time with it. It follows
 * from the episodes alone, so it is the same whichever of them was opened first.
 */
export interface AlertGroupStore {
  /** Per alert of a sensor, that of its asset which tells of it; the first one when there are several. */
  groupsOf(tenantId: TenantId, ids: readonly AlertId[]): Promise<Map<AlertId, AlertId>>;
  /** Per alert of an asset, those of its sensors that it tells of, oldest first. */
  membersOf(tenantId: TenantId, ids: readonly AlertId[], part: Part): Promise<Map<AlertId, AlertId[]>>;
}
