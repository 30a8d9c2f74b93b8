/** What people do about batches that stand in the way of their source, or have failed. */
import type { Batch, BatchId } from "../../src/domain/intake/batch.ts";
import { giveUpBatch } from "../../src/operations/intake/give_up_batch.ts";
import { retryBatches } from "../../src/operations/intake/retry_batches.ts";
import { builder } from "../builder.ts";
import { asResult } from "../errors.ts";
import { BatchRef } from "../nodes.ts";

const RetryBatchesInput = builder.inputType("RetryBatchesInput", {
  description: "Either a batch that has failed, or a source: all of it that has failed.",
  fields: (t) => ({
    batch: t.globalID({ for: BatchRef, description: "Id of a failed batch." }),
    source: t.string({ description: "Key of a source." }),
  }),
});

const RetryBatchesPayload = builder.objectRef<{ batches: Batch[] }>("RetryBatchesPayload").implement({
  fields: (t) => ({
    batches: t.expose("batches", {
      type: [BatchRef],
      description: "Those that were taken up again, oldest first: at most 1,000; call again for more.",
    }),
  }),
});

const GiveUpBatchInput = builder.inputType("GiveUpBatchInput", {
  fields: (t) => ({
    batch: t.globalID({ required: true, for: BatchRef, description: "Id of an unfinished batch." }),
    reason: t.string({ required: true, description: "Why, for whoever asks later." }),
  }),
});

const GiveUpBatchPayload = builder.objectRef<{ batch: Batch }>("GiveUpBatchPayload").implement({
  fields: (t) => ({ batch: t.expose("batch", { type: BatchRef }) }),
});

builder.mutationFields((t) => ({
  retryBatches: t.field({
    type: RetryBatchesPayload,
    description: "Takes failed batches up again from their beginning, behind all that their source has sent since: " +
      "what lies behind its sensors' watermarks by now is stored, and late.",
    errors: {},
    args: { input: t.arg({ type: RetryBatchesInput, required: true }) },
    resolve: (_root, { input: { batch, source } }, { scope }) =>
      asResult(async () => ({
        batches: await retryBatches(scope, {
          batchId: batch == null ? undefined : Number(batch.id) as BatchId,
          source: source ?? undefined,
        }),
      })),
  }),
  giveUpBatch: t.field({
    type: GiveUpBatchPayload,
    description: "Ends an unfinished batch as failed, so that its source goes on. It can be retried later.",
    errors: {},
    args: { input: t.arg({ type: GiveUpBatchInput, required: true }) },
    resolve: (_root, { input: { batch, reason } }, { scope }) =>
      asResult(async () => ({ batch: await giveUpBatch(scope, { batchId: Number(batch.id) as BatchId, reason }) })),
  }),
}));
