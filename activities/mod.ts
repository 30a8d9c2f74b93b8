/** The activities, made from what the operations need. Workflows see the type only. */
import type { Deps } from "../src/operations/scope.ts";
import { alertActivities } from "./alerting/alert.ts";
import { reportActivities } from "./alerting/report.ts";
import { reprocessActivities } from "./history/reprocess.ts";
import { retentionActivities } from "./history/retention.ts";
import { batchActivities } from "./intake/batch.ts";

export function createActivities(deps: Deps) {
  return {
    ...batchActivities(deps),
    ...alertActivities(deps),
    ...reportActivities(deps),
    ...reprocessActivities(deps),
    ...retentionActivities(deps),
  };
}

export type Activities = ReturnType<typeof createActivities>;
