/** What people look through when they look after intake: sources, stages, quarantine over all batches. */
import { type BatchId, STAGES } from "../../src/domain/intake/batch.ts";
import { QUARANTINE_REASONS, type QuarantineReason } from "../../src/domain/intake/quarantine.ts";
import { invalid } from "../../src/operations/errors.ts";
import type { QuarantinedOfBatch, SourceLook, StageLook } from "../../src/ports/intake/look.ts";
import { builder, enumValues } from "../builder.ts";
import { LOOKUP_COST } from "../cost.ts";
import { rowId } from "../ids.ts";
import { keyArg } from "../keys.ts";
import { loaderOf } from "../lazy_loaders.ts";
import { BatchRef } from "../nodes.ts";
import { firstArgs, firstOf } from "../page.ts";
import { QuarantineReasonEnum } from "./batch.ts";

const SOURCES = { usually: 100, most: 1_000 };
const QUARANTINE = { usually: 50, most: 1_000 };

const SourceRef = builder.objectRef<SourceLook>("Source").implement({
  description: "Who sends batches. Those of one source are judged in the order in which they were accepted.",
  fields: (t) => ({
    key: t.exposeString("key", { description: "Its name." }),
    batches: t.exposeFloat("batches", { description: "Batches that it has sent." }),
    lastReceivedAt: t.expose("lastReceivedAt", {
      type: "DateTime",
      nullable: true,
      description: "When its last batch was accepted, by the store's clock.",
    }),
    unfinished: t.exposeFloat("unfinished", { description: "Batches that have not come to their end." }),
    oldestUnfinishedAt: t.expose("oldestUnfinishedAt", {
      type: "DateTime",
      nullable: true,
      description: "When the oldest of these was accepted; null when there is none.",
    }),
    failed: t.exposeFloat("failed", { description: "Batches that have failed, and can be retried." }),
  }),
});

export const StageEnum = builder.enumType("Stage", {
  description: "A stage on a batch's way.",
  values: enumValues(
    {
      ingest: "Its sensors are found or registered.",
      validate: "Each reading gets its verdict.",
      enrich: "What is known of the sensors is added.",
      detect: "The readings are stored and judged, in the order of the source.",
    } satisfies Record<(typeof STAGES)[number], string>,
  ),
});

const BatchStageRef = builder.objectRef<StageLook>("BatchStage").implement({
  description: "A stage that a batch has passed.",
  fields: (t) => ({
    stage: t.expose("stage", { type: StageEnum, description: "Which one." }),
    finishedAt: t.expose("finishedAt", { type: "DateTime", description: "When, by the store's clock." }),
  }),
});

const stages = loaderOf<BatchId, readonly StageLook[]>(async ({ store, tenant }, ids) => {
  const found = await store.looks.stages(tenant.id, ids);
  return ids.map((id) => found.get(id) ?? []);
});

builder.objectField(BatchRef, "stages", (t) =>
  t.field({
    access: "read",
    type: [BatchStageRef],
    description: "Stages that it has passed, in order; none when what the stages said is not kept any more.",
    complexity: { multiplier: 4 },
    resolve: ({ id }, _args, context) => stages(context).load(id),
  }));

const QuarantinedOfBatchRef = builder.objectRef<QuarantinedOfBatch>("QuarantinedOfBatch").implement({
  description: "A reading that was not accepted, with the batch that it came with.",
  fields: (t) => ({
    cursor: t.string({
      description: "Its place in the list, for `after`.",
      resolve: ({ batchId, index }) => btoa(`behind:${batchId}:${index}`),
    }),
    index: t.exposeInt("index", { description: "Place of the reading in its batch, from 0." }),
    reason: t.expose("reason", { type: QuarantineReasonEnum, description: "Why it was not accepted." }),
    detail: t.exposeString("detail", { description: "What is wrong with it, for people." }),
    raw: t.exposeString("raw", { description: "The reading as it was sent, as JSON text." }),
    replayedBy: t.field({
      type: BatchRef,
      nullable: true,
      description: "The batch that it was sent again with; null: it is in quarantine still.",
      resolve: ({ replayedBy }, _args, { loaders }) =>
        replayedBy === undefined ? null : loaders.batches.load(replayedBy),
    }),
    batch: t.field({
      type: BatchRef,
      description: "The batch that it came with.",
      resolve: ({ batchId }, _args, { loaders }) => loaders.batches.load(batchId),
    }),
  }),
});

type ReasonCount = { readonly reason: QuarantineReason; readonly count: number };

const ReasonCountRef = builder.objectRef<ReasonCount>("QuarantineCount").implement({
  description: "How many readings are in quarantine for one reason.",
  fields: (t) => ({
    reason: t.expose("reason", { type: QuarantineReasonEnum, description: "The reason." }),
    count: t.exposeFloat("count", { description: "How many." }),
    about: t.string({
      description: "What the reason means, and what the sender can do.",
      resolve: ({ reason }) => QUARANTINE_REASONS[reason] ?? reason,
    }),
  }),
});

const SENSOR_ARG = builder.args((t) => ({
  sensor: t.string({ description: "Only those that were sent for a sensor of this key, whether or not there is one." }),
}));

function sensorOf(key: string | null | undefined): string | undefined {
  return key == null ? undefined : keyArg("sensor", key);
}

builder.queryFields((t) => ({
  batchByNumber: t.field({
    access: "read",
    type: BatchRef,
    nullable: true,
    description: "The batch that has this number; null when there is none.",
    args: { number: t.arg.float({ required: true, description: "Number of a batch." }) },
    complexity: LOOKUP_COST,
    resolve: async (_root, { number }, { scope }) =>
      (await scope.store.batches.byIds(scope.tenant.id, [rowId<BatchId>(String(number))])).at(0),
  }),
  sources: t.field({
    access: "read",
    type: [SourceRef],
    description: "Who sends, the last to have sent first.",
    args: firstArgs(SOURCES),
    complexity: ({ first }) => ({ field: LOOKUP_COST, multiplier: first ?? SOURCES.usually }),
    resolve: (_root, { first }, { scope }) => scope.store.looks.sources(scope.tenant.id, firstOf(first, SOURCES)),
  }),
  quarantineCounts: t.field({
    access: "read",
    type: [ReasonCountRef],
    description:
      "Readings in quarantine by their reasons, the most frequent first; those that were sent again are not " +
      "among them.",
    args: SENSOR_ARG,
    complexity: { field: LOOKUP_COST, multiplier: 14 },
    resolve: (_root, { sensor }, { scope }) =>
      scope.store.looks.quarantineCounts(scope.tenant.id, { sensorKey: sensorOf(sensor) }),
  }),
  quarantine: t.field({
    access: "read",
    type: [QuarantinedOfBatchRef],
    description: "Readings of all batches that were not accepted, those of the last batch first.",
    args: {
      reason: t.arg({ type: QuarantineReasonEnum, description: "Only those with this reason." }),
      ...SENSOR_ARG,
      replayed: t.arg.boolean({
        defaultValue: false,
        description: "True: instead those that were in quarantine and have been sent again (replayQuarantine).",
      }),
      after: t.arg.string({ description: "`cursor` of the last one that was seen; left out: from the first." }),
      ...firstArgs(QUARANTINE),
    },
    complexity: ({ first }) => ({ field: LOOKUP_COST, multiplier: first ?? QUARANTINE.usually }),
    resolve: (_root, { reason, sensor, replayed, after, first }, { scope }) =>
      scope.store.looks.quarantine(scope.tenant.id, {
        reason: reason ?? undefined,
        sensorKey: sensorOf(sensor),
        replayed: replayed ?? false,
        after: after == null ? undefined : placeOf(after),
        limit: firstOf(first, QUARANTINE),
      }),
  }),
}));

const PLACE = /^behind:(\d{1,15}):(\d{1,9})$/;

function placeOf(cursor: string): { batchId: BatchId; index: number } {
  try {
    const match = PLACE.exec(atob(cursor));
    if (match !== null) return { batchId: Number(match[1]) as BatchId, index: Number(match[2]) };
  } catch {
    // Not base64: the one thing that atob throws for, answered below.
  }
  throw invalid("after", "The cursor is not one that this list gave out.");
}
