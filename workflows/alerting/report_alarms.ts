/** Reports how alerts did in the last whole week, tenant by tenant. Its schedule runs it on Mondays. */
import { proxyActivities } from "@temporalio/workflow";
import type { Activities } from "../../activities/mod.ts";

const RETRY = { initialInterval: "1 second", backoffCoefficient: 2, maximumInterval: "1 minute" } as const;

const { listTenants } = proxyActivities<Activities>({
  startToCloseTimeout: "15 seconds",
  retry: RETRY,
  summary: "list tenants",
});

/** Answers the keys of the tenants that got a report: who has one already gets no other. */
export async function reportAlarms(): Promise<string[]> {
  const nowMs = Date.now();
  const reported: string[] = [];
  for (const tenant of await listTenants()) {
    const { reportAlarms } = proxyActivities<Activities>({
      startToCloseTimeout: "2 minutes",
      retry: RETRY,
      summary: `report the week of ${tenant.tenantKey}`,
    });
    if (await reportAlarms({ ...tenant, nowMs })) reported.push(tenant.tenantKey);
  }
  return reported;
}
