/** The batch's workflow on the real server with the real activities, some of them made to fail. */
import assert from "node:assert/strict";
import type { Activities } from "../../../activities/mod.ts";
import {
  type Batch,
  type BatchId,
  type Columns,
  hasEnded,
  type Stage,
  STAGES,
} from "../../../src/domain/intake/batch.ts";
import { OperationError } from "../../../src/operations/errors.ts";
import { acceptBatch } from "../../../src/operations/intake/accept_batch.ts";
import { giveUpBatch } from "../../../src/operations/intake/give_up_batch.ts";
import { attemptsOf } from "../../../src/operations/intake/read_attempts.ts";
import { retryBatches } from "../../../src/operations/intake/retry_batches.ts";
import { sweep } from "../../../src/operations/sweep.ts";
import { StoreUnavailable } from "../../../src/ports/store.ts";
import { toFailure } from "../../../activities/failures.ts";
import {
  type BatchProgress,
  batchWorkflowId,
  type IngestBatchArgs,
  PROGRESS,
  taskQueueOf,
} from "../../../workflows/contracts.ts";
import { WORKFLOWS_AWAY } from "../../doubles/workflows_away.ts";
import { minutes } from "../../fixtures/graphql.ts";
import { type Bench, withTemporal } from "../../fixtures/temporal.ts";
import { until } from "../../fixtures/until.ts";
import { within } from "../../fixtures/within.ts";

const COLUMNS: Columns = minutes("s", "2024-01-01T00:00:00Z", [1, 2, 3]);
const AS_THEY_ARE = (activities: Activities) => activities;

/** The activity `name` throws what `fault` makes, for its first `times` calls. */
function failing(name: Stage, times: number, fault: () => Error, faults = 1) {
  return (activities: Activities): Activities => {
    let left = times;
    return {
      ...activities,
      [name]: async (input: Parameters<Activities["ingest"]>[0]) => {
        if (left-- > 0) throw await toFailure(fault(), () => Promise.resolve(faults));
        return await activities[name](input);
      },
    };
  };
}

interface Sending {
  readonly source?: string;
  readonly waitMs?: number;
  readonly columns?: Columns;
}

async function accept({ scope }: Bench, idempotencyKey: string, options: Sending = {}): Promise<Batch> {
  const { source = "s", columns = COLUMNS, waitMs } = options;
  return (await acceptBatch(scope, { source, idempotencyKey, columns, waitMs })).batch;
}

/** The batches once all of them have ended. */
function ended({ scope: { store, tenant } }: Bench, ids: readonly BatchId[]): Promise<Batch[]> {
  return until("the batches to end", async () => {
    const batches = await store.batches.byIds(tenant.id, ids);
    return batches.every(({ state }) => hasEnded(state)) ? batches : undefined;
  });
}

/** The activities that a workflow has scheduled, each with its summary. */
async function activitiesOf({ client }: Bench, workflowId: string): Promise<[string, string][]> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled, userMetadata }) =>
    scheduled
      ? [[scheduled.activityType!.name!, JSON.parse(new TextDecoder().decode(userMetadata!.summary!.data!)) as string]]
      : []
  );
}

Deno.test({
  name: "a batch's workflow",
  // The Temporal SDK's native part keeps operations and handles of its own across tests.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    await withTemporal(async (bench) => {
      const { deps, scope, client } = bench;
      const { store, tenant } = scope;
      const idOf = (batch: Batch) => batchWorkflowId(bench.installation, tenant.key, batch.id);

      await t.step(
        "goes through the four activities, each with a summary for the UI, and answers its progress",
        async () => {
          await bench.withWorker(AS_THEY_ARE, async () => {
            const batch = await accept(bench, "plain", { waitMs: 20_000 });
            assert.equal(batch.state, "processed");
            const id = idOf(batch);
            assert.deepEqual(await activitiesOf(bench, id), [
              ["ingest", "decode 3 readings of s"],
              ["validate", "judge 3 readings of s"],
              ["enrich", "prepare 3 readings of s"],
              ["detect", "store and fold 3 readings of s"],
            ]);
            const progress = await client.workflow.getHandle(id).query<BatchProgress>(PROGRESS);
            assert.equal(progress.stage, "processed");
            assert.deepEqual(Object.keys(progress.results), ["ingest", "validate", "enrich", "detect"]);
          });
        },
      );

      for (const stage of STAGES) {
        await t.step(`retries ${stage} that fails twice, and stores everything once`, async () => {
          await bench.withWorker(failing(stage, 2, () => new StoreUnavailable("away")), async () => {
            const columns = minutes(`retry-${stage}`, "2024-01-01T00:00:00Z", [1, 2, 3]);
            const batch = await accept(bench, `retry-${stage}`, { waitMs: 20_000, columns });
            assert.deepEqual([batch.state, batch.stored, batch.duplicates], ["processed", 3, 0]);
            const attempts = await attemptsOf(scope, batch.id);
            assert.deepEqual(
              attempts,
              STAGES.map((one) => ({ stage: one, attempts: one === stage ? 3 : 1, underWay: false })),
            );
          });
        });
      }

      await t.step("tells of attempts while they go on, and of none where there was none", async () => {
        await bench.withWorker(failing("enrich", 3, () => new StoreUnavailable("away")), async () => {
          const { id } = await accept(bench, "under way", { columns: minutes("u", "2024-01-01T00:00:00Z", [1]) });
          await until("the stage to be tried again", async () => {
            const enrich = (await attemptsOf(scope, id))?.find(({ stage }) => stage === "enrich");
            return enrich !== undefined && enrich.underWay && enrich.attempts > 1 ? enrich : undefined;
          });
          await ended(bench, [id]);
        });
        assert.equal(await attemptsOf(scope, 999_999 as BatchId), undefined);
        assert.equal(await attemptsOf({ ...scope, workflows: WORKFLOWS_AWAY }, 1 as BatchId), undefined);
      });

      await t.step(
        "ends as failed with a reason when no retry can help, as an event too, and its source goes on",
        async () => {
          await bench.withWorker(failing("validate", 1, () => new OperationError("invalid", "poison")), async () => {
            const before = await store.events.lastSeq(tenant.id);
            const columns = minutes("poison", "2024-01-01T00:00:00Z", [1]);
            const failed = await accept(bench, "poison", { waitMs: 20_000, columns });
            assert.deepEqual([failed.state, failed.failure], ["failed", "poison"]);
            const events = await store.events.after(tenant.id, before, { prefix: "batch.failed", limit: 10 });
            assert.deepEqual(events.map(({ batchId }) => batchId), [failed.id]);
            const next = await accept(bench, "after-poison", {
              waitMs: 20_000,
              columns: minutes("poison", "2024-01-01T01:00:00Z", [1]),
            });
            assert.equal(next.state, "processed");
            // Taken up again, it is the newest of its source: what it brings lies behind the watermark by now.
            const [retried] = await retryBatches(scope, { source: "s" });
            assert.equal(retried.id, failed.id);
            const [again] = await ended(bench, [failed.id]);
            assert.deepEqual([again.state, again.stored, again.late, again.failure], ["processed", 1, 1, undefined]);
          });
        },
      );

      await t.step(
        "a fault that nobody foresaw is retried a few times, however often the store was away before",
        async () => {
          let calls = 0;
          const faulty = (activities: Activities): Activities => ({
            ...activities,
            async enrich(input) {
              calls++;
              if (calls <= 4) throw await toFailure(new StoreUnavailable("away"), () => Promise.resolve(99));
              if (calls <= 6) {
                throw await toFailure(new TypeError("a fault"), () => store.batches.addFault(tenant.id, input.batchId));
              }
              return await activities.enrich(input);
            },
          });
          await bench.withWorker(faulty, async () => {
            const batch = await accept(bench, "passing fault", { waitMs: 60_000 });
            assert.deepEqual([batch.state, batch.faults], ["processed", 2]);
          });
          await bench.withWorker(failing("enrich", 100, () => new TypeError("poison"), 99), async () => {
            assert.equal((await accept(bench, "lasting fault", { waitMs: 60_000 })).failure, "poison");
          });
        },
      );

      await t.step(
        "goes on where it was when its worker goes away between two stages, whichever they are",
        async () => {
          for (const stage of ["validate", "enrich", "detect"] as const) {
            const reached = Promise.withResolvers<void>();
            const columns = minutes(`gone-${stage}`, "2024-01-01T00:00:00Z", [1, 2]);
            let batch: Batch | undefined;
            await bench.withWorker((activities) => ({
              ...activities,
              [stage]: async () => {
                reached.resolve();
                throw await toFailure(new StoreUnavailable("this worker is about to go"), () => Promise.resolve(1));
              },
            }), async () => {
              batch = await accept(bench, `gone-${stage}`, { columns });
              await within(`${stage} to begin`, reached.promise);
            });
            // Another process has nothing of the batch in memory.
            deps.batchMemory.clear();
            deps.stateMemory.clear();
            await bench.withWorker(AS_THEY_ARE, async () => {
              const [now] = await ended(bench, [batch!.id]);
              assert.deepEqual([now.stored, now.duplicates, now.late], [2, 0, 0]);
            });
          }
        },
      );

      await t.step(
        "batches of a source are folded in the order of acceptance, however slow the first one is",
        async () => {
          const release = Promise.withResolvers<void>();
          const holdUp = (activities: Activities): Activities => ({
            ...activities,
            async enrich(input) {
              if ((input as IngestBatchArgs).readings === 2) await within("the test to go on", release.promise);
              return await activities.enrich(input);
            },
          });
          await bench.withWorker(holdUp, async () => {
            const send = (n: number, values: number[]) =>
              accept(bench, `ordered-${n}`, {
                source: "o",
                columns: minutes("ordered", new Date(Date.UTC(2024, 0, 1, n)).toISOString(), values),
              });
            const batches = [await send(0, [1, 2])];
            for (let n = 1; n <= 40; n++) batches.push(await send(n, [n]));
            const last = batches[batches.length - 1];
            await until("the last one to wait for its turn", async () => {
              const queue = await store.sources.queue(tenant.id, last.sourceId, 100);
              return queue.find(({ id }) => id === last.id)?.awaited || undefined;
            });
            release.resolve();
            const done = await ended(bench, batches.map(({ id }) => id));
            assert.deepEqual(done.map(({ state, late }) => [state, late]), batches.map(() => ["processed", 0]));
            // Those that waited were told: none of them needed more than the four activities.
            await within("the last workflow to end", client.workflow.getHandle(idOf(last)).result());
            assert.deepEqual((await activitiesOf(bench, idOf(last))).map(([name]) => name), [...STAGES]);
          });
        },
      );

      await t.step(
        "of two values for one sensor and time the one that was accepted first counts, whichever is quicker",
        async () => {
          const slow = (activities: Activities): Activities => ({
            ...activities,
            async enrich(input) {
              if ((input as IngestBatchArgs).readings === 2) {
                await until("the second to wait", async () => {
                  const [batch] = await store.batches.byIds(tenant.id, [input.batchId]);
                  return (await store.sources.queue(tenant.id, batch.sourceId, 2)).at(1)?.awaited || undefined;
                });
              }
              return await activities.enrich(input);
            },
          });
          await bench.withWorker(slow, async () => {
            const first = await accept(bench, "first value", {
              columns: minutes("twice", "2024-01-01T00:00:00Z", [1, 1]),
            });
            const second = await accept(bench, "second value", {
              columns: minutes("twice", "2024-01-01T00:00:00Z", [2]),
            });
            const [one, two] = await ended(bench, [first.id, second.id]);
            assert.deepEqual([one.stored, one.quarantined, two.stored, two.quarantined], [2, 0, 0, 1]);
            const [kept] = (await store.quarantine.ofBatches(tenant.id, [second.id], { limit: 10 })).get(second.id)!;
            assert.deepEqual([kept.index, kept.reason], [0, "conflict_with_stored"]);
          });
        },
      );

      await t.step(
        "a batch that cannot be folded fails by itself, and those behind it in its run are folded",
        async () => {
          await bench.withWorker(AS_THEY_ARE, async () => {
            await accept(bench, "well", {
              source: "p",
              waitMs: 20_000,
              columns: minutes("well", "2024-01-01T00:00:00Z", [1]),
            });
            await bench
              .sql`DELETE FROM detector_state USING sensor WHERE sensor.id = sensor_id AND sensor.key = 'well'`;
            deps.stateMemory.clear();
            const broken = await accept(bench, "broken", {
              source: "p",
              columns: minutes("well", "2024-01-02T00:00:00Z", [1]),
            });
            const behind = await accept(bench, "behind", {
              source: "p",
              columns: minutes("fine", "2024-01-02T00:00:00Z", [1]),
            });
            const [failed, fine] = await ended(bench, [broken.id, behind.id]);
            assert.deepEqual([failed.state, fine.state, failed.faults], ["failed", "processed", 5]);
            assert.match(failed.failure!, /has no detector state/);
          });
        },
      );

      await t.step(
        "a batch whose workflow was terminated is given another one, and what it did before stands",
        async () => {
          const stopped = (activities: Activities): Activities => ({
            ...activities,
            enrich: async () => {
              throw await toFailure(new StoreUnavailable("not yet"), () => Promise.resolve(1));
            },
          });
          let batch: Batch | undefined;
          await bench.withWorker(stopped, async () => {
            batch = await accept(bench, "terminated", { columns: minutes("t", "2024-01-01T00:00:00Z", [1]) });
            await until("the batch to be validated", async () => {
              const [now] = await store.batches.byIds(tenant.id, [batch!.id]);
              return now.state === "validated" || undefined;
            });
          });
          await client.workflow.getHandle(idOf(batch!)).terminate();
          await bench.sql`UPDATE batch SET received_at = now() - interval '1 minute' WHERE id = ${batch!.id}`;
          await bench.withWorker(AS_THEY_ARE, async () => {
            const swept = await until("the sweeper to find it", async () => {
              const { batches } = await sweep(deps);
              return batches > 0 ? batches : undefined;
            });
            assert.equal(swept, 1);
            const [now] = await ended(bench, [batch!.id]);
            assert.deepEqual([now.state, now.stored], ["processed", 1]);
            assert.deepEqual(await sweep(deps), { batches: 0, reprocessings: 0, alerts: 0 });
          });
        },
      );

      await t.step(
        "a batch that is given up makes way for those behind it, and its workflow learns of it",
        async () => {
          const stuck = (activities: Activities): Activities => ({
            ...activities,
            async enrich(input) {
              if ((input as IngestBatchArgs).readings === 2) {
                throw await toFailure(new StoreUnavailable("never"), () => Promise.resolve(1));
              }
              return await activities.enrich(input);
            },
          });
          await bench.withWorker(stuck, async () => {
            const first = await accept(bench, "stuck", {
              source: "g",
              columns: minutes("g", "2024-01-01T00:00:00Z", [1, 2]),
            });
            const second = await accept(bench, "waits", {
              source: "g",
              columns: minutes("g", "2024-01-01T01:00:00Z", [3]),
            });
            await until("the second to wait", async () => {
              const queue = await store.sources.queue(tenant.id, second.sourceId, 2);
              return queue.at(1)?.awaited || undefined;
            });
            const given = await giveUpBatch(scope, { batchId: first.id, reason: "a test" });
            assert.deepEqual([given.state, given.failure], ["failed", "given up by local: a test"]);
            await assert.rejects(giveUpBatch(scope, { batchId: first.id, reason: "again" }), { kind: "conflict" });
            const [, done] = await ended(bench, [first.id, second.id]);
            assert.deepEqual([done.state, done.stored], ["processed", 1]);
          });
        },
      );

      await t.step("a finished run of the same name does not keep a batch from its own, and is told of", async () => {
        await bench.withWorker(AS_THEY_ARE, async () => {
          const before = await accept(bench, "former life", { waitMs: 20_000 });
          // The number of the next batch has been given out in a former life of this store.
          const next = before.id + 1;
          const former = client.workflow.execute("ingestBatch", {
            taskQueue: taskQueueOf(bench.installation),
            workflowId: batchWorkflowId(bench.installation, tenant.key, next as BatchId),
            args: [{ tenantId: tenant.id, tenantKey: tenant.key, batchId: before.id, source: "s", readings: 3 }],
          });
          await within("the former workflow to end", former);
          const batch = await accept(bench, "this life", {
            waitMs: 20_000,
            columns: minutes("again", "2024-01-01T00:00:00Z", [1]),
          });
          assert.deepEqual([batch.id, batch.state], [next, "processed"]);
          assert.ok(bench.observed.some((one) => one.kind === "batch.foreign_run" && one.batchId === next));
        });
      });
    });
  },
});
