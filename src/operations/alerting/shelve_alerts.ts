/** Shelves: the tenant's policy bounds them, and the sweeper takes down what is due. */
import { SERVICE } from "../../domain/access/actor.ts";
import type { AlertPolicy } from "../../domain/alerting/policy.ts";
import { DEFAULT_POLICY } from "../../domain/alerting/policy.ts";
import { shelfFault } from "../../domain/alerting/shelf.ts";
import { invalid } from "../errors.ts";
import type { Deps, Scope } from "../scope.ts";
import { type ActionResult, actOnAlerts, type ActScope, type Target, TARGETS_MAX } from "./act_on_alerts.ts";

/** What is noted when nobody but the clock takes a shelf down. */
export const SHELF_OVER = "the shelf's time is over";

export interface Shelving {
  readonly targets: readonly Target[];
  /** By the clock (ms). */
  readonly until: number;
  readonly reason: string;
}

/**
 * Hides alerts until a time; later alerts of the same subject and kind open on the same shelf. Throws invalid for a
 * reason or a time that the policy does not allow.
 */
export async function shelveAlerts(scope: ActScope, { targets, until, reason }: Shelving): Promise<ActionResult[]> {
  const { shelveMaxMs: maxMs } = await policyOf(scope);
  const fault = shelfFault({ until, reason }, { now: scope.clock.nowMs(), maxMs });
  if (fault !== undefined) throw invalid(fault.field, fault.message);
  const shelf = { until, by: scope.actor.name, reason };
  return await actOnAlerts(scope, { targets, action: { change: "shelved", shelf } });
}

/** The tenant's policy, or what holds without one. */
export async function policyOf({ store, tenant }: Pick<Scope, "store" | "tenant">): Promise<AlertPolicy> {
  return await store.alertPolicies.get(tenant.id) ?? DEFAULT_POLICY;
}

/** Brings back what has been on its shelf for its time; answers how many. For all tenants, by the service. */
export async function unshelveDue(deps: Deps): Promise<number> {
  const due = await deps.store.alerts.unshelvable({ limit: TARGETS_MAX });
  let unshelved = 0;
  for (const [tenantId, alerts] of Map.groupBy(due, (alert) => alert.tenantId)) {
    const scope = { ...deps, tenant: { id: tenantId, key: alerts[0].tenantKey }, actor: SERVICE };
    const results = await actOnAlerts(scope, {
      targets: alerts.map(({ id }) => ({ id })),
      action: { change: "unshelved", note: SHELF_OVER },
    });
    unshelved += results.filter(({ kind }) => kind === "changed").length;
  }
  return unshelved;
}
