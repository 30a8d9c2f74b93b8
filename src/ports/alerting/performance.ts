import type { TenantId } from "../../domain/access/tenant.ts";
import type { AlertSubject } from "../../domain/alerting/alert.ts";
import type { AlertTally } from "../../domain/alerting/performance.ts";

export interface Range {
  readonly from: number;
  readonly to: number;
}

/** What gave many alerts in a range. */
export type Actor = AlertSubject & { readonly kind: string; readonly count: number };

/** A report as it was made, as JSON text. */
export interface AlarmReport extends Range {
  readonly id: number;
  readonly madeAt: number;
  readonly body: string;
}

export interface PerformanceStore {
  tally(tenantId: TenantId, range: Range): Promise<AlertTally>;
  /** Subjects and kinds with the most alerts that were not suppressed. */
  worst(tenantId: TenantId, range: Range, limit: number): Promise<Actor[]>;
  /** False when there is one for this range. */
  saveReport(tenantId: TenantId, report: Range & { readonly body: string }): Promise<boolean>;
  reports(tenantId: TenantId, page: { readonly before?: number; readonly limit: number }): Promise<AlarmReport[]>;
}
