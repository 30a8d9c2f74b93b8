/** Pages of a reprocess run. */
import { activityInfo, cancellationSignal, heartbeat } from "@temporalio/activity";
import type { ReprocessRunId } from "../../src/domain/history/reprocess.ts";
import { endReprocessing, reprocessPage } from "../../src/operations/history/reprocess_range.ts";
import type { Deps } from "../../src/operations/scope.ts";
import { toFailure } from "../failures.ts";
import { scopeOf, type TenantInput } from "../scope.ts";

/** Pages of one activity: few enough to end within its time, many enough that the workflow's history stays short. */
const PAGES_MAX = 50;

export interface RunInput extends TenantInput {
  readonly runId: ReprocessRunId;
}

export function reprocessActivities(deps: Deps) {
  return {
    async reprocessPages(input: RunInput): Promise<{ folded: number; finished: boolean }> {
      try {
        let folded = 0;
        for (let pages = 0; pages < PAGES_MAX; pages++) {
          cancellationSignal().throwIfAborted();
          const page = await reprocessPage(scopeOf(deps, input), input.runId);
          folded += page.folded;
          if (page.finished) return { folded, finished: true };
          heartbeat({ folded });
        }
        return { folded, finished: false };
      } catch (error) {
        if (cancellationSignal().aborted) throw error;
        // Pages are short: an attempt that found the store away hardly ever precedes a fault.
        throw await toFailure(error, () => Promise.resolve(activityInfo().attempt));
      }
    },

    async endReprocessing(
      input: RunInput & { readonly failure?: string; readonly cancelled?: boolean },
    ): Promise<void> {
      await endReprocessing(scopeOf(deps, input), input);
    },
  };
}
