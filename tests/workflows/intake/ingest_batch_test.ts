/** The batch's workflow on the real server with the real activities, some of them made to fail. */
import assert from "node:assert/strict";
import type { Activities } from "../../../activities/mod.ts";
import type { Columns } from "../../../src/domain/intake/batch.ts";
import type { Tenant } from "../../../src/domain/access/tenant.ts";
import { acceptBatch } from "../../../src/operations/intake/accept_batch.ts";
import { OperationError } from "../../../src/operations/errors.ts";
import { StoreUnavailable } from "../../../src/ports/store.ts";
import { toFailure } from "../../../activities/failures.ts";
import { batchWorkflowId, type IngestBatchArgs, PROGRESS } from "../../../workflows/contracts.ts";
import { minutes } from "../../fixtures/graphql.ts";
import { type Bench, withTemporal } from "../../fixtures/temporal.ts";
import { until } from "../../fixtures/until.ts";

const COLUMNS: Columns = minutes("s", "2024-01-01T00:00:00Z", [1, 2, 3]);
const AS_THEY_ARE = (activities: Activities) => activities;

/** The activity `name` throws what `fault` makes, for its first `times` calls. */
function failing(name: "ingest" | "validate" | "enrich" | "detect", times: number, fault: () => Error) {
  return (activities: Activities): Activities => {
    let left = times;
    return {
      ...activities,
      [name]: (input: Parameters<Activities["ingest"]>[0]) => {
        if (left-- > 0) throw toFailure(fault(), 1);
        return activities[name](input);
      },
    };
  };
}

async function accept({ deps }: Bench, tenant: Tenant, key: string, waitMs?: number, columns = COLUMNS) {
  return (await acceptBatch(deps, { tenant, input: { source: "s", idempotencyKey: key, columns, waitMs } })).batch;
}

async function historyOf({ client }: Bench, workflowId: string) {
  const history = await client.workflow.getHandle(workflowId).fetchHistory();
  return history.events ?? [];
}

Deno.test({
  name: "a batch's workflow",
  // The Temporal SDK's native part keeps operations and handles of its own across tests.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    await withTemporal(async (bench) => {
      const { deps, client } = bench;
      const tenant = (await deps.store.tenants.byKey("default"))!;

      await t.step(
        "goes through the four activities in order, each with a summary for the UI, and answers its progress",
        async () => {
          await bench.withWorker(AS_THEY_ARE, async () => {
            const batch = await accept(bench, tenant, "plain", 20_000);
            assert.equal(batch.state, "processed");
            const id = batchWorkflowId(tenant.key, batch.id);
            const scheduled = (await historyOf(bench, id)).flatMap((
              { activityTaskScheduledEventAttributes: scheduled, userMetadata },
            ) =>
              scheduled
                ? [{
                  name: scheduled.activityType?.name,
                  summary: new TextDecoder().decode(userMetadata?.summary?.data ?? undefined),
                }]
                : []
            );
            assert.deepEqual(scheduled.map(({ name }) => name), ["ingest", "validate", "enrich", "detect"]);
            assert.equal(scheduled[2].summary, `"store 3 readings of s"`);
            const progress = await client.workflow.getHandle(id).query(PROGRESS) as {
              stage: string;
              results: Record<string, unknown>;
            };
            assert.equal(progress.stage, "processed");
            assert.deepEqual(Object.keys(progress.results), ["ingest", "validate", "enrich", "detect"]);
          });
        },
      );

      for (const stage of ["ingest", "validate", "enrich", "detect"] as const) {
        await t.step(`retries ${stage} that fails twice, and stores everything once`, async () => {
          await bench.withWorker(failing(stage, 2, () => new StoreUnavailable("away")), async () => {
            const columns = minutes(`retry-${stage}`, "2024-01-01T00:00:00Z", [1, 2, 3]);
            const batch = await accept(bench, tenant, `retry-${stage}`, 20_000, columns);
            assert.deepEqual([batch.state, batch.stored, batch.duplicates], ["processed", 3, 0]);
          });
        });
      }

      await t.step(
        "ends as failed with a reason when no retry can help, as an event too, and later batches of the source go on",
        async () => {
          await bench.withWorker(failing("validate", 1, () => new OperationError("invalid", "poison")), async () => {
            const before = await deps.store.events.lastSeq(tenant.id);
            const failed = await accept(
              bench,
              tenant,
              "poison",
              20_000,
              minutes("poison", "2024-01-01T00:00:00Z", [1]),
            );
            assert.deepEqual([failed.state, failed.failure], ["failed", "poison"]);
            const events = await deps.store.events.after(tenant.id, before, { prefix: "batch.failed", limit: 10 });
            assert.deepEqual(events.map(({ batchId }) => batchId), [failed.id]);
            const next = await accept(
              bench,
              tenant,
              "after-poison",
              20_000,
              minutes("poison", "2024-01-01T01:00:00Z", [1]),
            );
            assert.equal(next.state, "processed");
          });
        },
      );

      await t.step(
        "goes on where it was when its worker goes away between two stages, whichever they are",
        async () => {
          for (const stage of ["validate", "enrich", "detect"] as const) {
            let reached = () => {};
            const there = new Promise<void>((resolve) => reached = resolve);
            const columns = minutes(`gone-${stage}`, "2024-01-01T00:00:00Z", [1, 2]);
            let id = 0;
            await bench.withWorker((activities) => ({
              ...activities,
              [stage]: () => {
                reached();
                throw toFailure(new StoreUnavailable("this worker is about to go"), 1);
              },
            }), async () => {
              id = (await accept(bench, tenant, `gone-${stage}`, undefined, columns)).id;
              await there;
            });
            // Another process has nothing of the batch in memory.
            deps.batchMemory.drop(id as never);
            await bench.withWorker(AS_THEY_ARE, async () => {
              const batch = await until("the batch", async () => {
                const [now] = await deps.store.batches.byIds(tenant.id, [id as never]);
                return now.state === "processed" ? now : undefined;
              });
              assert.deepEqual([batch.stored, batch.duplicates, batch.late], [2, 0, 0]);
            });
          }
        },
      );

      await t.step(
        "folds the batches of a source in the order of acceptance, also when an earlier one is slow",
        async () => {
          const release = Promise.withResolvers<void>();
          const holdUp = (activities: Activities): Activities => ({
            ...activities,
            async enrich(input) {
              if ((input as IngestBatchArgs).readings === 2) await release.promise;
              return await activities.enrich(input);
            },
          });
          await bench.withWorker(holdUp, async () => {
            const one = minutes("ordered", "2024-01-01T00:00:00Z", [1, 2]);
            const first =
              (await acceptBatch(deps, { tenant, input: { source: "o", idempotencyKey: "o1", columns: one } })).batch;
            const second = (await acceptBatch(deps, {
              tenant,
              input: { source: "o", idempotencyKey: "o2", columns: minutes("ordered", "2024-01-01T01:00:00Z", [3]) },
            })).batch;
            await until(
              "the second batch to be enriched",
              async () => (await deps.store.batches.byIds(tenant.id, [second.id]))[0].state === "enriched" || undefined,
            );
            release.resolve();
            const done = await until("both", async () => {
              const both = await deps.store.batches.byIds(tenant.id, [first.id, second.id]);
              return both.every(({ state }) => state === "processed") ? both : undefined;
            });
            assert.deepEqual(done.map(({ late }) => late), [0, 0]);
          });
        },
      );

      await t.step("waits for an earlier batch only so long; what comes after is late, and says so", async () => {
        await deps.store.batches.accept(tenant.id, {
          source: "stuck",
          idempotencyKey: "never",
          contentHash: "",
          payload: "",
          readings: 1,
        });
        await bench.withWorker(AS_THEY_ARE, async () => {
          const { batch } = await acceptBatch(deps, {
            tenant,
            input: {
              source: "stuck",
              idempotencyKey: "late",
              columns: minutes("stuck", "2024-01-01T00:00:00Z", [1]),
              waitMs: 25_000,
            },
          });
          assert.equal(batch.state, "processed");
          assert.ok(bench.observed.some(({ kind }) => kind === "batch.out_of_turn"));
        });
      });
    });
  },
});
