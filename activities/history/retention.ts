/** Retention of one tenant, a while at a time, and the upkeep of the store. */
import { activityInfo, cancellationSignal, heartbeat } from "@temporalio/activity";
import { applyRetention, type Retained, type RetentionPlace } from "../../src/operations/history/apply_retention.ts";
import { type Tidied, tidyStore } from "../../src/operations/history/tidy_store.ts";
import type { Deps } from "../../src/operations/scope.ts";
import { toFailure } from "../failures.ts";
import { scopeOf, type TenantInput } from "../scope.ts";

/** Long enough that a workflow's history stays short, short enough that it shows how far things are. */
const WORK_MAX_MS = 60_000;
/** Well below the heartbeat timeout, whatever a single statement takes. */
const BEAT_MS = 5_000;

export interface RetainInput extends TenantInput {
  readonly nowMs: number;
  readonly place: RetentionPlace | undefined;
}

export function retentionActivities(deps: Deps) {
  async function beating<T>(work: (beat: () => void) => Promise<T>): Promise<T> {
    const timer = setInterval(() => heartbeat(), BEAT_MS);
    try {
      return await work(() => cancellationSignal().throwIfAborted());
    } catch (error) {
      if (cancellationSignal().aborted) throw error;
      deps.observe({ kind: "retention.failed", cause: error });
      throw await toFailure(error, () => Promise.resolve(activityInfo().attempt));
    } finally {
      clearInterval(timer);
    }
  }

  return {
    listTenants: (): Promise<TenantInput[]> =>
      beating(async () => (await deps.store.tenants.all()).map(({ id, key }) => ({ tenantId: id, tenantKey: key }))),

    retain: (input: RetainInput): Promise<Retained> =>
      beating(async (beat) => {
        const untilMs = deps.clock.nowMs() + WORK_MAX_MS;
        const retained = await applyRetention(scopeOf(deps, input), { ...input, untilMs, beat });
        const removed = Object.fromEntries(Object.entries(retained.removed).filter(([, rows]) => rows > 0));
        if (Object.keys(removed).length > 0) {
          deps.observe({ kind: "retention.applied", tenant: input.tenantKey, removed });
        }
        return retained;
      }),

    tidyStore: (): Promise<Tidied> => beating((beat) => tidyStore(deps, beat)),
  };
}
