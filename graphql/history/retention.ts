import {
  RETENTION_DEFAULTS,
  RETENTION_NOUNS,
  type RetentionNoun,
  type RetentionPolicy,
  whyOf,
} from "../../src/domain/history/retention.ts";
import { type DueCount, readPolicies, whatIsDue } from "../../src/operations/history/read_retention.ts";
import { runRetention } from "../../src/operations/history/run_retention.ts";
import { setRetention } from "../../src/operations/history/set_retention.ts";
import { builder, enumValues } from "../builder.ts";
import { COST_MAX, LOOKUP_COST } from "../cost.ts";
import { asResult } from "../errors.ts";

const RetentionNounEnum = builder.enumType("RetentionNoun", {
  description: "What is kept for a time. Alerts with their evidence, batches, assets and sensors are kept for ever.",
  values: enumValues(
    Object.fromEntries(RETENTION_NOUNS.map((noun) => [noun, RETENTION_DEFAULTS[noun].what])) as Record<
      RetentionNoun,
      string
    >,
  ),
});

const RetentionPolicyRef = builder.objectRef<RetentionPolicy>("RetentionPolicy").implement({
  description: "For how long something is kept.",
  fields: (t) => ({
    noun: t.expose("noun", { type: RetentionNounEnum, description: "What is kept." }),
    keep: t.expose("keepMs", { type: "Duration", nullable: true, description: "Null: for ever." }),
    least: t.field({
      type: "Duration",
      description: "The shortest time that can be set.",
      resolve: ({ noun }) => RETENTION_DEFAULTS[noun].leastMs,
    }),
    why: t.string({ description: "Why it is kept for so long, or who said so.", resolve: whyOf }),
    changedBy: t.string({
      nullable: true,
      description: "Null: the default holds.",
      resolve: ({ setting }) => setting?.changedBy,
    }),
    changedAt: t.field({
      type: "DateTime",
      nullable: true,
      description: "When it was set, by the store's clock; null: the default holds.",
      resolve: ({ setting }) => setting?.changedAt,
    }),
  }),
});

const RetentionDueRef = builder.objectRef<DueCount>("RetentionDue").implement({
  description: "What would go if retention were applied now.",
  fields: (t) => ({
    noun: t.expose("noun", { type: RetentionNounEnum, description: "What would go." }),
    before: t.expose("beforeMs", {
      type: "DateTime",
      description:
        "What is older goes: by the end of its batch or run, the time of the event, or the data time of readings.",
    }),
    why: t.exposeString("why", { description: "Why it is kept no longer." }),
    rows: t.exposeFloat("rows", { description: "How many would go." }),
    bytes: t.exposeFloat("bytes", { description: "About how much room they take." }),
    oldest: t.expose("oldestMs", {
      type: "DateTime",
      nullable: true,
      description: "Time of the oldest that would go; null when none would.",
    }),
    complete: t.exposeBoolean("complete", { description: "False: counting took too long, there is more than this." }),
  }),
});

const RetentionPolicyInput = builder.inputType("RetentionPolicyInput", {
  description: "For how long, or for ever; neither: the default.",
  fields: (t) => ({
    noun: t.field({ type: RetentionNounEnum, required: true, description: "What to keep." }),
    keep: t.field({ type: "Duration", description: "For how long." }),
    forEver: t.boolean({ required: true, defaultValue: false, description: "Whether to keep it for ever." }),
  }),
});

type Given = { noun: RetentionNoun; keep?: number | null; forEver: boolean };
const toInput = ({ noun, keep, forEver }: Given) => ({ noun, keepMs: keep ?? undefined, forEver });

const RetentionRef = builder.objectRef<{ policies: RetentionPolicy[] }>("Retention").implement({
  description: "What is kept, and what would go.",
  fields: (t) => ({
    policies: t.expose("policies", { type: [RetentionPolicyRef], description: "For how long each is kept." }),
    due: t.field({
      type: [RetentionDueRef],
      description: "A dry run: what would go now. Nouns that are kept for ever are left out.",
      // It counts what is stored.
      complexity: { field: COST_MAX / 2, multiplier: 10 },
      args: {
        assume: t.arg({
          type: [RetentionPolicyInput],
          required: true,
          defaultValue: [],
          description: "Policies to assume instead of those that hold, to see what they would do before they are set.",
        }),
      },
      resolve: (_root, { assume }, { scope, signal }) => whatIsDue(scope, { assumed: assume.map(toInput), signal }),
    }),
    temporalUrl: t.string({
      nullable: true,
      description: "The schedule that applies it, in the Temporal UI.",
      resolve: (_root, _args, { scope }) => scope.workflows.retentionUrl(),
    }),
  }),
});

builder.queryField("retention", (t) =>
  t.field({
    access: "read",
    type: RetentionRef,
    description: "What is kept for how long.",
    complexity: LOOKUP_COST,
    resolve: async (_root, _args, { scope }) => ({ policies: await readPolicies(scope) }),
  }));

const SetRetentionPayload = builder.objectRef<{ retention: { policies: RetentionPolicy[] } }>("SetRetentionPayload")
  .implement({
    description: "It is set.",
    fields: (t) => ({ retention: t.expose("retention", { type: RetentionRef, description: "What is kept now." }) }),
  });

const ApplyRetentionPayload = builder.objectRef<{ retention: { policies: RetentionPolicy[] } }>("ApplyRetentionPayload")
  .implement({
    description: "It has been applied.",
    fields: (t) => ({ retention: t.expose("retention", { type: RetentionRef, description: "What is kept now." }) }),
  });

builder.mutationFields((t) => ({
  setRetention: t.field({
    access: "admin",
    type: SetRetentionPayload,
    description:
      "Says for how long something is kept. It counts from the next run on, within an hour; what has gone does not come back.",
    errors: {},
    args: {
      input: t.arg({ type: RetentionPolicyInput, required: true, description: "What to keep, and for how long." }),
    },
    resolve: (_root, { input }, { scope }) =>
      asResult(async () => ({ retention: { policies: await setRetention(scope, toInput(input)) } })),
  }),
  applyRetention: t.field({
    access: "admin",
    type: ApplyRetentionPayload,
    description: "Applies retention now instead of within the hour. `temporalUrl` leads to its runs.",
    errors: {},
    resolve: (_root, _args, { scope }) =>
      asResult(async () => {
        await runRetention(scope);
        return { retention: { policies: await readPolicies(scope) } };
      }),
  }),
}));
