/** A source hands over a batch: from the answer on, it is ours to finish. */
import { createHash } from "node:crypto";
import { type Batch, type Columns, columnsFault, encodeColumns } from "../../domain/intake/batch.ts";
import { keyFault } from "../../domain/key.ts";
import type { Tenant } from "../../domain/access/tenant.ts";
import type { Deps } from "../deps.ts";
import { conflict, invalid, unavailable } from "../errors.ts";

export interface BatchInput {
  readonly source: string;
  readonly idempotencyKey: string;
  readonly columns: Columns;
  /** Answer when the batch has ended, or after this time; undefined: answer as soon as it is accepted. */
  readonly waitMs?: number;
}

export interface AcceptedBatch {
  readonly batch: Batch;
  /** The key was used before with the same content: this is the first answer again. */
  readonly duplicate: boolean;
}

/** Writes the landing row and starts the batch's workflow. Throws invalid, conflict (key used with other content), unavailable. */
export async function acceptBatch(
  deps: Deps,
  { tenant, input }: { tenant: Tenant; input: BatchInput },
): Promise<AcceptedBatch> {
  check(input);
  const unfinished = await deps.store.batches.unfinished(tenant.id);
  if (unfinished >= deps.limits.unfinishedBatchesMax) {
    const message =
      `${unfinished} batches wait to be processed, which is the limit. Send this one again later, with the same key.`;
    throw unavailable(message, { retryAfterMs: 5_000 });
  }
  const payload = encodeColumns(input.columns);
  const { batch, contentHash, created } = await deps.store.batches.accept(tenant.id, {
    idempotencyKey: input.idempotencyKey,
    source: input.source,
    contentHash: hash(input.source, payload),
    payload,
    readings: input.columns.time.length,
  });
  if (contentHash !== hash(input.source, payload)) {
    throw conflict(
      "idempotencyKey",
      `The idempotency key ${
        JSON.stringify(input.idempotencyKey)
      } belongs to batch ${batch.id}, which has other content. Use a new key for new content.`,
    );
  }
  if (created) {
    deps.observe({ kind: "batch.accepted", batchId: batch.id, source: input.source, readings: batch.readings });
  }
  return { batch: await begin(deps, { tenant, batch, waitMs: input.waitMs }), duplicate: !created };
}

function check(input: BatchInput): void {
  for (const field of ["source", "idempotencyKey"] as const) {
    const fault = keyFault(input[field]);
    if (fault !== undefined) throw invalid(field, `The ${field} ${fault}.`);
  }
  const fault = columnsFault(input.columns);
  if (fault !== undefined) throw invalid("readings", `The batch ${fault}.`);
}

function hash(source: string, payload: string): string {
  return createHash("sha256").update(source).update("\0").update(payload).digest("hex");
}

/** Starting is best effort, since the landing row is enough: the sweeper starts what was never begun. */
async function begin(
  deps: Deps,
  { tenant, batch, waitMs }: { tenant: Tenant; batch: Batch; waitMs?: number },
): Promise<Batch> {
  const ticket = {
    tenant: { id: tenant.id, key: tenant.key },
    batchId: batch.id,
    source: batch.source,
    readings: batch.readings,
  };
  const ended = batch.state === "processed" || batch.state === "failed";
  const notStarted = (cause: unknown) => deps.observe({ kind: "batch.not_started", batchId: batch.id, cause });
  if (waitMs !== undefined && !ended) {
    try {
      await deps.workflows.awaitBatch(ticket, waitMs);
    } catch (cause) {
      // It is accepted all the same, and its state in the answer says how far it is.
      notStarted(cause);
    }
    const [now] = await deps.store.batches.byIds(tenant.id, [batch.id]);
    return now;
  }
  if (batch.state === "accepted") deps.background(deps.workflows.startBatch(ticket).catch(notStarted));
  return batch;
}
