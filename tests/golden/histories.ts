/** Records one history of each path through the workflows, for the replay test. Part of `deno task golden`. */
import { historyToJSON } from "@temporalio/common/lib/proto-utils.js";
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Activities } from "../../activities/mod.ts";
import { toFailure } from "../../activities/failures.ts";
import { acceptBatch } from "../../src/operations/intake/accept_batch.ts";
import { OperationError } from "../../src/operations/errors.ts";
import { startReprocessing } from "../../src/operations/history/start_reprocessing.ts";
import { StoreUnavailable } from "../../src/ports/store.ts";
import { batchWorkflowId, reprocessWorkflowId } from "../../workflows/contracts.ts";
import { minutes } from "../fixtures/graphql.ts";
import { withTemporal } from "../fixtures/temporal.ts";
import { until } from "../fixtures/until.ts";

const HISTORIES = fileURLToPath(new URL("../histories/", import.meta.url));
const START = "2024-01-01T00:00:00Z";

export async function recordHistories(): Promise<void> {
  await withTemporal(async ({ scope, client, installation, withWorker }) => {
    const { store, tenant } = scope;
    const save = async (name: string, workflowId: string) => {
      const history = await client.workflow.getHandle(workflowId).fetchHistory();
      await writeFile(`${HISTORIES}${name}.json`, `${JSON.stringify(JSON.parse(historyToJSON(history)), withoutPlace, 1)}\n`);
      console.log(`recorded ${name}`);
    };
    const send = async (key: string, waitMs?: number) => {
      const input = { source: "s", idempotencyKey: key, columns: minutes(key, START, [1, 2, 3]), waitMs };
      const { batch } = await acceptBatch(scope, input);
      return await until(key, async () => {
        const [now] = await store.batches.byIds(tenant.id, [batch.id]);
        return now.finishedAt === undefined ? undefined : batchWorkflowId(installation, tenant.key, batch.id);
      });
    };
    const faulty = (activities: Activities, fault: Error, times: number): Activities => {
      let left = times;
      return {
        ...activities,
        async validate(input) {
          if (left-- > 0) throw await toFailure(fault, () => Promise.resolve(1));
          return await activities.validate(input);
        },
      };
    };
    await withWorker((activities) => activities, async () => {
      await save("ingest_batch", await send("plain"));
      await save("ingest_batch_waited_for", await send("waited", 20_000));
      const input = { sensorKey: "plain", from: Date.parse(START), to: Date.parse(START) + 86_400_000 };
      const run = await startReprocessing(scope, input);
      await client.workflow.getHandle(reprocessWorkflowId(installation, tenant.key, run.id)).result();
      await save("reprocess_range", reprocessWorkflowId(installation, tenant.key, run.id));
    });
    await withWorker((activities) => faulty(activities, new StoreUnavailable("away"), 2), async () => await save("ingest_batch_retried", await send("retried")));
    await withWorker((activities) => faulty(activities, new OperationError("invalid", "poison"), 1), async () => {
      const id = await send("failed");
      await client.workflow.getHandle(id).result().catch(() => {});
      await save("ingest_batch_failed", id);
    });
  });
}

/** Names of the machine and paths on it say nothing about the workflow. */
function withoutPlace(key: string, value: unknown): unknown {
  return key === "identity" ? "worker" : key === "stackTrace" ? "" : value;
}
