import { type Columns, READINGS_PER_BATCH_MAX } from "../../src/domain/intake/batch.ts";
import { acceptBatch, type AcceptedBatch } from "../../src/operations/intake/accept_batch.ts";
import { builder, type RequestContext } from "../builder.ts";
import { asResult } from "../errors.ts";
import { BatchRef } from "../nodes.ts";

const IngestBatchPayload = builder.objectRef<AcceptedBatch>("IngestBatchPayload").implement({
  description: "The batch is safe: from here on it is the service's to finish.",
  fields: (t) => ({
    batch: t.expose("batch", { type: BatchRef, description: "The batch as it is now." }),
    duplicate: t.exposeBoolean("duplicate", {
      description: "The key was used before with the same content: this is that batch.",
    }),
  }),
});

const SOURCE = "Who sends: batches of one source are judged in the order in which they were accepted.";
const KEY = "Names this content for ever: sending the same again is safe. At most 200 characters.";
const CORRECTION =
  "The readings correct what is stored: they replace other values for their sensors and times, which are kept as revisions. " +
  "What a sensor was judged by stays as it is until it is reprocessed.";
const READINGS = `At most ${READINGS_PER_BATCH_MAX.toLocaleString("en")} readings, and 8 MiB for the whole request.`;
const WAIT = "Answer when the batch has ended, or after half a minute, instead of as soon as it is accepted.";

const TIME =
  "Data time: at most minutes ahead of the receipt, as MILLWRIGHT_FUTURE_MAX_MINUTES says (5), else it goes to " +
  "quarantine. A reading that is ahead of its receipt is stored at once, and judged with the first batch behind its time.";

const ReadingInput = builder.inputType("ReadingInput", {
  description:
    "One sensor, one instant, one value. One that is wrong goes to quarantine and does not refuse its batch.",
  fields: (t) => ({
    sensor: t.string({ required: true, description: "Key of the sensor." }),
    time: t.field({ type: "ReadingTime", description: TIME }),
    value: t.field({ type: "ReadingValue", description: "The value, in the sensor's unit." }),
    unit: t.string({
      description:
        "UCUM code of the unit that the value is sent in; left out: the sensor's own. Commensurable units are converted.",
    }),
    status: t.field({ type: "ReadingStatus", description: "OPC UA status code; good when left out." }),
  }),
});

const IngestBatchInput = builder.inputType("IngestBatchInput", {
  description: "Readings to be accepted together.",
  fields: (t) => ({
    source: t.string({ required: true, defaultValue: "default", description: SOURCE }),
    idempotencyKey: t.string({ required: true, description: KEY }),
    readings: t.field({ type: [ReadingInput], required: true, description: READINGS }),
    correction: t.boolean({ defaultValue: false, description: CORRECTION }),
  }),
});

const IngestColumnsInput = builder.inputType("IngestColumnsInput", {
  description:
    `Readings as parallel arrays, which cost a fraction to take in. All columns but \`sensors\` have the same length. ${READINGS}`,
  fields: (t) => ({
    source: t.string({ required: true, defaultValue: "default", description: SOURCE }),
    idempotencyKey: t.string({ required: true, description: KEY }),
    sensors: t.field({
      type: "KeyColumn",
      required: true,
      description: "Keys of the sensors; one whose values come in two units stands there twice.",
    }),
    sensor: t.field({
      type: "IndexColumn",
      required: true,
      description: "Per reading, its sensor's place in `sensors`.",
    }),
    time: t.field({ type: "TimeColumn", required: true, description: TIME }),
    value: t.field({ type: "ValueColumn", required: true, description: "Per reading, its value." }),
    status: t.field({ type: "StatusColumn", description: "Per reading, its OPC UA status code; good when left out." }),
    units: t.field({
      type: "UnitColumn",
      description: "Per entry of `sensors`, the unit that its values are sent in; null or left out: the sensor's own.",
    }),
    correction: t.boolean({ defaultValue: false, description: CORRECTION }),
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
    access: "ingest",
    type: IngestBatchPayload,
    description: "Hands over a batch of readings.",
    errors: {},
    args: {
      input: t.arg({ type: IngestBatchInput, required: true, description: "The batch." }),
      wait: t.arg.boolean({ defaultValue: false, description: WAIT }),
    },
    resolve: (_root, { input, wait }, context) =>
      accept({ ...input, columns: toColumns(input), wait: wait ?? false }, context),
  }),
  ingestColumns: t.field({
    access: "ingest",
    type: IngestBatchPayload,
    description: "The same, with the readings as parallel arrays.",
    errors: {},
    args: {
      input: t.arg({ type: IngestColumnsInput, required: true, description: "The batch." }),
      wait: t.arg.boolean({ defaultValue: false, description: WAIT }),
    },
    resolve(_root, { input: { source, idempotencyKey, correction, ...given }, wait }, context) {
      const columns: Columns = {
        ...given,
        status: given.status ?? undefined,
        units: given.units ?? undefined,
        correction: correction || undefined,
      };
      return accept({ source, idempotencyKey, columns, wait: wait ?? false }, context);
    },
  }),
}));

interface Row {
  readonly sensor: string;
  readonly time?: unknown;
  readonly value?: unknown;
  readonly unit?: string | null;
  readonly status?: unknown;
}

function toColumns({ readings, correction }: { readings: readonly Row[]; correction?: boolean | null }): Columns {
  const places = new Map<string, number>();
  const units: (string | null)[] = [];
  const sensors: string[] = [];
  const sensor = readings.map((row) => {
    // Values of one sensor that are sent in two units are two entries.
    const name = row.unit == null ? row.sensor : `${row.sensor}\0${row.unit}`;
    const place = places.get(name) ?? sensors.length;
    if (place === sensors.length) {
      places.set(name, place);
      sensors.push(row.sensor);
      units.push(row.unit ?? null);
    }
    return place;
  });
  return {
    sensors,
    sensor,
    time: readings.map((row) => row.time ?? null),
    value: readings.map((row) => row.value ?? null),
    status: readings.some((row) => row.status != null) ? readings.map((row) => row.status ?? 0) : undefined,
    units: units.some((unit) => unit !== null) ? units : undefined,
    correction: correction || undefined,
  };
}
