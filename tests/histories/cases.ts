/**
 * The paths through the workflows that are kept as histories: how each is brought about, on the real server with the
 * real activities.
 */
import { Context } from "@temporalio/activity";
import type { Activities } from "../../activities/mod.ts";
import { toFailure } from "../../activities/failures.ts";
import { type Batch, hasEnded } from "../../src/domain/intake/batch.ts";
import type { ReprocessRun } from "../../src/domain/history/reprocess.ts";
import { OperationError } from "../../src/operations/errors.ts";
import { cancelReprocessing } from "../../src/operations/history/cancel_reprocessing.ts";
import { startReprocessing } from "../../src/operations/history/start_reprocessing.ts";
import { acceptBatch } from "../../src/operations/intake/accept_batch.ts";
import { giveUpBatch } from "../../src/operations/intake/give_up_batch.ts";
import { StoreUnavailable } from "../../src/ports/store.ts";
import { ALERT_CASES } from "./alert_cases.ts";
import {
  batchWorkflowId,
  type IngestBatchArgs,
  REPORT_ALARMS,
  reportScheduleId,
  reprocessWorkflowId,
  taskQueueOf,
} from "../../workflows/contracts.ts";
import { minutes } from "../fixtures/graphql.ts";
import type { Bench } from "../fixtures/temporal.ts";
import { until } from "../fixtures/until.ts";
import { within } from "../fixtures/within.ts";

const START = "2024-01-01T00:00:00Z";

/** Goes the path once; answers the id of the workflow that went it, and of its run where it had several. */
export type Path = (bench: Bench) => Promise<string | readonly [workflowId: string, runId: string]>;

const AS_THEY_ARE = (activities: Activities) => activities;

export const HISTORY_CASES: Readonly<Record<string, Path>> = {
  ingest_batch: (bench) => alone(bench, { key: "plain" }),
  ingest_batch_waited_for: (bench) => alone(bench, { key: "waited_for", waitMs: 20_000 }),
  ingest_batch_retried: (bench) =>
    alone(bench, { key: "retried", change: failingValidate(new StoreUnavailable("away"), 2) }),
  ingest_batch_failed: (bench) =>
    alone(bench, { key: "failed", change: failingValidate(new OperationError("invalid", "poison"), 1) }),
  ingest_batch_told: (bench) => behindAnother(bench, { key: "told", meanwhile: () => Promise.resolve() }),
  ingest_batch_asked_again: (bench) =>
    behindAnother(bench, { key: "asked_again", meanwhile: ({ first }) => giveUp(bench, first) }),
  ingest_batch_given_up: (bench) =>
    behindAnother(bench, { key: "given_up", meanwhile: ({ second }) => giveUp(bench, second) }),
  reprocess_range: (bench) => reprocess(bench, { key: "reprocessed" }),
  reprocess_range_in_parts: (bench) => reprocess(bench, { key: "in_parts", change: inParts }),
  reprocess_range_failed: (bench) => reprocess(bench, { key: "not_reprocessed", change: failingPages }),
  reprocess_range_cancelled: reprocessCancelled,
  ...ALERT_CASES,
  report_alarms: (bench) => weekReported(bench, AS_THEY_ARE),
  report_alarms_retried: (bench) => weekReported(bench, failingReport),
};

interface Alone {
  /** Names source, batch and sensor. */
  readonly key: string;
  readonly waitMs?: number;
  readonly change?: (activities: Activities) => Activities;
}

async function alone(bench: Bench, { key, waitMs, change = AS_THEY_ARE }: Alone): Promise<string> {
  let id = "";
  await bench.withWorker(change, async () => {
    const batch = await accept(bench, { key, source: key, from: START, values: [1, 2, 3], waitMs });
    id = await workflowEnded(bench, batch);
  });
  return id;
}

interface BehindAnother {
  readonly key: string;
  /** What happens while the second batch waits for its turn, and before the first one goes on. */
  readonly meanwhile: (batches: { first: Batch; second: Batch }) => Promise<void>;
}

/** The workflow of a batch that has to wait for the one before it. */
async function behindAnother(bench: Bench, { key, meanwhile }: BehindAnother): Promise<string> {
  const { store, tenant } = bench.scope;
  const release = Promise.withResolvers<void>();
  let id = "";
  await bench.withWorker((activities) => ({
    ...activities,
    async enrich(input) {
      if ((input as IngestBatchArgs).readings === 2) await within("the case to go on", release.promise);
      return await activities.enrich(input);
    },
  }), async () => {
    const first = await accept(bench, { key: `${key}-1`, source: key, from: START, values: [1, 2] });
    const second = await accept(bench, { key: `${key}-2`, source: key, from: "2024-01-01T01:00:00Z", values: [3] });
    await until("the second batch to wait for its turn", async () => {
      const queue = await store.sources.queue(tenant.id, second.sourceId, 2);
      return queue.find((batch) => batch.id === second.id)?.awaited || undefined;
    });
    await meanwhile({ first, second });
    release.resolve();
    await workflowEnded(bench, first);
    id = await workflowEnded(bench, second);
  });
  return id;
}

interface Sending {
  readonly key: string;
  readonly source: string;
  readonly from: string;
  readonly values: readonly number[];
  readonly waitMs?: number;
}

async function accept({ scope }: Bench, { key, source, from, values, waitMs }: Sending): Promise<Batch> {
  return (await acceptBatch(scope, { source, idempotencyKey: key, columns: minutes(source, from, values), waitMs }))
    .batch;
}

async function workflowEnded({ scope, client, installation }: Bench, { id }: Batch): Promise<string> {
  const { store, tenant } = scope;
  await until(`batch ${id} to end`, async () => {
    const [now] = await store.batches.byIds(tenant.id, [id]);
    return hasEnded(now.state) || undefined;
  });
  const workflowId = batchWorkflowId(installation, tenant.key, id);
  await within(`workflow ${workflowId} to end`, client.workflow.getHandle(workflowId).result().catch(() => {}));
  return workflowId;
}

async function giveUp({ scope }: Bench, { id: batchId }: Batch): Promise<void> {
  await giveUpBatch(scope, { batchId, reason: "for a history" });
}

function failingValidate(fault: Error, times: number) {
  let left = times;
  return (activities: Activities): Activities => ({
    ...activities,
    async validate(input) {
      if (left-- > 0) throw await toFailure(fault, () => Promise.resolve(1));
      return await activities.validate(input);
    },
  });
}

function failingPages(activities: Activities): Activities {
  return {
    ...activities,
    reprocessPages: async () => {
      throw await toFailure(new OperationError("invalid", "poison"), () => Promise.resolve(1));
    },
  };
}

/** The first call comes to the end of its pages, and not to the end of the run. */
function inParts(activities: Activities): Activities {
  let calls = 0;
  return {
    ...activities,
    reprocessPages: async (input) =>
      calls++ === 0 ? { folded: 0, finished: false } : await activities.reprocessPages(input),
  };
}

async function reprocess(bench: Bench, { key, change = AS_THEY_ARE }: Alone): Promise<string> {
  await alone(bench, { key });
  let id = "";
  await bench.withWorker(change, async () => {
    id = await runEnded(bench, await startRun(bench, key));
  });
  return id;
}

async function reprocessCancelled(bench: Bench): Promise<string> {
  const key = "cancelled";
  await alone(bench, { key });
  const begun = Promise.withResolvers<void>();
  let id = "";
  await bench.withWorker((activities) => ({
    ...activities,
    reprocessPages: async () => {
      begun.resolve();
      return await Context.current().cancelled;
    },
  }), async () => {
    const run = await startRun(bench, key);
    await within("the run to begin", begun.promise);
    await cancelReprocessing(bench.scope, run.id);
    id = await runEnded(bench, run);
  });
  return id;
}

/** As its schedule does it. */
async function weekReported(bench: Bench, change: (activities: Activities) => Activities): Promise<string> {
  const workflowId = `${reportScheduleId(bench.installation)}-${crypto.randomUUID()}`;
  await bench.withWorker(change, async () => {
    const taskQueue = taskQueueOf(bench.installation);
    const run = bench.client.workflow.execute<() => Promise<string[]>>(REPORT_ALARMS, {
      workflowId,
      taskQueue,
      args: [],
    });
    const reported = await within("the report", run);
    if (reported.length > 1) throw new Error(`${reported.length} tenants of one got a report`);
  });
  return workflowId;
}

function failingReport(activities: Activities): Activities {
  let times = 0;
  return {
    ...activities,
    async reportAlarms(input) {
      if (times++ === 0) throw await toFailure(new StoreUnavailable("away"), () => Promise.resolve(1));
      return await activities.reportAlarms(input);
    },
  };
}

function startRun({ scope }: Bench, sensorKey: string): Promise<ReprocessRun> {
  return startReprocessing(scope, {
    sensorKey,
    from: Date.parse(START),
    to: Date.parse(START) + 86_400_000,
    settings: "as_judged",
  });
}

async function runEnded({ client, scope, installation }: Bench, { id }: ReprocessRun): Promise<string> {
  const workflowId = reprocessWorkflowId(installation, scope.tenant.key, id);
  await within(`workflow ${workflowId} to end`, client.workflow.getHandle(workflowId).result().catch(() => {}));
  return workflowId;
}
