/** How the alerts of a tenant do over a range, asked for or as the report of a week. */
import {
  type AlarmPerformance,
  performanceOf,
  RANGE_MAX_MS,
  weekBefore,
  WORST_MAX,
} from "../../domain/alerting/performance.ts";
import type { Actor, Range } from "../../ports/alerting/performance.ts";
import { invalid } from "../errors.ts";
import { eventsTopic, type Scope } from "../scope.ts";

export interface PerformanceReport extends AlarmPerformance {
  readonly worst: readonly Actor[];
}

type ReportScope = Pick<Scope, "store" | "tenant">;

/** Throws invalid for a range that is empty or longer than 366 days. */
export async function alarmPerformance({ store, tenant }: ReportScope, range: Range): Promise<PerformanceReport> {
  if (range.from >= range.to) throw invalid("from", "The range is empty: from has to be before to.");
  if (range.to - range.from > RANGE_MAX_MS) throw invalid("to", "The range is too long: 366 days at most.");
  const tally = await store.performance.tally(tenant.id, range);
  return { ...performanceOf(tally), worst: await store.performance.worst(tenant.id, range, WORST_MAX) };
}

/** Keeps the report of the last whole week before `nowMs`, and tells of it; false when there is one. */
export async function reportWeek(
  scope: ReportScope & Pick<Scope, "wakeUps">,
  nowMs: number,
): Promise<boolean> {
  const { store, tenant } = scope;
  const week = weekBefore(nowMs);
  const body = JSON.stringify(await alarmPerformance(scope, week));
  const made = await store.transaction(async (store) => {
    const saved = await store.performance.saveReport(tenant.id, { ...week, body });
    const event = { type: "alarm.report", batchId: undefined, alertId: undefined, body };
    if (saved) await store.events.append(tenant.id, [event]);
    return saved;
  });
  if (made) scope.wakeUps.wake(eventsTopic(tenant.id));
  return made;
}
