/** Ends a run before it is through. What it found until then stays with it. */
import type { ReprocessRun, ReprocessRunId } from "../../domain/history/reprocess.ts";
import { notFound } from "../errors.ts";
import type { Scope } from "../scope.ts";
import { endReprocessing } from "./reprocess_range.ts";

/** The run as it is now; one that had ended is left as it is. Throws not found, `WorkflowsUnavailable`. */
export async function cancelReprocessing(scope: Scope, runId: ReprocessRunId): Promise<ReprocessRun> {
  const [run] = await scope.store.reprocessing.byIds(scope.tenant.id, [runId]);
  if (run === undefined) throw notFound("id", "There is no such run.");
  if (run.state !== "running") return run;
  const ended = await endReprocessing(scope, {
    runId,
    failure: `It was cancelled by ${scope.actor.name}.`,
    cancelled: true,
  });
  // The row is what counts: a page that is under way ends, and the next one finds the run ended.
  await scope.workflows.cancelReprocessing(scope.tenant, runId);
  return ended;
}
