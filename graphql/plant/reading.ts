import { POINTS_MAX, readSeries, type SeriesPoint } from "../../src/operations/plant/read_series.ts";
import { builder } from "../builder.ts";
import { LOOKUP_COST } from "../cost.ts";
import { keyArg } from "../keys.ts";
import { firstArgs } from "../page.ts";

const POINTS = { usually: 1_000, most: POINTS_MAX };

/** A long plain list is cheaper by the value than rows that lead to others. */
const complexity = 0.25;

const ReadingPoint = builder.objectRef<SeriesPoint>("ReadingPoint").implement({
  description: "One reading, or one bucket of readings.",
  fields: (t) => ({
    time: t.expose("ts", { type: "DateTime", complexity, description: "Of the reading, or the start of the bucket." }),
    value: t.exposeFloat("value", { complexity, description: "Of the reading, or the mean of the bucket." }),
    min: t.exposeFloat("min", { complexity, description: "Lowest value." }),
    max: t.exposeFloat("max", { complexity, description: "Highest value." }),
    count: t.exposeFloat("count", { complexity, description: "Readings in the bucket; 1 for a reading." }),
    status: t.exposeFloat("status", {
      nullable: true,
      complexity,
      description: "OPC UA status code; null for a bucket.",
    }),
  }),
});

const ReadingSeries = builder.objectRef<{ points: SeriesPoint[]; truncated: boolean }>("ReadingSeries").implement({
  description: "Readings of one sensor over a range.",
  fields: (t) => ({
    points: t.expose("points", {
      type: [ReadingPoint],
      description: "In time order.",
      complexity: { field: 0, multiplier: 1 },
    }),
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
      resolution: t.arg({
        type: "Duration",
        description: "Width of the buckets, which begin at whole multiples of it, counted from Monday 2000-01-03 UTC.",
      }),
      ...firstArgs(POINTS),
    },
    complexity: ({ first }) => ({ field: LOOKUP_COST, multiplier: first ?? POINTS.usually }),
    resolve: (_root, { sensor, from, to, resolution, first }, { scope }) =>
      readSeries(scope, {
        sensorKey: keyArg("sensor", sensor),
        from,
        to,
        resolutionMs: resolution ?? undefined,
        limit: first ?? POINTS.usually,
      }),
  }));
