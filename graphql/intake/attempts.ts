/** How often the stages of a batch have been tried. */
import { attemptsOf } from "../../src/operations/intake/read_attempts.ts";
import type { StageAttempts } from "../../src/ports/workflows.ts";
import { builder } from "../builder.ts";
import { LOOKUP_COST } from "../cost.ts";
import { BatchRef } from "../nodes.ts";
import { StageEnum } from "./look.ts";

const StageAttemptsRef = builder.objectRef<StageAttempts>("StageAttempts").implement({
  description: "How often a stage of a batch has been tried.",
  fields: (t) => ({
    stage: t.expose("stage", { type: StageEnum, description: "Which one." }),
    attempts: t.exposeInt("attempts", {
      description: "How often, in the newest run of its workflow; asking for its turn counts too.",
    }),
    underWay: t.exposeBoolean("underWay", { description: "Whether it is being tried, or waits to be tried again." }),
  }),
});

builder.objectField(BatchRef, "attempts", (t) =>
  t.field({
    access: "read",
    type: [StageAttemptsRef],
    nullable: true,
    description:
      "How often its stages have been tried, from Temporal; null: Temporal does not answer, or keeps no run " +
      "of it any more. Each costs a look into a workflow: ask for it batch by batch.",
    complexity: { field: 10 * LOOKUP_COST, multiplier: 4 },
    resolve: async ({ id }, _args, { scope }) => await attemptsOf(scope, id) ?? null,
  }));
