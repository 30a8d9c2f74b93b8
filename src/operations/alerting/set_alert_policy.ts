/** Changes what a tenant decides about the handling of its alerts. */
import { type AlertPolicy, policyFault } from "../../domain/alerting/policy.ts";
import { invalid } from "../errors.ts";
import type { Scope } from "../scope.ts";
import { policyOf } from "./shelve_alerts.ts";

type PolicyScope = Pick<Scope, "store" | "tenant" | "actor" | "observe">;

/** What is left out stays; alerts that are latching or shelved already stay so. Throws invalid. */
export async function setAlertPolicy(scope: PolicyScope, changes: Partial<AlertPolicy>): Promise<AlertPolicy> {
  const fault = policyFault(changes);
  if (fault !== undefined) throw invalid("shelveMax", fault);
  const before = await policyOf(scope);
  const policy = {
    shelveMaxMs: changes.shelveMaxMs ?? before.shelveMaxMs,
    latching: [...new Set(changes.latching ?? before.latching)],
  };
  await scope.store.alertPolicies.save(scope.tenant.id, { ...policy, changedBy: scope.actor.name });
  scope.observe({ kind: "alert_policy.changed", tenant: scope.tenant.key, actor: scope.actor.name, ...policy });
  return policy;
}
