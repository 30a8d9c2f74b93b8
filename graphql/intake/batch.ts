import { BATCH_STATES, type BatchId } from "../../src/domain/intake/batch.ts";
import { type KeptReading, QUARANTINE_REASONS } from "../../src/domain/intake/quarantine.ts";
import { builder, enumValues } from "../builder.ts";
import { LOOKUP_COST } from "../cost.ts";
import { rowId } from "../ids.ts";
import { orNull } from "../loaders.ts";
import { AlertRef, BatchRef } from "../nodes.ts";
import { connectionOf, firstArgs, firstOf, listCost, PAGE_ARGS, pageCost } from "../page.ts";

const QUARANTINE = { usually: 100 };
const ALERTS = { usually: 100 };

const BatchStateEnum = builder.enumType("BatchState", {
  description: "The last stage that a batch has finished.",
  values: enumValues(BATCH_STATES),
});

export const QuarantineReasonEnum = builder.enumType("QuarantineReason", {
  description: "Why a reading was not accepted.",
  values: enumValues(QUARANTINE_REASONS),
});

export const QuarantinedRef = builder.objectRef<KeptReading>("QuarantinedReading").implement({
  description: "A reading that was not accepted, kept as it was sent.",
  fields: (t) => ({
    index: t.exposeInt("index", { description: "Place of the reading in its batch, from 0." }),
    reason: t.expose("reason", { type: QuarantineReasonEnum, description: "Why it was not accepted." }),
    detail: t.string({
      description: "What is wrong with it, for people.",
      // A reason that this release does not know is shown here by its name.
      resolve: ({ reason, detail }) => Object.hasOwn(QUARANTINE_REASONS, reason) ? detail : `${reason}: ${detail}`,
    }),
    raw: t.exposeString("raw", { description: "The reading as it was sent, as JSON text." }),
  }),
});

builder.node(BatchRef, {
  description: "Readings accepted together under one idempotency key.",
  id: { resolve: ({ id }) => id, parse: (id) => rowId<BatchId>(id) },
  loadMany: (ids, { loaders }) => orNull(loaders.batches, ids),
  fields: (t) => ({
    number: t.exposeFloat("id", { description: "The batch's correlation id in logs and workflows." }),
    source: t.exposeString("source", { description: "Key of who sent it." }),
    idempotencyKey: t.exposeString("idempotencyKey", { description: "The sender's name for its content." }),
    state: t.expose("state", { type: BatchStateEnum, description: "Where it is on its way." }),
    readings: t.exposeInt("readings", {
      description: "Readings sent; in the end stored + corrected + quarantined + duplicates.",
    }),
    stored: t.exposeInt("stored", { description: "Readings that it added to the store." }),
    quarantined: t.exposeInt("quarantined", { description: "Readings that were not accepted." }),
    duplicates: t.exposeInt("duplicates", { description: "Readings that were stored already, with the same value." }),
    corrected: t.exposeInt("corrected", {
      description: "Readings of a correction that replaced another value, which is kept as a revision.",
    }),
    late: t.exposeInt("late", {
      description: "Of the stored ones, those behind their sensor's watermark: judged only when reprocessed.",
    }),
    alertsOpened: t.exposeInt("alertsOpened", { description: "Alerts that its readings opened." }),
    failure: t.exposeString("failure", { nullable: true, description: "Why it failed, for people." }),
    faults: t.exposeInt("faults", {
      description: "Attempts at its stages that ended in a fault that nobody foresaw; after five the batch fails.",
    }),
    receivedAt: t.expose("receivedAt", {
      type: "DateTime",
      description: "When it was accepted, by the store's clock.",
    }),
    finishedAt: t.expose("finishedAt", {
      type: "DateTime",
      nullable: true,
      description: "When it ended, by the store's clock; null while it is under way.",
    }),
    temporalUrl: t.string({
      nullable: true,
      description: "Page of the batch's workflow in the Temporal UI; null when no UI is known.",
      resolve: ({ id }, _args, { scope }) => scope.workflows.batchUrl(scope.tenant.key, id),
    }),
    quarantine: t.field({
      type: [QuarantinedRef],
      description: "Its readings that were not accepted, in the order in which they were sent.",
      args: {
        ...firstArgs(QUARANTINE),
        afterIndex: t.arg.int({ description: "`index` of the last one that was seen; left out: from the first." }),
      },
      complexity: listCost(QUARANTINE),
      resolve: ({ id }, { first, afterIndex }, { loaders }) =>
        loaders.quarantine.load({ of: id, limit: firstOf(first, QUARANTINE), after: afterIndex ?? undefined }),
    }),
    alerts: t.field({
      access: "read",
      type: [AlertRef],
      description: "Alerts that this batch opened, newest first.",
      args: firstArgs(ALERTS),
      complexity: listCost(ALERTS),
      resolve: ({ id }, { first }, { loaders }) => loaders.batchAlerts.load({ of: id, limit: firstOf(first, ALERTS) }),
    }),
  }),
});

const BatchConnection = builder.connectionObject({ type: BatchRef, name: "BatchConnection" });

builder.queryFields((t) => ({
  batch: t.field({
    access: "read",
    type: BatchRef,
    nullable: true,
    description: "The batch that has this id; null when there is none.",
    args: { id: t.arg.globalID({ required: true, for: BatchRef, description: "Id of a batch." }) },
    complexity: LOOKUP_COST,
    resolve: async (_root, { id }, { scope }) =>
      (await scope.store.batches.byIds(scope.tenant.id, [rowId<BatchId>(String(id.id))])).at(0),
  }),
  batches: t.field({
    access: "read",
    type: BatchConnection,
    description: "All batches, the last accepted first.",
    args: {
      ...PAGE_ARGS,
      state: t.arg({ type: BatchStateEnum, description: "Only those in this state." }),
      source: t.arg.string({ description: "Key of a source: only its batches." }),
    },
    complexity: pageCost,
    resolve: (_root, { state, source, ...args }, { scope }) => {
      const filter = { state: state ?? undefined, source: source ?? undefined };
      return connectionOf(args, (page) => scope.store.batches.page(scope.tenant.id, { ...page, ...filter }));
    },
  }),
}));
