/** A source hands over a batch: from the answer on, it is ours to finish. */
import { createHash } from "node:crypto";
import { type Batch, type Columns, columnsFault, encodeColumns, hasEnded } from "../../domain/intake/batch.ts";
import { keyFault } from "../../domain/key.ts";
import type { Landing } from "../../ports/intake/batch.ts";
import { conflict, invalid, unavailable } from "../errors.ts";
import type { Scope } from "../scope.ts";

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

/**
 * Writes the landing row and starts the batch's workflow. Throws invalid, conflict (key used with other content),
 * unavailable.
 */
export async function acceptBatch(scope: Scope, input: BatchInput): Promise<AcceptedBatch> {
  const { store, tenant } = scope;
  check(input);
  await admit(scope, { readings: input.columns.time.length, again: "Send this batch again later, with the same key." });
  const landing = landingOf(input);
  const landed = await store.batches.accept(tenant.id, landing);
  const { batch, created } = landed;
  if (landed.contentHash !== landing.contentHash) {
    throw conflict(
      "idempotencyKey",
      `The idempotency key ${JSON.stringify(input.idempotencyKey)} of the source ${
        JSON.stringify(input.source)
      } belongs to batch ${batch.id}, which has other content. Use a new key for new content.`,
    );
  }
  if (created) {
    scope.observe({ kind: "batch.accepted", batchId: batch.id, source: input.source, readings: batch.readings });
  }
  return {
    batch: await begin(scope, batch, { fresh: created, waitMs: input.waitMs }),
    duplicate: !created,
  };
}

/** Throws unavailable when so many readings more are too many now; `again` says what to do then. */
export async function admit(
  { store, tenant, limits, takeReadings }: Pick<Scope, "store" | "tenant" | "limits" | "takeReadings">,
  { readings, again }: { readings: number; again: string },
): Promise<void> {
  const early = takeReadings?.(readings);
  if (early !== undefined) throw unavailable(`Your key sends more readings per second than it may. ${again}`, early);
  const unfinished = await store.batches.unfinished(tenant.id);
  if (unfinished >= limits.unfinishedBatchesMax) {
    const message = `${unfinished} batches wait to be processed, which is the limit. ${again}`;
    throw unavailable(message, { retryAfterMs: 5_000 });
  }
}

/** What is written down of a batch when it lands. */
export function landingOf({ source, idempotencyKey, columns }: BatchInput): Landing {
  const payload = encodeColumns(columns);
  return { source, idempotencyKey, contentHash: hash(source, payload), payload, readings: columns.time.length };
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

/** Starting is best effort, since the landing row is enough: the sweeper starts what has no workflow. */
async function begin(
  scope: Scope,
  batch: Batch,
  { fresh, waitMs }: { fresh: boolean; waitMs?: number },
): Promise<Batch> {
  if (hasEnded(batch.state)) return batch;
  if (waitMs === undefined) {
    if (fresh) scope.background(startBatch(scope, batch, { fresh }));
    return batch;
  }
  await startBatch(scope, batch, { fresh, waitMs });
  const [now] = await scope.store.batches.byIds(scope.tenant.id, [batch.id]);
  return now;
}

/**
 * Starts the workflow of a batch, and waits for its outcome when told how long. What keeps it from starting is
 * observed.
 */
export async function startBatch(
  { workflows, observe, tenant }: Scope,
  { id, source, readings }: Pick<Batch, "id" | "source" | "readings">,
  { fresh, waitMs }: { fresh: boolean; waitMs?: number },
): Promise<void> {
  const ticket = { tenant, batchId: id, source, readings };
  try {
    const { foreignRun } = waitMs === undefined
      ? await workflows.startBatch(ticket, { fresh })
      : await workflows.awaitBatch(ticket, { fresh, timeoutMs: waitMs });
    if (foreignRun) observe({ kind: "batch.foreign_run", batchId: id });
  } catch (cause) {
    observe({ kind: "batch.not_started", batchId: id, cause });
  }
}
