import { readTrends, type Stretch, type Trend, TRENDS_MAX, WIDTH_MAX } from "../../src/operations/plant/read_trend.ts";
import { builder } from "../builder.ts";
import { LOOKUP_COST } from "../cost.ts";
import { keyArg } from "../keys.ts";
import { SensorRef } from "../nodes.ts";

export const WIDTH = {
  required: true,
  description: `About how many points at most: the width of the picture, 1 to ${WIDTH_MAX.toLocaleString("en")}.`,
} as const;

const TimeRangeRef = builder.objectRef<Stretch>("TimeRange").implement({
  description: "A stretch of data time.",
  fields: (t) => ({
    from: t.expose("from", { type: "DateTime", description: "Its beginning." }),
    to: t.expose("to", { type: "DateTime", description: "Its end." }),
  }),
});

const TrendRef = builder.objectRef<Trend>("Trend").implement({
  description:
    "Readings of a sensor as a picture wants them: columns of equal length, in time order. Least and greatest of each " +
    "stretch are kept, so that no peak is lost.",
  fields: (t) => ({
    sensor: t.expose("sensor", { type: SensorRef, description: "Whose they are." }),
    resolution: t.expose("resolutionMs", {
      type: "Duration",
      nullable: true,
      description: "Width of the stretches; null: each point is a reading.",
    }),
    times: t.field({
      type: "NumberColumn",
      description: "Of the reading, or the beginning of the stretch: milliseconds since 1970.",
      resolve: ({ points }) => points.map(({ ts }) => ts),
    }),
    min: t.field({
      type: "NumberColumn",
      description: "Least value.",
      resolve: ({ points }) => points.map(({ min }) => min),
    }),
    max: t.field({
      type: "NumberColumn",
      description: "Greatest value.",
      resolve: ({ points }) => points.map(({ max }) => max),
    }),
    mean: t.field({
      type: "NumberColumn",
      description: "Mean value.",
      resolve: ({ points }) => points.map(({ mean }) => mean),
    }),
    count: t.field({
      type: "NumberColumn",
      description: "Readings in it.",
      resolve: ({ points }) => points.map(({ count }) => count),
    }),
    status: t.field({
      type: "NumberColumn",
      description: "OPC UA status codes; null for stretches.",
      resolve: ({ points }) => points.map(({ status }) => status ?? NaN),
    }),
    usualLow: t.expose("usualLow", {
      type: "NumberColumn",
      description:
        "Below it lay the lowest twentieth of the stretches before this one, those of episodes left out; null: too few.",
    }),
    usualHigh: t.expose("usualHigh", {
      type: "NumberColumn",
      description:
        "Above it lay the highest twentieth of the stretches before this one, those of episodes left out; null: too few.",
    }),
    gaps: t.expose("gaps", {
      type: [TimeRangeRef],
      complexity: { multiplier: 10 },
      description: "Where readings are missing: no line leads over them.",
    }),
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

builder.queryField("trends", (t) =>
  t.field({
    access: "read",
    type: [TrendRef],
    description:
      "Readings of sensors over a range, each as a picture of this width wants them; in the order of `sensors`.",
    args: {
      sensors: t.arg.stringList({ required: true, description: `Keys of sensors: ${TRENDS_MAX} at most.` }),
      from: t.arg({ type: "DateTime", required: true, description: "Data time, inclusive." }),
      to: t.arg({ type: "DateTime", required: true, description: "Data time, exclusive." }),
      width: t.arg.int(WIDTH),
    },
    complexity: ({ sensors }) => ({
      field: LOOKUP_COST * (sensors as string[]).length,
      multiplier: (sensors as string[]).length,
    }),
    resolve: (_root, { sensors, from, to, width }, { scope }) =>
      readTrends(scope, { sensorKeys: sensors.map((key) => keyArg("sensors", key)), from, to, width }),
  }));
