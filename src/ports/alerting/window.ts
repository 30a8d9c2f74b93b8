import type { TenantId } from "../../domain/access/tenant.ts";
import type { ServiceWindow, WindowId, WindowKind } from "../../domain/alerting/window.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import type { Subject } from "../../domain/plant/subject.ts";
import type { Page } from "../page.ts";

export type NewWindow = Pick<ServiceWindow, "kind" | "subject" | "startsAt" | "endsAt" | "reason" | "openedBy">;

/** A window with its tenant, for who looks after those of all tenants. */
export type TenantWindow = ServiceWindow & { readonly tenantId: TenantId; readonly tenantKey: string };

export interface WindowStore {
  /** Undefined when the subject is out of service already, and this says so again. */
  open(tenantId: TenantId, window: NewWindow): Promise<ServiceWindow | undefined>;
  /** Undefined when it is not there or was closed before. */
  close(
    tenantId: TenantId,
    id: WindowId,
    ending: { readonly at: number; readonly by: string },
  ): Promise<ServiceWindow | undefined>;
  /** Notes that the alerts which stood at its start, or at its end, know of it. */
  note(tenantId: TenantId, id: WindowId, what: "begun" | "settled"): Promise<void>;
  byIds(tenantId: TenantId, ids: readonly WindowId[]): Promise<ServiceWindow[]>;
  /** The open out-of-service window of exactly this subject. */
  outOfService(tenantId: TenantId, subject: Subject): Promise<ServiceWindow | undefined>;
  page(
    tenantId: TenantId,
    page: Page & { readonly open?: boolean; readonly kind?: WindowKind },
  ): Promise<ServiceWindow[]>;
  /** Those that hold at `at`, of `kind`. */
  holding(tenantId: TenantId, options: { readonly kind: WindowKind; readonly at: number }): Promise<ServiceWindow[]>;
  /** Of these sensors, those that a window holds for at `at`: on them, or on an asset above. */
  heldAt(tenantId: TenantId, ids: readonly SensorId[], at: number): Promise<Set<SensorId>>;
  /**
   * The kinds of windows on the subject or an asset above it: maintenance by the data time `ts`, out of service by
   * whether it is so now.
   */
  over(tenantId: TenantId, subject: Subject, ts: number): Promise<WindowKind[]>;
  /** Those on the subject or an asset above it that hold at some time of a range, the last to begin first. */
  during(
    tenantId: TenantId,
    subject: Subject,
    range: { readonly from: number; readonly to: number; readonly limit: number },
  ): Promise<ServiceWindow[]>;
  /** Of all tenants: those that have begun or ended at `now`, and whose alerts do not know it yet. */
  due(options: { readonly now: number; readonly limit: number }): Promise<TenantWindow[]>;
}
