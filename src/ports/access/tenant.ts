import type { Tenant, TenantId, TenantSettings } from "../../domain/access/tenant.ts";

export interface TenantStore {
  all(): Promise<Tenant[]>;
  /** A new one; undefined when the key is taken. */
  create(key: string): Promise<Tenant | undefined>;
  /** Lets nobody else change it until the transaction ends. */
  lock(tenantId: TenantId): Promise<void>;
  byKey(key: string): Promise<Tenant | undefined>;
  /** Changes the settings that are given. */
  save(tenantId: TenantId, settings: Partial<TenantSettings>): Promise<Tenant>;
}
