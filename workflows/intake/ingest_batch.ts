/** The way of a batch: four activities, one after the other. It carries ids and counts, never readings. */
import {
  ActivityFailure,
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  defineQuery,
  defineUpdate,
  proxyActivities,
  setHandler,
} from "@temporalio/workflow";
import type { ActivityOptions } from "@temporalio/workflow";
import type { Activities } from "../../activities/mod.ts";
import { type BatchProgress, type IngestBatchArgs, OUTCOME, PROGRESS } from "../contracts.ts";

// A store that is away for a night is no reason to give up what was accepted; poison ends at once (activities/failures.ts decides). Stages beat every
// other second, so that a dead worker is noticed by the beats that are missing.
const STAGE: ActivityOptions = {
  scheduleToCloseTimeout: "24 hours",
  heartbeatTimeout: "6 seconds",
  retry: { initialInterval: "200 milliseconds", backoffCoefficient: 2, maximumInterval: "30 seconds" },
};

export async function ingestBatch(args: IngestBatchArgs): Promise<BatchProgress> {
  let progress: BatchProgress = { stage: "ingest", results: {} };
  const ended = () => progress.stage === "processed" || progress.stage === "failed";
  setHandler(defineQuery<BatchProgress>(PROGRESS), () => progress);
  setHandler(defineUpdate<BatchProgress>(OUTCOME), async () => {
    await condition(ended);
    return progress;
  });

  const what = `${args.readings} readings of ${args.source}`;
  const { ingest } = proxyActivities<Activities>({
    ...STAGE,
    startToCloseTimeout: "30 seconds",
    summary: `decode ${what}`,
  });
  const { validate } = proxyActivities<Activities>({
    ...STAGE,
    startToCloseTimeout: "30 seconds",
    summary: `judge ${what}`,
  });
  const { enrich } = proxyActivities<Activities>({
    ...STAGE,
    startToCloseTimeout: "1 minute",
    summary: `store ${what}`,
  });
  // Detection waits for its turn within the source.
  const { detect } = proxyActivities<Activities>({
    ...STAGE,
    startToCloseTimeout: "3 minutes",
    summary: `fold ${what}`,
  });
  const passed = (stage: BatchProgress["stage"], name: string, result: object) => {
    progress = { stage, results: { ...progress.results, [name]: result as Record<string, number> } };
  };

  try {
    passed("validate", "ingest", await ingest(args));
    passed("enrich", "validate", await validate(args));
    passed("detect", "enrich", await enrich(args));
    passed("processed", "detect", await detect(args));
  } catch (error) {
    const reason = reasonOf(error);
    await CancellationScope.nonCancellable(() => giveUp(args, reason));
    progress = { ...progress, stage: "failed", failure: reason };
    await condition(allHandlersFinished);
    throw ApplicationFailure.nonRetryable(reason, "BatchFailed");
  }
  await condition(allHandlersFinished);
  return progress;
}

/** Says so in the store, however long that takes: a batch without an end would hold up its source. */
async function giveUp(args: IngestBatchArgs, reason: string): Promise<void> {
  const { fail } = proxyActivities<Activities>({
    startToCloseTimeout: "15 seconds",
    retry: { initialInterval: "1 second", maximumInterval: "1 minute" },
    summary: "end the batch as failed",
  });
  await fail({ ...args, reason });
}

function reasonOf(error: unknown): string {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
