/** A tenant decides what happens to what comes in for it. */
import type { Tenant, TenantSettings } from "../../domain/access/tenant.ts";
import { isTimeZone } from "../../domain/alerting/time_window.ts";
import { invalid } from "../errors.ts";
import type { Scope } from "../scope.ts";

/**
 * Changes the settings that are given; the others stay. Batches that are ingested from then on go by them. Throws
 * invalid for a time zone that is none.
 */
export async function configureTenant(
  { store, tenant, actor, observe }: Pick<Scope, "store" | "tenant" | "actor" | "observe">,
  settings: Partial<TenantSettings>,
): Promise<Tenant> {
  const { timeZone } = settings;
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    throw invalid("timeZone", `${JSON.stringify(timeZone.slice(0, 80))} is no time zone: name it as in Europe/Berlin.`);
  }
  const configured = await store.tenants.save(tenant.id, settings);
  observe({ kind: "tenant.configured", tenantId: tenant.id, actor: actor.name, settings });
  return configured;
}
