/** On whose behalf an activity runs: the service's, for the tenant that its arguments name. */
import { SERVICE } from "../src/domain/access/actor.ts";
import type { TenantId } from "../src/domain/access/tenant.ts";
import type { Deps, Scope } from "../src/operations/scope.ts";

export interface TenantInput {
  readonly tenantId: TenantId;
  readonly tenantKey: string;
}

export function scopeOf(deps: Deps, { tenantId, tenantKey }: TenantInput): Scope {
  return { ...deps, tenant: { id: tenantId, key: tenantKey }, actor: SERVICE };
}
