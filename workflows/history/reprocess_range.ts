/** Folds stored readings again, page after page, and reports which alerts there would be. */
import {
  ApplicationFailure,
  CancellationScope,
  continueAsNew,
  defineQuery,
  isCancellation,
  proxyActivities,
  setHandler,
  workflowInfo,
} from "@temporalio/workflow";
import type { Activities } from "../../activities/mod.ts";
import { PROGRESS, type ReprocessProgress, type ReprocessRangeArgs } from "../contracts.ts";

const { reprocessPages } = proxyActivities<Activities>({
  startToCloseTimeout: "5 minutes",
  heartbeatTimeout: "30 seconds",
  retry: { initialInterval: "1 second", backoffCoefficient: 2, maximumInterval: "1 minute" },
  summary: "fold stored readings",
});
const { endReprocessing } = proxyActivities<Activities>({
  startToCloseTimeout: "15 seconds",
  retry: { initialInterval: "1 second", maximumInterval: "1 minute" },
  summary: "end the run",
});

export async function reprocessRange(args: ReprocessRangeArgs): Promise<ReprocessProgress> {
  let folded = args.folded;
  setHandler(defineQuery<ReprocessProgress>(PROGRESS), () => ({ folded }));
  try {
    for (let finished = false; !finished;) {
      const pages = await reprocessPages(args);
      folded += pages.folded;
      finished = pages.finished;
      if (!finished && workflowInfo().continueAsNewSuggested) break;
    }
  } catch (error) {
    const cancelled = isCancellation(error);
    const reason = cancelled ? "It was cancelled." : reasonOf(error);
    await CancellationScope.nonCancellable(() => endReprocessing({ ...args, failure: reason, cancelled }));
    if (cancelled) throw error;
    throw ApplicationFailure.nonRetryable(reason, "ReprocessingFailed");
  }
  if (workflowInfo().continueAsNewSuggested) return await continueAsNew<typeof reprocessRange>({ ...args, folded });
  await endReprocessing(args);
  return { folded };
}

function reasonOf(error: unknown): string {
  return error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
}
