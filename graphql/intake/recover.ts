/** What people do about batches that stand in the way of their source, or have failed. */
import type { Batch, BatchId } from "../../src/domain/intake/batch.ts";
import { giveUpBatch } from "../../src/operations/intake/give_up_batch.ts";
import { retryBatches } from "../../src/operations/intake/retry_batches.ts";
import { builder } from "../builder.ts";
import { asResult } from "../errors.ts";
import { rowId } from "../ids.ts";
import { BatchRef } from "../nodes.ts";

const RetryBatchesInput = builder.inputType("RetryBatchesInput", {
  description: "Either a batch that has failed, or a source: all of it that has failed.",
  fields: (t) => ({
    batch: t.globalID({ for: BatchRef, description: "Id of a failed batch." }),
    source: t.string({ description: "Key of a source." }),
  }),
});

const RetryBatchesPayload = builder.objectRef<{ batches: Batch[] }>("RetryBatchesPayload").implement({
  description: "The batches are taken up again.",
  fields: (t) => ({
    batches: t.expose("batches", {
      type: [BatchRef],
      description: "Those that were taken up again, oldest first: at most 1,000; call again for more.",
    }),
  }),
});

const GiveUpBatchInput = builder.inputType("GiveUpBatchInput", {
  description: "Which batch to end, and why.",
  fields: (t) => ({
    batch: t.globalID({ required: true, for: BatchRef, description: "Id of an unfinished batch." }),
    reason: t.string({ required: true, description: "Why, for whoever asks later." }),
  }),
});

const GiveUpBatchPayload = builder.objectRef<{ batch: Batch }>("GiveUpBatchPayload").implement({
  description: "The batch has ended.",
  fields: (t) => ({ batch: t.expose("batch", { type: BatchRef, description: "The batch as it is now." }) }),
});

builder.mutationFields((t) => ({
  retryBatches: t.field({
    access: "operate",
    type: RetryBatchesPayload,
    description: "Takes failed batches up again from their beginning, behind all that their source has sent since: " +
      "what lies behind its sensors' watermarks by now is stored, and late.",
    errors: {},
    args: { input: t.arg({ type: RetryBatchesInput, required: true, description: "Which ones." }) },
    resolve: (_root, { input: { batch, source } }, { scope }) =>
      asResult(async () => ({
        batches: await retryBatches(scope, {
          batchId: batch == null ? undefined : rowId<BatchId>(String(batch.id)),
          source: source ?? undefined,
        }),
      })),
  }),
  giveUpBatch: t.field({
    access: "operate",
    type: GiveUpBatchPayload,
    description: "Ends an unfinished batch as failed, so that its source goes on. It can be retried later.",
    errors: {},
    args: { input: t.arg({ type: GiveUpBatchInput, required: true, description: "Which one, and why." }) },
    resolve: (_root, { input: { batch, reason } }, { scope }) =>
      asResult(async () => ({
        batch: await giveUpBatch(scope, { batchId: rowId<BatchId>(String(batch.id)), reason }),
      })),
  }),
}));
