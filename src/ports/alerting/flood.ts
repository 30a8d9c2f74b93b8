import type { TenantId } from "../../domain/access/tenant.ts";
import type { Flood, FloodId } from "../../domain/alerting/flood.ts";
import type { Page } from "../page.ts";

/** Alerts that a tenant has been shown lately, and its flood if it has one. */
export interface Load {
  readonly tenantId: TenantId;
  /** Opened since then, by the clock, and not hidden. */
  readonly count: number;
  readonly flood: Flood | undefined;
}

export interface FloodStore {
  /** Of tenants that have a flood, or more than `above` since `since` (ms). */
  loads(options: { readonly since: number; readonly above: number }): Promise<Load[]>;
  /** Undefined when there is one already. */
  begin(tenantId: TenantId, facts: { readonly at: number; readonly count: number }): Promise<Flood | undefined>;
  goOn(tenantId: TenantId, id: FloodId, facts: { readonly count: number }): Promise<void>;
  /** Undefined when it was over. */
  end(tenantId: TenantId, id: FloodId, facts: { readonly at: number }): Promise<Flood | undefined>;
  page(tenantId: TenantId, page: Page): Promise<Flood[]>;
}
