import type { ReadingRevision } from "../../src/ports/plant/reading.ts";
import { readRevisions } from "../../src/operations/plant/read_revisions.ts";
import { builder } from "../builder.ts";
import { BatchRef } from "../nodes.ts";

const ReadingRevisionRef = builder.objectRef<ReadingRevision>("ReadingRevision").implement({
  description: "A value that a correction has replaced.",
  fields: (t) => ({
    time: t.expose("ts", { type: "DateTime", description: "Of the reading." }),
    value: t.exposeFloat("value", { description: "The former value." }),
    status: t.exposeFloat("status", { description: "The former OPC UA status code." }),
    batch: t.field({
      type: BatchRef,
      description: "The batch that had brought it.",
      resolve: ({ batchId }, _args, { loaders }) => loaders.batches.load(batchId),
    }),
    replacedBy: t.field({
      type: BatchRef,
      description: "The correction.",
      resolve: ({ replacedBy }, _args, { loaders }) => loaders.batches.load(replacedBy),
    }),
    replacedAt: t.expose("replacedAt", { type: "DateTime", description: "When the correction was stored." }),
  }),
});

builder.queryField("revisions", (t) =>
  t.field({
    access: "read",
    type: [ReadingRevisionRef],
    description: "Values of a sensor that corrections have replaced, the newest correction first.",
    args: {
      sensor: t.arg.string({ required: true, description: "Key of the sensor." }),
      from: t.arg({ type: "DateTime", required: true, description: "Data time, inclusive." }),
      to: t.arg({ type: "DateTime", required: true, description: "Data time, exclusive." }),
      first: t.arg.int({ defaultValue: 100, description: "At most so many, 1 to 1,000." }),
    },
    resolve: (_root, { sensor, from, to, first }, { scope }) =>
      readRevisions(scope, { sensorKey: sensor, from, to, limit: first ?? 100 }),
  }));
