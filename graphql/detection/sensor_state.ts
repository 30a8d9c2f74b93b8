/** What detection has learnt of a sensor, and how it reads it. */
import type { Baseline } from "../../src/domain/detection/baseline.ts";
import { parseState, type SensorState } from "../../src/domain/detection/sensor_state.ts";
import { spread } from "../../src/domain/detection/stats/welford.ts";
import { builder } from "../builder.ts";
import { SensorRef } from "../nodes.ts";

const BaselineRef = builder.objectRef<Baseline>("SensorBaseline").implement({
  description: "The learnt description of a sensor's normal: it stays as it is once it has been learnt.",
  fields: (t) => ({
    version: t.exposeInt("version", { description: "1 for the first; one more with each relearning." }),
    learnt: t.exposeBoolean("frozen", { description: "Whether it is complete; false: it is being learnt." }),
    readings: t.float({ description: "Readings that it was learnt from.", resolve: ({ moments }) => moments.n }),
    from: t.field({
      type: "DateTime",
      nullable: true,
      description: "Data time of the first of them.",
      resolve: ({ from }) => from ?? null,
    }),
    to: t.field({
      type: "DateTime",
      nullable: true,
      description: "Data time of the last of them.",
      resolve: ({ to }) => to ?? null,
    }),
    mean: t.float({
      nullable: true,
      description: "Their mean.",
      resolve: (of) => of.moments.n > 0 ? of.moments.mean : null,
    }),
    spread: t.float({
      nullable: true,
      description: "Their standard deviation.",
      resolve: ({ moments }) => moments.n > 0 ? spread(moments) : null,
    }),
    min: t.float({ nullable: true, description: "Least of them.", resolve: (of) => of.moments.n > 0 ? of.min : null }),
    max: t.float({
      nullable: true,
      description: "Greatest of them.",
      resolve: (of) => of.moments.n > 0 ? of.max : null,
    }),
  }),
});

const SensorDetectionRef = builder.objectRef<SensorState>("SensorDetection").implement({
  description: "The memory of what judges a sensor.",
  fields: (t) => ({
    readings: t.exposeFloat("readings", { description: "Readings folded in since it began to learn." }),
    interval: t.field({
      type: "Duration",
      nullable: true,
      description: "Usual time between two readings, as they come; null: there are too few to tell.",
      resolve: ({ pace }) => pace.stepMs === undefined ? null : Math.max(pace.stepMs, 1),
    }),
    baseline: t.expose("baseline", { type: BaselineRef, description: "What is normal." }),
    glitchesInARow: t.int({
      description:
        "Readings that came last and lie far outside all that was seen: nothing is learnt from them unless " +
        "they last.",
      resolve: ({ glitches }) => glitches.far,
    }),
    glitchShare: t.float({
      description: "Share of such readings among the last 300 or so: 0 to 1.",
      resolve: ({ glitches }) => glitches.share,
    }),
    heldBackTo: t.field({
      type: "DateTime",
      nullable: true,
      description:
        "Data time of the newest reading that waits for its turn: in a reorder window, or ahead of its time.",
      resolve: ({ newest }) => newest ?? null,
    }),
    episodeSince: t.field({
      type: "DateTime",
      nullable: true,
      description: "Data time at which the episode began that is under way, announced or not; null: there is none.",
      resolve: (state) => episodeSince(state) ?? null,
    }),
  }),
});

function episodeSince({ episode, watches }: SensorState): number | undefined {
  const starts = [episode, ...watches.map(({ episode }) => episode)].flatMap((one) =>
    one.open === true ? one.start ?? [] : []
  );
  return starts.length === 0 ? undefined : Math.min(...starts);
}

builder.objectField(SensorRef, "detection", (t) =>
  t.field({
    type: SensorDetectionRef,
    nullable: true,
    description:
      "What detection has learnt of it; null: nothing yet, or what this release cannot read (`watermark` is " +
      "there then, and it learns anew from stored readings with its next reading).",
    resolve: async ({ id }, _args, { loaders }) => parseState((await loaders.progress.load(id)).state) ?? null,
  }));
