import { BATCH_STATES, type BatchId, type Columns } from "../../src/domain/intake/batch.ts";
import { QUARANTINE_REASONS, type Quarantined } from "../../src/domain/intake/quarantine.ts";
import { acceptBatch, type AcceptedBatch } from "../../src/operations/intake/accept_batch.ts";
import { builder, enumValues, type RequestContext } from "../builder.ts";
import { asResult } from "../errors.ts";
import { orNull } from "../loaders.ts";
import { AlertRef, BatchRef } from "../nodes.ts";
import { connectionOf, PAGE_MAX } from "../page.ts";

const BatchStateEnum = builder.enumType("BatchState", {
  description: "The last stage that a batch has finished.",
  values: enumValues(BATCH_STATES),
});

const QuarantineReasonEnum = builder.enumType("QuarantineReason", {
  values: enumValues(QUARANTINE_REASONS),
});

const QuarantinedRef = builder.objectRef<Quarantined>("QuarantinedReading").implement({
  fields: (t) => ({
    index: t.exposeInt("index", { description: "Place of the reading in its batch, from 0." }),
    reason: t.expose("reason", { type: QuarantineReasonEnum }),
    detail: t.exposeString("detail"),
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
    readings: t.exposeInt("readings", { description: "Readings sent; in the end stored + quarantined + duplicates." }),
    stored: t.exposeInt("stored"),
    quarantined: t.exposeInt("quarantined"),
    duplicates: t.exposeInt("duplicates", { description: "Readings that were stored already, with the same value." }),
    late: t.exposeInt("late", {
      description: "Of the stored ones, those behind their sensor's watermark: judged only when reprocessed.",
    }),
    alertsOpened: t.exposeInt("alertsOpened"),
    failure: t.exposeString("failure", { nullable: true }),
    receivedAt: t.expose("receivedAt", { type: "DateTime" }),
    finishedAt: t.expose("finishedAt", { type: "DateTime", nullable: true }),
    temporalUrl: t.string({
      nullable: true,
      description: "The batch's workflow in the Temporal UI.",
      resolve: ({ id }, _args, { deps, tenant }) => deps.workflows.batchUrl(tenant.key, id),
    }),
    quarantine: t.field({
      type: [QuarantinedRef],
      args: { first: t.arg.int({ defaultValue: 100 }), afterIndex: t.arg.int() },
      resolve: ({ id }, { first, afterIndex }, { deps, tenant }) =>
        deps.store.batches.quarantined(tenant.id, id, {
          after: afterIndex ?? undefined,
          limit: Math.min(Math.max(first ?? 100, 1), PAGE_MAX),
        }),
    }),
    alerts: t.field({
      type: [AlertRef],
      description: "Alerts that this batch opened.",
      resolve: ({ id }, _args, { deps, tenant }) => deps.store.alerts.page(tenant.id, { batchId: id, limit: PAGE_MAX }),
    }),
  }),
});

builder.queryFields((t) => ({
  batch: t.field({
    type: BatchRef,
    nullable: true,
    args: { id: t.arg.globalID({ required: true, for: BatchRef }) },
    resolve: async (_root, { id }, { deps, tenant }) =>
      (await deps.store.batches.byIds(tenant.id, [Number(id.id) as BatchId])).at(0),
  }),
  batches: t.connection({
    type: BatchRef,
    args: { state: t.arg({ type: BatchStateEnum }) },
    resolve: (_root, args, { deps, tenant }) =>
      connectionOf(args, (page) => deps.store.batches.page(tenant.id, { ...page, state: args.state ?? undefined })),
  }),
}));

const IngestBatchPayload = builder.objectRef<AcceptedBatch>("IngestBatchPayload").implement({
  fields: (t) => ({
    batch: t.expose("batch", { type: BatchRef }),
    duplicate: t.exposeBoolean("duplicate", {
      description: "The key was used before with the same content: this is that batch.",
    }),
  }),
});

const SOURCE = "Who sends: batches of one source are judged in the order in which they were accepted.";
const KEY = "Names this content for ever: sending the same again is safe. At most 200 characters.";
const WAIT = "Answer when the batch has ended, or after half a minute, instead of as soon as it is accepted.";

const ReadingInput = builder.inputType("ReadingInput", {
  fields: (t) => ({
    sensor: t.string({ required: true, description: "Key of the sensor." }),
    time: t.field({ type: "ReadingTime" }),
    value: t.field({ type: "ReadingValue" }),
    status: t.field({ type: "ReadingStatus" }),
  }),
});

const IngestBatchInput = builder.inputType("IngestBatchInput", {
  fields: (t) => ({
    source: t.string({ required: true, defaultValue: "default", description: SOURCE }),
    idempotencyKey: t.string({ required: true, description: KEY }),
    readings: t.field({ type: [ReadingInput], required: true }),
  }),
});

const IngestColumnsInput = builder.inputType("IngestColumnsInput", {
  description:
    "The same as parallel arrays, which cost a fraction to take in. All columns but `sensors` have the same length.",
  fields: (t) => ({
    source: t.string({ required: true, defaultValue: "default", description: SOURCE }),
    idempotencyKey: t.string({ required: true, description: KEY }),
    sensors: t.field({ type: "KeyColumn", required: true }),
    sensor: t.field({ type: "IndexColumn", required: true }),
    time: t.field({ type: "TimeColumn", required: true }),
    value: t.field({ type: "ValueColumn", required: true }),
    status: t.field({ type: "StatusColumn" }),
  }),
});

interface Sent {
  readonly source: string;
  readonly idempotencyKey: string;
  readonly columns: Columns;
  readonly wait: boolean;
}

function accept(
  { source, idempotencyKey, columns, wait }: Sent,
  { deps, tenant, waitMaxMs }: RequestContext,
): Promise<AcceptedBatch> {
  const input = { source, idempotencyKey, columns, waitMs: wait ? waitMaxMs : undefined };
  return asResult(() => acceptBatch(deps, { tenant, input }));
}

builder.mutationFields((t) => ({
  ingestBatch: t.field({
    type: IngestBatchPayload,
    errors: {},
    args: {
      input: t.arg({ type: IngestBatchInput, required: true }),
      wait: t.arg.boolean({ defaultValue: false, description: WAIT }),
    },
    resolve: (_root, { input, wait }, context) =>
      accept({ ...input, columns: toColumns(input.readings), wait: wait ?? false }, context),
  }),
  ingestColumns: t.field({
    type: IngestBatchPayload,
    errors: {},
    args: {
      input: t.arg({ type: IngestColumnsInput, required: true }),
      wait: t.arg.boolean({ defaultValue: false, description: WAIT }),
    },
    resolve(_root, { input: { source, idempotencyKey, ...given }, wait }, context) {
      const columns: Columns = { ...given, status: given.status ?? undefined };
      return accept({ source, idempotencyKey, columns, wait: wait ?? false }, context);
    },
  }),
}));

type Row = { readonly sensor: string; readonly time?: unknown; readonly value?: unknown; readonly status?: unknown };

function toColumns(rows: readonly Row[]): Columns {
  const places = new Map<string, number>();
  const sensor = rows.map((row) => {
    const place = places.get(row.sensor) ?? places.size;
    places.set(row.sensor, place);
    return place;
  });
  return {
    sensors: [...places.keys()],
    sensor,
    time: rows.map((row) => row.time ?? null),
    value: rows.map((row) => row.value ?? null),
    status: rows.some((row) => row.status != null) ? rows.map((row) => row.status ?? 0) : undefined,
  };
}
