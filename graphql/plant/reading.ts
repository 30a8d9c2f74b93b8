import { readSeries, type SeriesPoint } from "../../src/operations/plant/read_series.ts";
import { builder } from "../builder.ts";

const ReadingPoint = builder.objectRef<SeriesPoint>("ReadingPoint").implement({
  description: "One reading, or one bucket of readings.",
  fields: (t) => ({
    time: t.expose("ts", { type: "DateTime", description: "Of the reading, or the start of the bucket." }),
    value: t.exposeFloat("value", { description: "Of the reading, or the mean of the bucket." }),
    min: t.exposeFloat("min"),
    max: t.exposeFloat("max"),
    count: t.exposeInt("count"),
    status: t.exposeFloat("status", { nullable: true, description: "OPC UA status code; null for a bucket." }),
  }),
});

const ReadingSeries = builder.objectRef<{ points: SeriesPoint[]; truncated: boolean }>("ReadingSeries").implement({
  fields: (t) => ({
    points: t.expose("points", { type: [ReadingPoint], description: "In time order." }),
    truncated: t.exposeBoolean("truncated", { description: "There are more points than were asked for." }),
  }),
});

builder.queryField("readings", (t) =>
  t.field({
    type: ReadingSeries,
    description: "Readings of a sensor over a range: each by itself, or in buckets of `resolution`.",
    args: {
      sensor: t.arg.string({ required: true, description: "Key of the sensor." }),
      from: t.arg({ type: "DateTime", required: true, description: "Inclusive." }),
      to: t.arg({ type: "DateTime", required: true, description: "Exclusive." }),
      resolution: t.arg({ type: "Duration" }),
      first: t.arg.int({ defaultValue: 1_000 }),
    },
    resolve: (_root, { sensor, from, to, resolution, first }, { scope }) =>
      readSeries(scope, { sensorKey: sensor, from, to, resolutionMs: resolution ?? undefined, limit: first ?? 1_000 }),
  }));
