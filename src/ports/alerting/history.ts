import type { TenantId } from "../../domain/access/tenant.ts";
import type { AlertId } from "../../domain/alerting/alert.ts";
import type { KnownTransition, Transition } from "../../domain/alerting/history.ts";
import type { Part } from "../page.ts";

export interface AlertHistoryStore {
  /** Each once: what is there already under the same version stays. */
  add(tenantId: TenantId, transitions: readonly Transition[]): Promise<void>;
  /** Per alert its transitions, the newest first; `after` is a version, and older ones come. */
  of(tenantId: TenantId, ids: readonly AlertId[], part: Part): Promise<Map<AlertId, KnownTransition[]>>;
}
