import type { Tenant } from "../../domain/access/tenant.ts";

export interface TenantStore {
  all(): Promise<Tenant[]>;
  byKey(key: string): Promise<Tenant | undefined>;
}
