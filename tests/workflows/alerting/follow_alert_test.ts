/** The workflow that waits for what comes of an alert: real servers, one of which lets time pass. */
import { WorkflowNotFoundError } from "@temporalio/client";
import assert from "node:assert/strict";
import type { Activities } from "../../../activities/mod.ts";
import type { Alert, AlertId } from "../../../src/domain/alerting/alert.ts";
import type { Route } from "../../../src/domain/alerting/route.ts";
import { actOnAlerts } from "../../../src/operations/alerting/act_on_alerts.ts";
import { sweep } from "../../../src/operations/sweep.ts";
import { WorkflowsUnavailable } from "../../../src/ports/workflows.ts";
import { type AlertTimer, alertWorkflowId, LOOK, NEXT_TIMER } from "../../../workflows/contracts.ts";
import { sensorOf } from "../../fixtures/alerts.ts";
import { NO_SKIPPED_TIME, withSkippedTime } from "../../fixtures/skipped_time.ts";
import { type Bench, withTemporal } from "../../fixtures/temporal.ts";
import { change, routeAll, webhookTo } from "../../fixtures/told.ts";
import { until } from "../../fixtures/until.ts";
import { within } from "../../fixtures/within.ts";

const MINUTE = 60_000;
const AS_THEY_ARE = (activities: Activities) => activities;
// The Temporal SDK's native part keeps operations and handles of its own across tests.
const UNSANITIZED = { sanitizeOps: false, sanitizeResources: false };

async function route(bench: Bench, rest: Partial<Route>): Promise<void> {
  await webhookTo(bench.scope, "hook", "https://hook.invalid/");
  await routeAll(bench.scope, { channels: ["hook"], ...rest });
}

async function open({ scope }: Bench, key: string): Promise<Alert> {
  return await change(scope, { sensor: await sensorOf(scope, key), type: "opened" });
}

function marks({ scope: { store, tenant } }: Bench, id: AlertId): Promise<string[]> {
  return store.notifications.toldOf(tenant.id, [id]).then((told) => told.map(({ mark }) => mark));
}

const handleOf = ({ client, scope, installation }: Bench, id: AlertId) =>
  client.workflow.getHandle(alertWorkflowId(installation, scope.tenant.key, id));

function timerOf(bench: Bench, id: AlertId): Promise<AlertTimer> {
  return until("the workflow to wait", async () => {
    try {
      return await handleOf(bench, id).query<AlertTimer | undefined, []>(NEXT_TIMER) ?? undefined;
    } catch {
      // It has not been started yet, or no worker has looked at it.
      return undefined;
    }
  });
}

const ended = (bench: Bench, id: AlertId) =>
  within(`the workflow of alert ${id} to end`, handleOf(bench, id).result(), 60_000);

Deno.test({
  name: "with time that is skipped",
  ignore: NO_SKIPPED_TIME !== undefined,
  ...UNSANITIZED,
  async fn(t) {
    await withSkippedTime(async (bench) => {
      await t.step("whose worker is killed in minute 7 of 10 is told of in minute 10", async () => {
        await route(bench, { onDelayMs: 10 * MINUTE });
        const openedAt = await bench.nowMs();
        let id!: AlertId;
        await bench.withWorker(AS_THEY_ARE, async () => {
          ({ id } = await open({ ...bench, scope: { ...bench.scope, clock: { nowMs: () => openedAt } } }, "killed"));
          const timer = await timerOf(bench, id);
          assert.equal(timer.what, "on-delay of route all ends");
          await bench.pass(7 * MINUTE);
        });
        assert.deepEqual(await marks(bench, id), []);
        await bench.withWorker(AS_THEY_ARE, async () => {
          await bench.pass(2 * MINUTE);
          assert.deepEqual(await marks(bench, id), []);
          await bench.pass(1.5 * MINUTE);
          await until("it to be told", async () => (await marks(bench, id)).length === 1 || undefined);
          await ended(bench, id);
        });
        const { events } = await handleOf(bench, id).fetchHistory();
        const fired = events!.find(({ timerFiredEventAttributes }) => timerFiredEventAttributes != null)!;
        const seconds = Number(fired.eventTime!.seconds) - openedAt / 1_000;
        assert.ok(seconds >= 599 && seconds < 605, `it fired after ${seconds} s`);
      });
    });
  },
});

Deno.test({
  name: "on the development server",
  ...UNSANITIZED,
  async fn(t) {
    await withTemporal(async (bench) => {
      const { scope, deps } = bench;
      const { store, tenant } = scope;

      await t.step("an alert for which nothing is to come has no workflow", async () => {
        await route(bench, {});
        const { id } = await open(bench, "plain");
        assert.deepEqual(await marks(bench, id), ["opened"]);
        await assert.rejects(handleOf(bench, id).describe(), WorkflowNotFoundError);
        assert.deepEqual(await store.alertTimers.byAlerts(tenant.id, [id]), []);
      });

      await t.step("it escalates until somebody acknowledges it, says what comes next, and ends", async () => {
        const steps = [0, 1, 2, 3_600].map((seconds) => ({ afterMs: seconds * 1_000, channels: ["hook"] }));
        await route(bench, { steps });
        await bench.withWorker(AS_THEY_ARE, async () => {
          const { id } = await open(bench, "escalated");
          await until("two steps", async () => (await marks(bench, id)).length === 3 || undefined);
          const timer = await until("the third to be next", async () => {
            const now = await timerOf(bench, id);
            return now.what.includes("step 4") ? now : undefined;
          });
          const [{ nextAt }] = await store.alertTimers.byAlerts(tenant.id, [id]);
          assert.equal(timer.atMs, nextAt);
          await actOnAlerts(scope, { targets: [{ id }], action: { change: "acknowledged" } });
          await ended(bench, id);
          assert.deepEqual(await marks(bench, id), ["opened", "escalated/1", "escalated/2"]);
        });
      });

      await t.step("what no signal has reached is found by the sweeper", async () => {
        await route(bench, { onDelayMs: 1_000 });
        const followAlert = () => Promise.reject(new WorkflowsUnavailable("away"));
        const { id } = await open(
          { ...bench, scope: { ...scope, workflows: { ...scope.workflows, followAlert } } },
          "lost",
        );
        await bench.withWorker(AS_THEY_ARE, async () => {
          await until("the sweeper to start it", async () => (await sweep(deps)).alerts > 0 || undefined);
          await ended(bench, id);
          assert.deepEqual(await marks(bench, id), ["opened"]);
        });
        assert.equal((await sweep(deps)).alerts, 0);
      });

      await t.step("a run is bounded: it goes on as a new one", async () => {
        await route(bench, { onDelayMs: 3_600_000 });
        await bench.withWorker(AS_THEY_ARE, async () => {
          const { id } = await open(bench, "long");
          await timerOf(bench, id);
          const { runId } = await handleOf(bench, id).describe();
          await until("another run", async () => {
            for (let i = 0; i < 10; i++) await handleOf(bench, id).signal(LOOK);
            return (await handleOf(bench, id).describe()).runId !== runId || undefined;
          }, 60_000);
          assert.equal((await timerOf(bench, id)).what, "on-delay of route all ends");
          await change(scope, {
            sensor: await sensorOf(scope, "long"),
            type: "closed",
            episode: await episodeOf(bench, id),
          });
          await ended(bench, id);
          assert.deepEqual(await marks(bench, id), []);
        });
      });

      await t.step("the store's being away keeps it waiting, and nothing is told twice", async () => {
        await route(bench, { onDelayMs: 200 });
        let faults = 0;
        const failing = (activities: Activities): Activities => ({
          ...activities,
          async lookAtAlert(input) {
            const next = await activities.lookAtAlert(input);
            // Told, and killed before anybody heard of it.
            if (next === undefined && faults++ < 2) throw new Error("killed here");
            return next;
          },
        });
        await bench.withWorker(failing, async () => {
          const { id } = await open(bench, "twice");
          await until("it to be told", async () => (await marks(bench, id)).length === 1 || undefined);
          await ended(bench, id);
          assert.deepEqual(await marks(bench, id), ["opened"]);
          assert.equal(faults, 3);
        });
      });
    });
  },
});

async function episodeOf({ scope: { store, tenant } }: Bench, id: AlertId) {
  const [{ episodeStart }] = await store.alerts.byIds(tenant.id, [id]);
  return { start: episodeStart };
}
