/** How often Temporal has tried the stages of a batch: from the newest run of its workflow. */
import { type Client, WorkflowNotFoundError } from "@temporalio/client";
import { type Stage, STAGES } from "../domain/intake/batch.ts";
import type { StageAttempts } from "../ports/workflows.ts";

/**
 * The stages that were tried, in the order of the batch; undefined: no run of it is kept. A stage that asks for its
 * turn again was tried again. What is under way is not in a run's history before it ends: it is described beside it.
 */
export async function readAttempts(client: Client, workflowId: string): Promise<StageAttempts[] | undefined> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    const [{ events }, { raw: { pendingActivities } }] = await Promise.all([handle.fetchHistory(), handle.describe()]);
    const names = new Map<string, string>();
    const attempts = new Map<string, number>();
    const tried = (name: string, times: number) => attempts.set(name, (attempts.get(name) ?? 0) + times);
    for (const { eventId, activityTaskScheduledEventAttributes, activityTaskStartedEventAttributes } of events ?? []) {
      const name = activityTaskScheduledEventAttributes?.activityType?.name;
      if (name != null) names.set(String(eventId), name);
      const started = activityTaskStartedEventAttributes;
      if (started != null) tried(names.get(String(started.scheduledEventId)) ?? "", started.attempt ?? 1);
    }
    for (const { activityType, attempt } of pendingActivities ?? []) tried(activityType?.name ?? "", attempt ?? 1);
    const underWay = new Set((pendingActivities ?? []).map(({ activityType }) => activityType?.name));
    return STAGES.filter((stage: Stage) => attempts.has(stage)).map((stage) => (
      { stage, attempts: attempts.get(stage)!, underWay: underWay.has(stage) }
    ));
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
