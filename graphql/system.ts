/** The service itself: its parts in words, and what waits. */
import { FIRST_TENANT } from "../src/domain/access/tenant.ts";
import type { Health } from "../src/operations/check_health.ts";
import { builder } from "./builder.ts";
import { LOOKUP_COST } from "./cost.ts";

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
      return scope.tenant.key === FIRST_TENANT ? health : { ok: health.ok, checks: {} };
    },
  }));
