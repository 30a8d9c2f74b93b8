/** What is shown in lanes below a trend. */
import type { BatchId } from "../../src/domain/intake/batch.ts";
import type { SensorId } from "../../src/domain/plant/sensor.ts";
import { readLanes, type SensorLanes } from "../../src/operations/plant/read_lanes.ts";
import type { Lane, ShelvedTime } from "../../src/ports/plant/lane.ts";
import { builder } from "../builder.ts";
import { LOOKUP_COST } from "../cost.ts";
import { keyArg } from "../keys.ts";
import { loaderOf } from "../lazy_loaders.ts";
import { AlertRef, SensorRef, ServiceWindowRef } from "../nodes.ts";
import { WIDTH } from "./trend.ts";

const LaneRef = builder.objectRef<Lane>("Lane").implement({
  description:
    "Stretches of data time as columns of equal length, in the order of their beginnings. What begins in one " +
    "slot of the range is one stretch.",
  fields: (t) => ({
    from: t.expose("from", { type: "NumberColumn", description: "Beginnings: milliseconds since 1970." }),
    to: t.expose("to", {
      type: "NumberColumn",
      description: "Ends, inclusive: a single reading begins and ends at once.",
    }),
    count: t.expose("count", { type: "NumberColumn", description: "Readings or episodes in each." }),
    batch: t.field({
      type: "NumberColumn",
      description: "Number of the last batch that brought any of it.",
      resolve: ({ batch }) => batch.map((id: BatchId | undefined) => id ?? NaN),
    }),
  }),
});

const ShelvedTimeRef = builder.objectRef<ShelvedTime>("ShelvedTime").implement({
  description: "A time that an alert was put aside for, by the clock.",
  fields: (t) => ({
    alert: t.field({
      type: AlertRef,
      description: "Which one.",
      resolve: ({ alertId }, _args, { loaders }) => loaders.alerts.load(alertId),
    }),
    from: t.expose("from", { type: "DateTime", description: "When it was shelved." }),
    to: t.expose("to", {
      type: "DateTime",
      nullable: true,
      description: "When it came back from the shelf; null: it is there still.",
    }),
    by: t.exposeString("actor", { description: "Who shelved it." }),
    reason: t.exposeString("reason", { nullable: true, description: "Why, in the words of who did it." }),
  }),
});

const SensorLanesRef = builder.objectRef<SensorLanes>("SensorLanes").implement({
  description: "What happened to a sensor over a range besides its values.",
  fields: (t) => ({
    late: t.expose("late", {
      type: LaneRef,
      description: "Readings that came behind the watermark, as their fold found them: stored, not judged.",
    }),
    corrected: t.expose("corrected", { type: LaneRef, description: "Readings whose value a correction replaced." }),
    uncertain: t.expose("uncertain", {
      type: LaneRef,
      description: "Stored readings of uncertain quality; those of bad quality are in quarantine. Minutes and hours " +
        "that stand for older readings say nothing of it.",
    }),
    episodes: t.expose("episodes", {
      type: LaneRef,
      description: "Episodes of its alerts; one that lasts ends with the range.",
    }),
    windows: t.expose("windows", {
      type: [ServiceWindowRef],
      complexity: { multiplier: 5 },
      description:
        "When it, or an asset above it, was worked on or out of service: 200 at most, the last to begin first.",
    }),
    shelved: t.expose("shelved", {
      type: [ShelvedTimeRef],
      complexity: { multiplier: 5 },
      description: "When alerts about it were shelved: 200 at most, the last to begin first.",
    }),
  }),
});

const begins = loaderOf<SensorId, number | undefined>(async ({ store, tenant }, ids) => {
  const found = await store.lanes.begins(tenant.id, ids);
  return ids.map((id) => found.get(id));
});

builder.objectField(SensorRef, "readingsFrom", (t) =>
  t.field({
    type: "DateTime",
    nullable: true,
    description:
      "Data time of its first reading that is kept, or of the minute or hour that stands for it; null: none.",
    resolve: async ({ id }, _args, context) => await begins(context).load(id) ?? null,
  }));

builder.queryField("lanes", (t) =>
  t.field({
    access: "read",
    type: SensorLanesRef,
    description: "What happened to a sensor over a range besides its values, as a picture of this width shows it.",
    args: {
      sensor: t.arg.string({ required: true, description: "Key of a sensor." }),
      from: t.arg({ type: "DateTime", required: true, description: "Inclusive." }),
      to: t.arg({ type: "DateTime", required: true, description: "Exclusive." }),
      width: t.arg.int({
        ...WIDTH,
        description: "About how many stretches a lane has at most: the width of the picture, 1 to 4,000.",
      }),
    },
    complexity: 6 * LOOKUP_COST,
    resolve: (_root, { sensor, from, to, width }, { scope }) =>
      readLanes(scope, { sensorKey: keyArg("sensor", sensor), from, to, width }),
  }));
