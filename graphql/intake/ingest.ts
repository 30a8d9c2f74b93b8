import type { Columns } from "../../src/domain/intake/batch.ts";
import { acceptBatch, type AcceptedBatch } from "../../src/operations/intake/accept_batch.ts";
import { builder, type RequestContext } from "../builder.ts";
import { asResult } from "../errors.ts";
import { BatchRef } from "../nodes.ts";

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
  { scope, waitMaxMs }: RequestContext,
): Promise<AcceptedBatch> {
  const input = { source, idempotencyKey, columns, waitMs: wait ? waitMaxMs : undefined };
  return asResult(() => acceptBatch(scope, input));
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
