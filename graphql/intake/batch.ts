import { BATCH_STATES, type BatchId } from "../../src/domain/intake/batch.ts";
import { QUARANTINE_REASONS, type Quarantined } from "../../src/domain/intake/quarantine.ts";
import { builder, enumValues } from "../builder.ts";
import { orNull } from "../loaders.ts";
import { AlertRef, BatchRef } from "../nodes.ts";
import { connectionOf, PAGE_MAX } from "../page.ts";

const BatchStateEnum = builder.enumType("BatchState", {
  description: "The last stage that a batch has finished.",
  values: enumValues(BATCH_STATES),
});

const QuarantineReasonEnum = builder.enumType("QuarantineReason", {
  description: "Why a reading was not accepted.",
  values: enumValues(QUARANTINE_REASONS),
});

const QuarantinedRef = builder.objectRef<Quarantined>("QuarantinedReading").implement({
  fields: (t) => ({
    index: t.exposeInt("index", { description: "Place of the reading in its batch, from 0." }),
    reason: t.expose("reason", { type: QuarantineReasonEnum }),
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
  id: { resolve: ({ id }) => id },
  loadMany: (ids, { loaders }) => orNull(loaders.batches, ids),
  fields: (t) => ({
    number: t.exposeInt("id", { description: "The batch's correlation id in logs and workflows." }),
    source: t.exposeString("source"),
    idempotencyKey: t.exposeString("idempotencyKey"),
    state: t.expose("state", { type: BatchStateEnum }),
    readings: t.exposeInt("readings", {
      description: "Readings sent; in the end stored + corrected + quarantined + duplicates.",
    }),
    stored: t.exposeInt("stored"),
    quarantined: t.exposeInt("quarantined"),
    duplicates: t.exposeInt("duplicates", { description: "Readings that were stored already, with the same value." }),
    corrected: t.exposeInt("corrected", {
      description: "Readings of a correction that replaced another value, which is kept as a revision.",
    }),
    late: t.exposeInt("late", {
      description: "Of the stored ones, those behind their sensor's watermark: judged only when reprocessed.",
    }),
    alertsOpened: t.exposeInt("alertsOpened"),
    failure: t.exposeString("failure", { nullable: true, description: "Why it failed, for people." }),
    faults: t.exposeInt("faults", {
      description: "Attempts at its stages that ended in a fault that nobody foresaw; after five the batch fails.",
    }),
    receivedAt: t.expose("receivedAt", { type: "DateTime" }),
    finishedAt: t.expose("finishedAt", { type: "DateTime", nullable: true }),
    temporalUrl: t.string({
      nullable: true,
      description: "The batch's workflow in the Temporal UI.",
      resolve: ({ id }, _args, { scope }) => scope.workflows.batchUrl(scope.tenant.key, id),
    }),
    quarantine: t.field({
      type: [QuarantinedRef],
      args: { first: t.arg.int({ defaultValue: 100 }), afterIndex: t.arg.int() },
      resolve: ({ id }, { first, afterIndex }, { scope }) =>
        scope.store.quarantine.ofBatch(scope.tenant.id, id, {
          after: afterIndex ?? undefined,
          limit: Math.min(Math.max(first ?? 100, 1), PAGE_MAX),
        }),
    }),
    alerts: t.field({
      type: [AlertRef],
      description: "Alerts that this batch opened.",
      resolve: ({ id }, _args, { scope }) => scope.store.alerts.page(scope.tenant.id, { batchId: id, limit: PAGE_MAX }),
    }),
  }),
});

builder.queryFields((t) => ({
  batch: t.field({
    type: BatchRef,
    nullable: true,
    args: { id: t.arg.globalID({ required: true, for: BatchRef }) },
    resolve: async (_root, { id }, { scope }) =>
      (await scope.store.batches.byIds(scope.tenant.id, [Number(id.id) as BatchId])).at(0),
  }),
  batches: t.connection({
    type: BatchRef,
    args: { state: t.arg({ type: BatchStateEnum }), source: t.arg.string({ description: "Key of a source." }) },
    resolve: (_root, args, { scope }) => {
      const filter = { state: args.state ?? undefined, source: args.source ?? undefined };
      return connectionOf(args, (page) => scope.store.batches.page(scope.tenant.id, { ...page, ...filter }));
    },
  }),
}));
