/** What is due of an alert. */
import { activityInfo } from "@temporalio/activity";
import type { AlertId } from "../../src/domain/alerting/alert.ts";
import type { Timer } from "../../src/domain/alerting/timer.ts";
import { followAlert } from "../../src/operations/alerting/follow_alert.ts";
import type { Deps } from "../../src/operations/scope.ts";
import { toFailure } from "../failures.ts";
import { scopeOf, type TenantInput } from "../scope.ts";

export interface AlertInput extends TenantInput {
  readonly alertId: AlertId;
  /** The workflow's time. */
  readonly nowMs: number;
}

export function alertActivities(deps: Deps) {
  return {
    async lookAtAlert(input: AlertInput): Promise<Timer | undefined> {
      try {
        return await followAlert(scopeOf(deps, input), input);
      } catch (error) {
        throw await toFailure(error, () => Promise.resolve(activityInfo().attempt));
      }
    },
  };
}
