/** Retention as its schedule runs it, on the real server with the real activities. */
import assert from "node:assert/strict";
import type { Client } from "@temporalio/client";
import { toFailure } from "../../../activities/failures.ts";
import type { Activities } from "../../../activities/mod.ts";
import { encodeCursor } from "../../../src/domain/cursor.ts";
import { DAY_MS, type RetentionNoun, weekOf } from "../../../src/domain/history/retention.ts";
import { followAlerts } from "../../../src/operations/alerting/follow_alerts.ts";
import { OperationError } from "../../../src/operations/errors.ts";
import { whatIsDue } from "../../../src/operations/history/read_retention.ts";
import { runRetention } from "../../../src/operations/history/run_retention.ts";
import { setRetention } from "../../../src/operations/history/set_retention.ts";
import { startReprocessing } from "../../../src/operations/history/start_reprocessing.ts";
import { acceptBatch } from "../../../src/operations/intake/accept_batch.ts";
import { readSeries } from "../../../src/operations/plant/read_series.ts";
import { StoreUnavailable } from "../../../src/ports/store.ts";
import {
  APPLY_RETENTION,
  reportScheduleId,
  type RetentionReport,
  retentionScheduleId,
} from "../../../workflows/contracts.ts";
import { minutes } from "../../fixtures/graphql.ts";
import { sumsOf } from "../../fixtures/history.ts";
import { type Bench, withTemporal } from "../../fixtures/temporal.ts";
import { until } from "../../fixtures/until.ts";
import { within } from "../../fixtures/within.ts";

/** Two hours of readings, five weeks ago. */
const OLD = weekOf(Date.now() - 35 * DAY_MS) + DAY_MS;
const VALUES = Array.from({ length: 120 }, (_, i) => 20 + Math.sin(i / 7));

async function send({ scope }: Bench, idempotencyKey: string, fromMs: number) {
  const columns = minutes("s", new Date(fromMs).toISOString(), VALUES);
  return (await acceptBatch(scope, { source: "s", idempotencyKey, columns, waitMs: 20_000 })).batch;
}

async function read({ scope }: Bench) {
  const range = { sensorKey: "s", from: OLD - DAY_MS, to: Date.now(), resolutionMs: undefined, limit: 1_000 };
  const { points, ...series } = await readSeries(scope, range);
  const { sum, ...sums } = sumsOf(points);
  return { ...series, ...sums, sum: Math.round(sum * 1e6), points: points.length };
}

/** Has the schedule run it now, and answers what the run did. */
async function run(bench: Bench): Promise<RetentionReport> {
  const before = (await runsOf(bench.client)).length;
  await runRetention(bench.scope);
  const id = await until("a run", async () => (await runsOf(bench.client)).at(before));
  return await within("the run to end", bench.client.workflow.getHandle(id).result()) as RetentionReport;
}

/** Ids of all runs, oldest first. */
async function runsOf(client: Client): Promise<string[]> {
  const runs: { workflowId: string; startTime: Date }[] = [];
  for await (const run of client.workflow.list({ query: `WorkflowType = "${APPLY_RETENTION}"` })) runs.push(run);
  return runs.sort((a, b) => Number(a.startTime) - Number(b.startTime)).map(({ workflowId }) => workflowId);
}

async function scheduleIds(client: Client): Promise<string[]> {
  const ids: string[] = [];
  for await (const { scheduleId } of client.schedule.list()) ids.push(scheduleId);
  return ids.sort();
}

Deno.test({
  name: "retention",
  // The Temporal SDK's native part keeps operations and handles of its own across tests.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    await withTemporal(async (bench) => {
      const { scope, sql, client, deps } = bench;
      const plan = retentionScheduleId(bench.installation);

      await t.step(
        "is planned once, however often, and again when a lost Temporal database took the plan along",
        async () => {
          const sweeping = { type: "startWorkflow", workflowType: "sweepBatches", taskQueue: "t" } as const;
          await client.schedule.create({
            scheduleId: "sweep-batches",
            action: sweeping,
            spec: { intervals: [{ every: "1h" }] },
          });
          for (let times = 0; times < 3; times++) await deps.workflows.planSchedules();
          const planned = async (ids: string[]) =>
            JSON.stringify((await scheduleIds(client)).sort()) === JSON.stringify(ids.sort()) || undefined;
          const report = reportScheduleId(bench.installation);
          await until("the former schedule to be gone", () => planned([plan, report]));
          for (const id of [plan, report]) await client.schedule.getHandle(id).delete();
          await until("the plans to be lost", () => planned([]));
          await deps.workflows.planSchedules();
          const { policies, action } = await client.schedule.getHandle(plan).describe();
          assert.equal(policies.overlap, "SKIP");
          assert.equal(action.type === "startWorkflow" && action.workflowType, APPLY_RETENTION);
        },
      );

      await t.step("a dry run tells what then goes, and the readings live on in their minutes", async () => {
        await bench.withWorker((activities) => activities, async () => {
          await send(bench, "old", OLD);
          await send(bench, "new", Date.now() - DAY_MS);
          await sql`UPDATE batch SET received_at = now() - interval '60 days', finished_at = now() - interval '59 days' WHERE idempotency_key = 'old'`;
          const before = await read(bench);
          const assumed = [{ noun: "reading" as const, keepMs: 7 * DAY_MS, forEver: false }];
          const due = await whatIsDue(scope, { assumed });
          assert.ok(due.every(({ complete }) => complete));
          const expected = Object.fromEntries(due.filter(({ rows }) => rows > 0).map(({ noun, rows }) => [noun, rows]));
          assert.deepEqual(expected, { payload: 1, ledger: 4, reading: 120 });
          assert.ok(due.find(({ noun }) => noun === "reading")!.bytes > 0);
          assert.deepEqual(await read(bench), before, "asking changes nothing");

          for (const input of assumed) await setRetention(scope, input);
          const report = await run(bench);
          assert.deepEqual(notNull(report.removed[scope.tenant.key]), expected);
          assert.equal(report.finished, true);
          const { rolledUpBefore, ...after } = await read(bench);
          assert.deepEqual(after, { ...without(before, "rolledUpBefore"), points: before.points });
          assert.ok(rolledUpBefore! > OLD);
          assert.deepEqual(notNull((await run(bench)).removed[scope.tenant.key]), {});
          const changed = bench.observed.find(({ kind }) => kind === "retention.changed");
          assert.deepEqual(changed, {
            kind: "retention.changed",
            tenant: "default",
            noun: "reading",
            keepDays: 7,
            actor: "local",
          });
        });
      });

      await t.step("what is sent again for a time that has gone is quarantined, and counts no more", async () => {
        await bench.withWorker((activities) => activities, async () => {
          const before = await read(bench);
          const batch = await send(bench, "again", OLD);
          assert.deepEqual([batch.state, batch.stored, batch.duplicates, batch.quarantined], ["processed", 0, 0, 120]);
          const kept = await scope.store.quarantine.ofBatches(scope.tenant.id, [batch.id], { limit: 1 });
          const [row] = kept.get(batch.id)!;
          assert.equal(row.reason, "too_old");
          assert.deepEqual(await read(bench), before);
        });
      });

      await t.step("a batch that was judged before its time was closed is not stored behind it", async () => {
        // Closed between its validation and its fold.
        const closing = (activities: Activities): Activities => ({
          ...activities,
          async enrich(input) {
            const enriched = await activities.enrich(input);
            await scope.store.transaction((tx) => tx.horizons.close(scope.tenant.id, weekOf(Date.now() - 7 * DAY_MS)));
            return enriched;
          },
        });
        const { rolledUpBefore } = await scope.store.horizons.of(scope.tenant.id);
        await sql`UPDATE reading_horizon SET hours_only_before = '-infinity', rolled_up_before = '-infinity', closed_before = '-infinity'`;
        await bench.withWorker(closing, async () => {
          const batch = await send(bench, "judged before", OLD);
          assert.deepEqual([batch.state, batch.stored, batch.quarantined], ["processed", 0, 120]);
        });
        await scope.store.horizons.advance(scope.tenant.id, {
          rolledUpBefore: rolledUpBefore,
          hoursOnlyBefore: -Infinity,
        });
      });

      await t.step("a run whose activity is lost after it has worked goes on, and removes nothing twice", async () => {
        let lost = 0;
        const losing = (activities: Activities): Activities => ({
          ...activities,
          async retain(input) {
            const retained = await activities.retain(input);
            if (lost++ < 2) throw new StoreUnavailable("away");
            return retained;
          },
        });
        await bench.withWorker(losing, async () => {
          await setRetention(scope, { noun: "event", keepMs: DAY_MS, forEver: false });
          await sql`UPDATE event SET at = now() - interval '2 days'`;
          const before = await read(bench);
          const report = await run(bench);
          assert.equal(lost, 3);
          assert.equal(report.finished, true);
          assert.deepEqual(await read(bench), before);
        });
        const [{ left }] = await sql<{ left: number }[]>`SELECT count(*)::int AS left FROM event`;
        assert.equal(left, 0);
      });

      await t.step("who follows alerts from a place that has gone is told so in words", async () => {
        await sql`INSERT INTO event_gone VALUES (${scope.tenant.id}, 3)`;
        const follow = (seq: number) =>
          followAlerts(scope, { after: encodeCursor(seq), signal: AbortSignal.timeout(10_000) });
        await assert.rejects(
          follow(2),
          (error: OperationError) =>
            error.kind === "invalid" && /older than what is kept/.test(error.message) &&
            error.message.includes(encodeCursor(3)),
        );
        assert.ok(await follow(3));
      });

      await t.step("reprocessing says when readings of its range have gone", async () => {
        const { rolledUpBefore } = await scope.store.horizons.of(scope.tenant.id);
        const input = { sensorKey: "s", from: OLD - DAY_MS };
        await assert.rejects(
          startReprocessing(scope, { ...input, to: rolledUpBefore, settings: "as_judged" }),
          /nothing to fold/,
        );
        await bench.withWorker((activities) => activities, async () => {
          const { id } = await startReprocessing(scope, { ...input, to: Date.now(), settings: "as_judged" });
          const ended = await until("the run", async () => {
            const [run] = await scope.store.reprocessing.byIds(scope.tenant.id, [id]);
            return run.state === "running" ? undefined : run;
          });
          assert.deepEqual([ended.state, ended.readings, ended.readingsFrom], ["finished", 120, rolledUpBefore]);
        });
      });

      await t.step("one tenant's fault keeps nobody else's from going, and shows", async () => {
        await sql`INSERT INTO tenant (key, name) VALUES ('faulty', 'Faulty')`;
        const failing = (activities: Activities): Activities => ({
          ...activities,
          listTenants: async () => (await activities.listTenants()).reverse(),
          async retain(input) {
            if (input.tenantKey !== "faulty") return await activities.retain(input);
            throw await toFailure(new OperationError("invalid", "poison"), () => Promise.resolve(1));
          },
        });
        await bench.withWorker(failing, async () => {
          await sql`UPDATE batch SET received_at = now() - interval '60 days', finished_at = now() - interval '59 days'`;
          await assert.rejects(run(bench));
        });
        const [{ left }] = await sql<{ left: number }[]>`SELECT count(*)::int AS left FROM batch_payload`;
        assert.equal(left, 0);
      });
    });
  },
});

function notNull(removed: Readonly<Partial<Record<RetentionNoun, number>>>) {
  return Object.fromEntries(Object.entries(removed).filter(([, rows]) => rows > 0));
}

function without<T extends object, K extends keyof T>(value: T, key: K): Omit<T, K> {
  const { [key]: _, ...rest } = value;
  return rest;
}
