/** Readings in quarantine are sent again, once their cause is gone. */
import type { BatchId } from "../../src/domain/intake/batch.ts";
import type { KeptReading } from "../../src/domain/intake/quarantine.ts";
import { PLACES_MAX, type Replayed, replayQuarantine } from "../../src/operations/intake/replay_quarantine.ts";
import { builder } from "../builder.ts";
import { asResult } from "../errors.ts";
import { rowId } from "../ids.ts";
import { keyArg } from "../keys.ts";
import { loaderOf } from "../lazy_loaders.ts";
import { BatchRef } from "../nodes.ts";
import { QuarantinedRef, QuarantineReasonEnum } from "./batch.ts";

/** Batches out of whose quarantine one replay took readings. */
const ORIGINS_MAX = 100;

builder.objectFields(QuarantinedRef, (t) => ({
  replayedBy: t.field({
    access: "read",
    type: BatchRef,
    nullable: true,
    description: "The batch that it was sent again with; null: it is in quarantine still.",
    resolve: ({ replayedBy }: KeptReading, _args, { loaders }) =>
      replayedBy === undefined ? null : loaders.batches.load(replayedBy),
  }),
  replayedAt: t.field({
    type: "DateTime",
    nullable: true,
    description: "When it was sent again, by the store's clock.",
    resolve: ({ replayedAt }: KeptReading) => replayedAt ?? null,
  }),
}));

const origins = loaderOf<BatchId, readonly BatchId[]>(async ({ store, tenant }, ids) => {
  const found = await store.quarantine.replayedFrom(tenant.id, ids, ORIGINS_MAX);
  return ids.map((id) => found.get(id) ?? []);
});

builder.objectField(BatchRef, "replayedFrom", (t) =>
  t.field({
    access: "read",
    type: [BatchRef],
    description: "The batches out of whose quarantine its readings came, as long as quarantine is kept, the oldest " +
      `${ORIGINS_MAX} of them; none: its source sent it.`,
    complexity: { multiplier: 10 },
    resolve: async ({ id }, _args, context) =>
      await Promise.all((await origins(context).load(id)).map((id) => context.loaders.batches.load(id))),
  }));

const QuarantinePlaceInput = builder.inputType("QuarantinePlaceInput", {
  description: "A reading in quarantine.",
  fields: (t) => ({
    batch: t.globalID({ required: true, for: BatchRef, description: "Id of the batch that it came with." }),
    index: t.int({ required: true, description: "Its place in there, from 0." }),
  }),
});

const ReplayQuarantineInput = builder.inputType("ReplayQuarantineInput", {
  description: "Which readings: those to which all applies that is given. At least one has to be, besides " +
    "`receivedBefore` and `correction`.",
  fields: (t) => ({
    reason: t.field({ type: QuarantineReasonEnum, description: "Those with this reason." }),
    batch: t.globalID({ for: BatchRef, description: "Those of the batch with this id." }),
    sensor: t.string({ description: "Those that were sent for the sensor with this key." }),
    readings: t.field({
      type: [QuarantinePlaceInput],
      description: `These alone: ${PLACES_MAX.toLocaleString("en")} at most.`,
    }),
    receivedBefore: t.field({
      type: "DateTime",
      description: "Those of batches that were received before this time: who calls until nothing remains names the " +
        "time of the first call, so that what is refused again is not sent once more.",
    }),
    correction: t.boolean({
      defaultValue: false,
      description: "They replace what is stored for their sensors and times, which is kept as revisions. Replays " +
        "conflicts, and nothing else; without it conflicts are left where they are.",
    }),
  }),
});

const ReplayQuarantinePayload = builder.objectRef<Replayed>("ReplayQuarantinePayload").implement({
  description:
    "The readings are safe in new batches, which go the way of all batches: these say what became of them. " +
    "What is refused again is in quarantine as a reading of the new batch.",
  fields: (t) => ({
    replayed: t.exposeInt("replayed", { description: "Readings that were sent again now: 10,000 at most." }),
    remaining: t.exposeFloat("remaining", {
      description: "Of what was asked for: readings in quarantine that can be sent again in the same way. Call again.",
    }),
    conflicts: t.exposeFloat("conflicts", {
      description: "Of what was asked for: conflicts, which were left since only a correction replays them.",
    }),
    replayedBefore: t.exposeInt("replayedBefore", {
      description: "Of `readings`: those that had been sent again before, and were not sent once more.",
    }),
    missing: t.exposeInt("missing", {
      description: "Of `readings`: those that are not in quarantine, or whose batch has not been processed.",
    }),
    batches: t.expose("batches", {
      type: [BatchRef],
      description: "The batches that they went into: one per source that had sent them, 32 at most.",
    }),
  }),
});

builder.mutationField("replayQuarantine", (t) =>
  t.field({
    access: "operate",
    type: ReplayQuarantinePayload,
    description:
      "Sends readings in quarantine again, each as it was sent, once their cause is gone: a unit, a range or " +
      "a sensor was corrected. Each goes once, however often and by whomever this is called. Behind a sensor's " +
      "watermark they are stored, and late.",
    errors: {},
    args: {
      input: t.arg({ type: ReplayQuarantineInput, required: true, description: "Which ones." }),
      wait: t.arg.boolean({
        defaultValue: false,
        description: "Answer when the new batches have ended, or after half a minute.",
      }),
    },
    resolve: (_root, { input, wait }, { scope, waitMaxMs }) =>
      asResult(() =>
        replayQuarantine(scope, {
          batchId: input.batch == null ? undefined : rowId<BatchId>(String(input.batch.id)),
          reason: input.reason ?? undefined,
          sensorKey: input.sensor == null ? undefined : keyArg("sensor", input.sensor),
          places: input.readings?.map(({ batch, index }) => ({ batchId: rowId<BatchId>(String(batch.id)), index })),
          receivedBefore: input.receivedBefore ?? undefined,
          correction: input.correction ?? false,
          waitMs: wait ? waitMaxMs : undefined,
        })
      ),
  }));
