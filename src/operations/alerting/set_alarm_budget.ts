/**
 * Says how many alerts a day a person wants: over all sensors of the tenant, or over an asset and all below it. It
 * holds for days that have no line yet, so from the next day of data time on.
 */
import { ALERTS_PER_DAY_MAX, budgetFault } from "../../domain/alerting/budget.ts";
import type { BudgetScope } from "../../ports/alerting/alarm_budget.ts";
import { invalid } from "../errors.ts";
import type { Scope } from "../scope.ts";
import { type AlarmBudgetView, budgetView, scopeOf } from "./read_alarm_budget.ts";

export interface AlarmBudgetInput {
  /** Left out: all of the tenant that no other budget holds for. */
  readonly assetKey?: string;
  /** Undefined: no budget, everything is announced (on an asset: what is set above it holds). */
  readonly alertsPerDay: number | undefined;
}

/** The budget as it is then. Throws invalid, not found. */
export async function setAlarmBudget(scope: Scope, input: AlarmBudgetInput): Promise<AlarmBudgetView> {
  const { tenant, actor, observe } = scope;
  const { alertsPerDay } = input;
  const budgetScope = await scopeOf(scope, input);
  await scope.store.transaction(async (store) => {
    await store.alarmBudgets.lock(tenant.id, "sensors");
    if (alertsPerDay === undefined) return await store.alarmBudgets.unset(tenant.id, budgetScope);
    const others = await store.alarmBudgets.budgets(tenant.id);
    const scopes: BudgetScope[] = [...new Set([budgetScope, ...others.map(({ scope }) => scope)])];
    const sensors = await store.alarmBudgets.countSensors(tenant.id, budgetScope, scopes);
    const fault = budgetFault(alertsPerDay, sensors);
    if (fault !== undefined) throw invalid("alertsPerDay", `A budget of ${shown(alertsPerDay)} alerts a day ${fault}.`);
    await store.alarmBudgets.set(tenant.id, { scope: budgetScope, alertsPerDay, by: actor.name });
  });
  observe({ kind: "alarm_budget.changed", tenant: tenant.key, asset: input.assetKey, alertsPerDay, actor: actor.name });
  return await budgetView(scope, budgetScope);
}

function shown(alertsPerDay: number): string {
  return Math.abs(alertsPerDay) <= ALERTS_PER_DAY_MAX ? String(alertsPerDay) : alertsPerDay.toPrecision(3);
}
