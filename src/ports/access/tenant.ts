import type { Tenant, TenantId, TenantSettings } from "../../domain/access/tenant.ts";

export interface TenantStore {
  all(): Promise<Tenant[]>;
  byKey(key: string): Promise<Tenant | undefined>;
  /** Changes the settings that are given. */
  save(tenantId: TenantId, settings: Partial<TenantSettings>): Promise<Tenant>;
}
