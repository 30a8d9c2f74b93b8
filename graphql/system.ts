/** What the service consists of, and how it is. */
import type { Part } from "../src/ports/part.ts";
import type { ScheduleState } from "../src/ports/workflows.ts";
import { readSystem, type System } from "../src/operations/read_system.ts";
import { builder, enumValues } from "./builder.ts";
import { LOOKUP_COST } from "./cost.ts";

const PartKindEnum = builder.enumType("SystemPartKind", {
  description: "What a process of the service does.",
  values: enumValues({ gateway: "It speaks to clients.", worker: "It carries out workflows and sweeps." }),
});

const PartStateEnum = builder.enumType("SystemPartState", {
  description: "Whether a process of the service is there.",
  values: enumValues({
    running: "It has been seen within the last 35 seconds, or nobody has looked since.",
    lost: "It has gone without a word.",
    ended: "It has ended as it should.",
  }),
});

const PartRef = builder.objectRef<Part>("SystemPart").implement({
  description: "A process of the service.",
  fields: (t) => ({
    key: t.exposeString("id", { description: "Its name for as long as it lives; another one after a restart." }),
    kind: t.expose("kind", { type: PartKindEnum, description: "What it does." }),
    name: t.exposeString("name", { description: "Machine and process." }),
    migration: t.exposeInt("migration", {
      description: "Number of the last migration that it knows: parts of one release have the same.",
    }),
    startedAt: t.expose("startedAt", { type: "DateTime", description: "When it was first seen." }),
    seenAt: t.expose("seenAt", { type: "DateTime", description: "When it was last seen." }),
    state: t.expose("state", { type: PartStateEnum, description: "Whether it is there." }),
  }),
});

const ScheduleRef = builder.objectRef<ScheduleState>("SystemSchedule").implement({
  description: "Something that is done from time to time.",
  fields: (t) => ({
    name: t.exposeString("name", { description: "What it does." }),
    paused: t.exposeBoolean("paused", { description: "Whether somebody has paused it." }),
    lastAt: t.field({
      type: "DateTime",
      nullable: true,
      description: "When it was done last; null: not yet.",
      resolve: ({ lastAt }) => lastAt ?? null,
    }),
    nextAt: t.field({
      type: "DateTime",
      nullable: true,
      description: "When it is done next; null: not at all.",
      resolve: ({ nextAt }) => nextAt ?? null,
    }),
  }),
});

const SystemRef = builder.objectRef<System>("System").implement({
  description: "What the service consists of, and how it is.",
  fields: (t) => ({
    migration: t.exposeInt("migration", { description: "Number of the last migration that the store has." }),
    parts: t.field({
      type: [PartRef],
      description: "Its processes, the last started first, and those that ended within a week: 100 at most.",
      resolve: ({ parts }) => parts,
    }),
    storeFault: t.string({
      nullable: true,
      description: "What keeps the store from writing; null: nothing.",
      resolve: ({ faults }) => faults.store ?? null,
    }),
    temporalFault: t.string({
      nullable: true,
      description: "What keeps Temporal from answering; null: nothing.",
      resolve: ({ faults }) => faults.temporal ?? null,
    }),
    workerFault: t.string({
      nullable: true,
      description: "Why nobody carries out workflows; null: somebody does, or nobody knows.",
      resolve: ({ faults }) => faults.worker ?? null,
    }),
    unfinishedBatches: t.exposeFloat("unfinishedBatches", {
      description: "Batches of yours that were accepted and are not finished.",
    }),
    schedules: t.field({
      type: [ScheduleRef],
      nullable: true,
      description: "What is done from time to time; null while Temporal does not answer.",
      resolve: ({ schedules }) => schedules ?? null,
    }),
  }),
});

builder.queryField("system", (t) =>
  t.field({
    access: "read",
    type: SystemRef,
    description:
      "What the service consists of, and how it is. The event log of the first tenant tells when a part is seen " +
      "and lost.",
    complexity: LOOKUP_COST,
    resolve: (_root, _args, { scope }) => readSystem(scope),
  }));
