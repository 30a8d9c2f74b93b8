import type { TenantId } from "../../domain/access/tenant.ts";
import type { AlertPolicy } from "../../domain/alerting/policy.ts";

export interface AlertPolicyStore {
  /** What the tenant has set; undefined: nothing. */
  get(tenantId: TenantId): Promise<AlertPolicy | undefined>;
  save(tenantId: TenantId, policy: AlertPolicy & { readonly changedBy: string }): Promise<void>;
}
