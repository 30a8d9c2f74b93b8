import { POINTS_MAX, type ReadSeries, readSeries } from "../../src/operations/plant/read_series.ts";
import type { ReadingPoint } from "../../src/ports/plant/reading.ts";
import { builder } from "../builder.ts";
import { LOOKUP_COST } from "../cost.ts";
import { keyArg } from "../keys.ts";
import { firstArgs } from "../page.ts";

const POINTS = { usually: 1_000, most: POINTS_MAX };

/** A long plain list is cheaper by the value than rows that lead to others. */
const complexity = 0.25;

const ReadingPointRef = builder.objectRef<ReadingPoint>("ReadingPoint").implement({
  description: "One reading, or what stands for all readings of a stretch of time.",
  fields: (t) => ({
    time: t.expose("ts", { type: "DateTime", complexity, description: "Of the reading, or the start of the stretch." }),
    value: t.exposeFloat("mean", { complexity, description: "Of the reading, or the mean of the stretch." }),
    min: t.exposeFloat("min", { complexity, description: "Lowest value." }),
    max: t.exposeFloat("max", { complexity, description: "Highest value." }),
    count: t.exposeFloat("count", { complexity, description: "Readings in the stretch; 1 for a reading." }),
    width: t.expose("widthMs", {
      type: "Duration",
      nullable: true,
      complexity,
      description: "Length of the stretch; null for a reading by itself.",
    }),
    status: t.exposeFloat("status", {
      nullable: true,
      complexity,
      description: "OPC UA status code; null for a stretch.",
    }),
  }),
});

const ReadingSeries = builder.objectRef<ReadSeries>("ReadingSeries").implement({
  description: "Readings of one sensor over a range.",
  fields: (t) => ({
    points: t.expose("points", {
      type: [ReadingPointRef],
      description: "In time order.",
      complexity: { field: 0, multiplier: 1 },
    }),
    truncated: t.exposeBoolean("truncated", { description: "There are more points than were asked for." }),
    rolledUpBefore: t.expose("rolledUpBefore", {
      type: "DateTime",
      nullable: true,
      description: "Before this time the readings have gone, and minutes stand for them; null: nowhere in the range.",
    }),
    hoursOnlyBefore: t.expose("hoursOnlyBefore", {
      type: "DateTime",
      nullable: true,
      description: "Before this time hours alone are left; null: nowhere in the range.",
    }),
  }),
});

builder.queryField("readings", (t) =>
  t.field({
    access: "read",
    type: ReadingSeries,
    description:
      "Readings of a sensor over a range: each by itself, or in buckets of `resolution`. Where they have gone by the tenant's " +
      "retention, minutes or hours stand for them, whichever resolution was asked for; each belongs to the range that it begins in.",
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
