/** The service itself: its parts in words, and what waits. */
import { FIRST_TENANT } from "../src/domain/access/tenant.ts";
import type { Health } from "../src/operations/check_health.ts";
import { schedulesOf } from "../src/operations/show_parts.ts";
import type { Scope } from "../src/operations/scope.ts";
import type { Part as Process } from "../src/ports/part.ts";
import type { ScheduleState } from "../src/ports/workflows.ts";
import { builder, enumValues } from "./builder.ts";
import { LOOKUP_COST } from "./cost.ts";

const PROCESSES_MAX = 100;

/** Names of machines are for whoever runs the service. */
function isFirst({ tenant }: Pick<Scope, "tenant">): boolean {
  return tenant.key === FIRST_TENANT;
}

type Part = readonly [name: string, finding: string];

const SystemPartRef = builder.objectRef<Part>("SystemPart").implement({
  description: "A part of the service, and how it is.",
  fields: (t) => ({
    name: t.string({ description: "Which part.", resolve: ([name]) => name }),
    ok: t.boolean({ description: "Whether nothing is wrong with it.", resolve: ([, finding]) => finding === "ok" }),
    finding: t.string({
      description: "`ok`, or what is wrong and what to do, for people.",
      resolve: ([, finding]) => finding,
    }),
  }),
});

const ProcessKindEnum = builder.enumType("SystemProcessKind", {
  description: "What a process of the service does.",
  values: enumValues({ gateway: "It speaks to clients.", worker: "It carries out workflows and sweeps." }),
});

const ProcessStateEnum = builder.enumType("SystemProcessState", {
  description: "Whether a process of the service is there.",
  values: enumValues({
    running: "It has been seen within the last 35 seconds, or nobody has looked since.",
    lost: "It has gone without a word.",
    ended: "It has ended as it should.",
  }),
});

const ProcessRef = builder.objectRef<Process>("SystemProcess").implement({
  description: "A process of the service.",
  fields: (t) => ({
    key: t.exposeString("id", { description: "Its name for as long as it lives; another one after a restart." }),
    kind: t.expose("kind", { type: ProcessKindEnum, description: "What it does." }),
    name: t.exposeString("name", { description: "Machine and process." }),
    migration: t.exposeInt("migration", {
      description: "Number of the last migration that it knows: processes of one release have the same.",
    }),
    startedAt: t.expose("startedAt", { type: "DateTime", description: "When it was first seen." }),
    seenAt: t.expose("seenAt", { type: "DateTime", description: "When it was last seen." }),
    state: t.expose("state", { type: ProcessStateEnum, description: "Whether it is there." }),
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

const SystemRef = builder.objectRef<Health>("System").implement({
  description: "The service itself.",
  fields: (t) => ({
    ok: t.exposeBoolean("ok", { description: "Whether nothing is wrong with any part." }),
    parts: t.field({
      type: [SystemPartRef],
      description: "Each part.",
      complexity: { multiplier: 6 },
      resolve: ({ checks }) => Object.entries(checks),
    }),
    processes: t.field({
      type: [ProcessRef],
      description: "Gateways and workers, the last started first, and those that ended within a week: 100 at most.",
      complexity: { field: LOOKUP_COST, multiplier: 4 },
      resolve: (_system, _args, { scope }) => isFirst(scope) ? scope.store.parts.list({ limit: PROCESSES_MAX }) : [],
    }),
    schedules: t.field({
      type: [ScheduleRef],
      nullable: true,
      description: "What is done from time to time; null while Temporal does not answer.",
      resolve: async (_system, _args, { scope }) => isFirst(scope) ? await schedulesOf(scope) ?? null : [],
    }),
    unfinishedBatches: t.float({
      nullable: true,
      description: "Batches that have not come to their end, of all tenants; null when the store does not answer.",
      resolve: ({ backlog }) => backlog?.unfinished,
    }),
    oldestUnfinishedMs: t.float({
      nullable: true,
      description: "Age of the oldest of them in milliseconds; null when there is none.",
      resolve: ({ backlog }) => backlog?.oldest?.ageMs,
    }),
  }),
});

builder.queryField("system", (t) =>
  t.field({
    access: "read",
    type: SystemRef,
    description: "How the service is: what probes are told under /health.",
    complexity: 3 * LOOKUP_COST,
    resolve: async (_root, _args, { checkHealth, scope }) => {
      const health = await checkHealth();
      // Findings and backlog name what any tenant sends.
      return isFirst(scope) ? health : { ok: health.ok, checks: {} };
    },
  }));
