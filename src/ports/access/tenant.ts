import type { Tenant } from "../../domain/access/tenant.ts";

export interface TenantStore {
  byKey(key: string): Promise<Tenant | undefined>;
}
