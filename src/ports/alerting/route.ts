import type { TenantId } from "../../domain/access/tenant.ts";
import type { Routing } from "../../domain/alerting/route.ts";

export interface SavedRouting extends Routing {
  readonly savedBy: string;
  /** When it was saved (ms). */
  readonly savedAt: number;
}

export interface RoutingStore {
  /** Stores the next version behind `expected` (0: there is none yet); undefined when another one is the newest. */
  save(
    tenantId: TenantId,
    routing: Omit<Routing, "version"> & { readonly savedBy: string },
    expected: number,
  ): Promise<SavedRouting | undefined>;
  /** The version, or the newest one. */
  version(tenantId: TenantId, version?: number): Promise<SavedRouting | undefined>;
}
