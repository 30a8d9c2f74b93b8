import { type ReadSeries, readSeries } from "../../src/operations/plant/read_series.ts";
import type { ReadingPoint } from "../../src/ports/plant/reading.ts";
import { builder } from "../builder.ts";

const ReadingPointRef = builder.objectRef<ReadingPoint>("ReadingPoint").implement({
  description: "One reading, or what stands for all readings of a stretch of time.",
  fields: (t) => ({
    time: t.expose("ts", { type: "DateTime", description: "Of the reading, or the start of the stretch." }),
    value: t.exposeFloat("mean", { description: "Of the reading, or the mean of the stretch." }),
    min: t.exposeFloat("min"),
    max: t.exposeFloat("max"),
    count: t.exposeInt("count"),
    width: t.expose("widthMs", {
      type: "Duration",
      nullable: true,
      description: "Length of the stretch; null for a reading by itself.",
    }),
    status: t.exposeFloat("status", { nullable: true, description: "OPC UA status code; null for a stretch." }),
  }),
});

const ReadingSeries = builder.objectRef<ReadSeries>("ReadingSeries").implement({
  fields: (t) => ({
    points: t.expose("points", { type: [ReadingPointRef], description: "In time order." }),
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
    type: ReadingSeries,
    description:
      "Readings of a sensor over a range: each by itself, or in buckets of `resolution`. Where they have gone by the tenant's " +
      "retention, minutes or hours stand for them, whichever resolution was asked for; each belongs to the range that it begins in.",
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
