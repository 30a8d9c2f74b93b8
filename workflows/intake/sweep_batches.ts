/** Run by a schedule: starts what was accepted while workflows could not be started. */
import { proxyActivities } from "@temporalio/workflow";
import type { Activities } from "../../activities/mod.ts";

const { sweep } = proxyActivities<Activities>({
  startToCloseTimeout: "30 seconds",
  retry: { maximumAttempts: 3 },
  summary: "start batches that were never begun",
});

export async function sweepBatches(): Promise<{ started: number }> {
  return await sweep();
}
