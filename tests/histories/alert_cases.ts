/** The paths through `followAlert`. */
import type { Activities } from "../../activities/mod.ts";
import { toFailure } from "../../activities/failures.ts";
import type { Alert, AlertId } from "../../src/domain/alerting/alert.ts";
import type { Route } from "../../src/domain/alerting/route.ts";
import { actOnAlerts } from "../../src/operations/alerting/act_on_alerts.ts";
import { StoreUnavailable } from "../../src/ports/store.ts";
import { alertWorkflowId, LOOK } from "../../workflows/contracts.ts";
import { sensorOf } from "../fixtures/alerts.ts";
import type { Bench } from "../fixtures/temporal.ts";
import { change, routeAll, webhookTo } from "../fixtures/told.ts";
import { until } from "../fixtures/until.ts";
import { within } from "../fixtures/within.ts";
import type { Path } from "./cases.ts";

const AS_THEY_ARE = (activities: Activities) => activities;
const HOUR = 3_600_000;

export const ALERT_CASES: Readonly<Record<string, Path>> = {
  follow_alert: (bench) => followed(bench, { key: "delayed", route: { onDelayMs: 500 } }),
  follow_alert_acknowledged: (bench) =>
    followed(bench, {
      key: "acknowledged",
      route: { steps: [0, 500, HOUR].map((afterMs) => ({ afterMs, channels: ["hook"] })) },
      meanwhile: ({ scope }, { id }) => actOnAlerts(scope, { targets: [{ id }], action: { change: "acknowledged" } }),
    }),
  follow_alert_closed: (bench) =>
    followed(bench, {
      key: "closed",
      route: { onDelayMs: HOUR },
      meanwhile: async ({ scope }, { episodeStart: start }) =>
        await change(scope, { sensor: await sensorOf(scope, "closed"), type: "closed", episode: { start } }),
    }),
  follow_alert_retried: (bench) =>
    followed(bench, { key: "store_away", route: { onDelayMs: 500 }, activities: failing(2) }),
  follow_alert_continued: continued,
};

interface Followed {
  readonly key: string;
  readonly route: Partial<Route>;
  /** What happens once its workflow waits for something that is an hour away. */
  readonly meanwhile?: (bench: Bench, alert: Alert) => Promise<unknown>;
  readonly activities?: (activities: Activities) => Activities;
}

async function followed(
  bench: Bench,
  { key, route, meanwhile, activities = AS_THEY_ARE }: Followed,
): Promise<string> {
  let workflowId = "";
  await bench.withWorker(activities, async () => {
    const alert = await open(bench, { key, route });
    workflowId = idOf(bench, alert.id);
    if (meanwhile !== undefined) {
      await waiting(bench, alert.id);
      await meanwhile(bench, alert);
    } else await until("it to be told", async () => await timed(bench, alert.id) === undefined || undefined);
    await within(`${workflowId} to end`, bench.client.workflow.getHandle(workflowId).result());
  });
  return workflowId;
}

/** The first run of one that goes on as a second one. */
async function continued(bench: Bench): Promise<readonly [string, string]> {
  let run: readonly [string, string] = ["", ""];
  await bench.withWorker(AS_THEY_ARE, async () => {
    const { id } = await open(bench, { key: "continued", route: { onDelayMs: HOUR } });
    await waiting(bench, id);
    const workflowId = idOf(bench, id);
    const handle = bench.client.workflow.getHandle(workflowId);
    const { runId } = await handle.describe();
    run = [workflowId, runId];
    await until("another run", async () => {
      await handle.signal(LOOK);
      return (await handle.describe()).runId !== runId || undefined;
    });
    await handle.terminate("for a history");
  });
  return run;
}

async function open({ scope }: Bench, { key, route }: Pick<Followed, "key" | "route">): Promise<Alert> {
  await webhookTo(scope, "hook", "https://hook.invalid/");
  await routeAll(scope, { channels: ["hook"], ...route });
  return await change(scope, { sensor: await sensorOf(scope, key), type: "opened" });
}

const idOf = ({ installation, scope }: Bench, id: AlertId) => alertWorkflowId(installation, scope.tenant.key, id);

async function timed({ scope: { store, tenant } }: Bench, id: AlertId) {
  return (await store.alertTimers.byAlerts(tenant.id, [id])).at(0);
}

/** Until its workflow has looked, and found what is an hour away. */
function waiting(bench: Bench, id: AlertId): Promise<unknown> {
  return until("the workflow to wait", async () => {
    const timer = await timed(bench, id);
    const [row] = await bench.sql`SELECT nudged_at FROM alert_timer WHERE alert_id = ${id}`;
    return timer !== undefined && timer.nextAt > Date.now() + HOUR / 2 && row?.nudged_at === null || undefined;
  });
}

function failing(times: number) {
  let left = times;
  return (activities: Activities): Activities => ({
    ...activities,
    async lookAtAlert(input) {
      if (left-- > 0) throw await toFailure(new StoreUnavailable("away"), () => Promise.resolve(1));
      return await activities.lookAtAlert(input);
    },
  });
}
