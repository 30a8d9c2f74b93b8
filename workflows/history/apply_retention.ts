/** Removes what is kept no longer, tenant by tenant, then keeps the store tidy. Its schedule runs it every hour. */
import { ApplicationFailure, isCancellation, proxyActivities, workflowInfo } from "@temporalio/workflow";
import type { ActivityOptions } from "@temporalio/workflow";
import type { Activities } from "../../activities/mod.ts";
import type { RetentionReport } from "../contracts.ts";

const RETRY: ActivityOptions["retry"] = {
  initialInterval: "1 second",
  backoffCoefficient: 2,
  maximumInterval: "1 minute",
};

const { listTenants } = proxyActivities<Activities>({
  startToCloseTimeout: "15 seconds",
  retry: RETRY,
  summary: "list tenants",
});
// One part of a table is compressed, or one table cleared, in one go: beats go on meanwhile.
const { tidyStore } = proxyActivities<Activities>({
  startToCloseTimeout: "2 hours",
  heartbeatTimeout: "30 seconds",
  retry: RETRY,
  summary: "compress and clear up",
});

type Place = Awaited<ReturnType<Activities["retain"]>>["place"];

export async function applyRetention(): Promise<RetentionReport> {
  // All of a run is judged by the time that it began.
  const nowMs = Date.now();
  const removed: Record<string, Record<string, number>> = {};
  const failures: string[] = [];
  let finished = true;
  for (const tenant of await listTenants()) {
    const { retain } = proxyActivities<Activities>({
      startToCloseTimeout: "10 minutes",
      heartbeatTimeout: "30 seconds",
      retry: RETRY,
      summary: `remove what ${tenant.tenantKey} keeps no longer`,
    });
    const rows: Record<string, number> = removed[tenant.tenantKey] = {};
    try {
      let place: Place;
      do {
        const page = await retain({ ...tenant, nowMs, place });
        for (const [noun, count] of Object.entries(page.removed)) rows[noun] = (rows[noun] ?? 0) + count;
        place = page.place;
        // What is left is for the next run: it goes on where this one stopped.
        finished &&= place === undefined || !workflowInfo().continueAsNewSuggested;
      } while (place !== undefined && finished);
    } catch (error) {
      if (isCancellation(error)) throw error;
      // One tenant's fault is nobody else's.
      failures.push(`${tenant.tenantKey}: ${reasonOf(error)}`);
    }
  }
  const tidied = await tidyStore();
  if (failures.length > 0) throw ApplicationFailure.nonRetryable(failures.join("; "), "RetentionFailed");
  return { removed, ...tidied, finished };
}

function reasonOf(error: unknown): string {
  return error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
}
