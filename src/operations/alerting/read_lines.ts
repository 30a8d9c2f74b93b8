/** The lines that a subject was judged by, for folding its readings again. */
import type { TenantId } from "../../domain/access/tenant.ts";
import type { LineAt } from "../../domain/detection/announcement.ts";
import { dayOf } from "../../domain/detection/sensor_day.ts";
import type { Subject } from "../../domain/plant/subject.ts";
import type { BudgetScope, StoredLine } from "../../ports/alerting/alarm_budget.ts";
import type { Store } from "../../ports/store.ts";

/** The line at each of the times `ts` (ms). On days that have none, as before there were lines, all is announced. */
export async function readLines(
  store: Store,
  { tenantId, subject, ts }: { tenantId: TenantId; subject: Subject; ts: ArrayLike<number> },
): Promise<LineAt> {
  const days = new Set(Array.from(ts, dayOf));
  const rows = Map.groupBy(await store.alarmBudgets.lines(tenantId, [...days]), ({ day }) => day);
  const nearest = new Map<string, BudgetScope>();
  const lines = new Map<number, readonly StoredLine[]>();
  for (const [day, ofDay] of rows) {
    const scopes = [...new Set(ofDay.map(({ scope }) => scope))].filter((scope) => scope !== 0);
    const known = scopes.length === 0 ? 0 : nearest.get(scopes.join());
    const scope = known ?? (await store.alarmBudgets.scopesOf(tenantId, [subject], scopes)).at(0)?.scope ?? 0;
    nearest.set(scopes.join(), scope);
    lines.set(day, ofDay.filter((row) => row.scope === scope));
  }
  return (at, kind) => lines.get(dayOf(at))?.find((row) => row.kind === kind)?.line ?? 0;
}
