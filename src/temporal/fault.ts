/** What keeps workflows from being run. */
import type { Client } from "@temporalio/client";
import type { NativeConnection } from "@temporalio/worker";

const ANSWER_MAX_MS = 2_000;
/** A poll waits for a minute at most: a worker that lives has asked since. */
const POLLED_WITHIN_MS = 75_000;
const WORKFLOW_TASKS = 1;

/** For people, per part; undefined when nothing is wrong with it. */
export async function workflowsFault(
  client: Client,
  { namespace, taskQueue }: { namespace: string; taskQueue: string },
): Promise<{ server: string | undefined; worker: string | undefined }> {
  const connection = client.connection as NativeConnection;
  try {
    const { pollers } = await client.withDeadline(
      Date.now() + ANSWER_MAX_MS,
      () =>
        connection.workflowService.describeTaskQueue({
          namespace,
          taskQueue: { name: taskQueue },
          taskQueueType: WORKFLOW_TASKS,
        }),
    );
    // The list keeps a worker for minutes after its death.
    const polled = (pollers ?? []).map(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1_000);
    const worker = polled.some((atMs) => Date.now() - atMs < POLLED_WITHIN_MS)
      ? undefined
      : "No worker polls the task queue: start one with `deno task worker`.";
    return { server: undefined, worker };
  } catch (error) {
    return { server: `Temporal does not answer: ${(error as Error).message}`, worker: undefined };
  }
}
