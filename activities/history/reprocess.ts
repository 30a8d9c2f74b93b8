/** Pages of a reprocess run. */
import { activityInfo, cancellationSignal, heartbeat } from "@temporalio/activity";
import type { Deps } from "../../src/operations/deps.ts";
import { endReprocessing, reprocessPage, type RunKey } from "../../src/operations/history/reprocess_range.ts";
import { toFailure } from "../failures.ts";

/** Pages of one activity: few enough to end within its time, many enough that the workflow's history stays short. */
const PAGES_MAX = 50;

export function reprocessActivities(deps: Deps) {
  return {
    async reprocessPages(key: RunKey): Promise<{ folded: number; finished: boolean }> {
      try {
        let folded = 0;
        for (let pages = 0; pages < PAGES_MAX; pages++) {
          cancellationSignal().throwIfAborted();
          const page = await reprocessPage(deps, key);
          folded += page.folded;
          if (page.finished) return { folded, finished: true };
          heartbeat({ folded });
        }
        return { folded, finished: false };
      } catch (error) {
        throw toFailure(error, activityInfo().attempt);
      }
    },

    async endReprocessing(end: RunKey & { readonly failure?: string }): Promise<void> {
      await endReprocessing(deps, end);
    },
  };
}
