/** The weekly report of one tenant. */
import { activityInfo } from "@temporalio/activity";
import { reportWeek } from "../../src/operations/alerting/report_alarms.ts";
import type { Deps } from "../../src/operations/scope.ts";
import { toFailure } from "../failures.ts";
import { scopeOf, type TenantInput } from "../scope.ts";

export interface ReportInput extends TenantInput {
  readonly nowMs: number;
}

export function reportActivities(deps: Deps) {
  return {
    async reportAlarms(input: ReportInput): Promise<boolean> {
      try {
        return await reportWeek(scopeOf(deps, input), input.nowMs);
      } catch (error) {
        throw await toFailure(error, () => Promise.resolve(activityInfo().attempt));
      }
    },
  };
}
