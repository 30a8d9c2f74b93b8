/** The way of a batch: four activities, one after the other. It carries ids and counts, never readings. */
import {
  ActivityFailure,
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
} from "@temporalio/workflow";
import type { ActivityOptions } from "@temporalio/workflow";
import type { Activities } from "../../activities/mod.ts";
import { type BatchProgress, type BatchTold, type IngestBatchArgs, OUTCOME, PROGRESS, TOLD } from "../contracts.ts";

// However long the store is away, what was accepted is not given up; poison ends at once (activities/failures.ts
// decides). Stages beat every other second, so that a dead worker is noticed by the beats that are missing.
const STAGE: ActivityOptions = {
  heartbeatTimeout: "6 seconds",
  retry: { initialInterval: "200 milliseconds", backoffCoefficient: 2, maximumInterval: "30 seconds" },
};

/** Whoever folds the batch says so by a signal. Should that get lost, the workflow asks by itself, ever more seldom. */
const ASK_AGAIN_FIRST_MS = 60_000;
const ASK_AGAIN_MAX_MS = 30 * 60_000;

type Detected = Exclude<Awaited<ReturnType<Activities["detect"]>>, { waiting: true }>;

export async function ingestBatch(args: IngestBatchArgs): Promise<BatchProgress> {
  let progress: BatchProgress = { stage: "ingest", results: {} };
  let told: BatchTold | undefined;
  const ended = () => progress.stage === "processed" || progress.stage === "failed";
  setHandler(defineQuery<BatchProgress>(PROGRESS), () => progress);
  setHandler(defineSignal<[BatchTold]>(TOLD), (news) => void (told = news));
  setHandler(defineUpdate<BatchProgress>(OUTCOME), async () => {
    await condition(ended);
    return progress;
  });

  const { ingest, validate, enrich, detect } = stagesOf(args);
  const passed = (stage: BatchProgress["stage"], name: string, result: object) => {
    progress = { stage, results: { ...progress.results, [name]: result as Record<string, number> } };
  };
  /** Batches of a source are folded in order. One that is not next is folded by whoever comes before it. */
  async function detectInTurn(): Promise<Detected> {
    let detected = await detect(args);
    for (let waitMs = ASK_AGAIN_FIRST_MS; "waiting" in detected; waitMs = Math.min(2 * waitMs, ASK_AGAIN_MAX_MS)) {
      setCurrentDetails("Waits for earlier batches of its source, and is folded with them.");
      await condition(() => told !== undefined, waitMs);
      const outcome = told?.outcome;
      told = undefined;
      if (outcome?.state === "failed") throw ApplicationFailure.nonRetryable(outcome.reason, "BatchFailed");
      detected = outcome === undefined ? await detect(args) : outcome.result as Detected;
    }
    setCurrentDetails("");
    return detected;
  }

  try {
    passed("validate", "ingest", await ingest(args));
    passed("enrich", "validate", await validate(args));
    passed("detect", "enrich", await enrich(args));
    passed("processed", "detect", await detectInTurn());
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

function stagesOf(
  { readings, source }: IngestBatchArgs,
): Pick<Activities, "ingest" | "validate" | "enrich" | "detect"> {
  const what = `${readings} readings of ${source}`;
  const stage = (startToCloseTimeout: "30 seconds" | "2 minutes", summary: string) =>
    proxyActivities<Activities>({ ...STAGE, startToCloseTimeout, summary });
  return {
    ingest: stage("30 seconds", `decode ${what}`).ingest,
    validate: stage("30 seconds", `judge ${what}`).validate,
    enrich: stage("2 minutes", `prepare ${what}`).enrich,
    detect: stage("2 minutes", `store and fold ${what}`).detect,
  };
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
  if (isCancellation(error)) return "Its workflow was cancelled.";
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
