import type { TenantId } from "../../domain/access/tenant.ts";
import type { AlertId } from "../../domain/alerting/alert.ts";
import type { Taken } from "../../domain/alerting/timer.ts";

/** An alert for which something is still to come. */
export interface AlertTimer {
  readonly alertId: AlertId;
  readonly taken: readonly Taken[];
  /** When it became known that it is over; undefined while it stands. */
  readonly endedKnownAt: number | undefined;
  readonly nextAt: number;
  /** What comes then, for people. */
  readonly what: string;
}

export interface AlertTimerStore {
  /** Those of the alerts that have one, locked until the transaction ends. */
  lock(tenantId: TenantId, ids: readonly AlertId[]): Promise<AlertTimer[]>;
  byAlerts(tenantId: TenantId, ids: readonly AlertId[]): Promise<AlertTimer[]>;
  /** `nudged`: the alert's workflow has to look at it; false: it has. */
  save(tenantId: TenantId, timers: readonly AlertTimer[], options: { nudged: boolean }): Promise<void>;
  remove(tenantId: TenantId, ids: readonly AlertId[]): Promise<void>;
  /** Alerts of the same subjects and kinds as these that are over without anybody having been told yet; locked. */
  ending(
    tenantId: TenantId,
    ids: readonly AlertId[],
  ): Promise<{ readonly alertId: AlertId; readonly goesOnAs: AlertId }[]>;
  /**
   * Of all tenants, those whose workflow was to look and has not for `nudgedMs`, or whose moment has passed by
   * `overdueMs`: it never heard, or is lost. Each comes again only after `againMs`.
   */
  neglected(options: {
    readonly nudgedMs: number;
    readonly overdueMs: number;
    readonly againMs: number;
    readonly limit: number;
  }): Promise<{ readonly tenantId: TenantId; readonly tenantKey: string; readonly alertId: AlertId }[]>;
}
