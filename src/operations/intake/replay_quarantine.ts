/**
 * Readings in quarantine are sent again, once their cause is gone: as batches of the sources that had sent them, which
 * go the way of all batches. What is refused again is in quarantine as a reading of its new batch, with its new reason,
 * and no longer as the old one.
 */
import type { Batch, BatchId } from "../../domain/intake/batch.ts";
import type { QuarantineReason } from "../../domain/intake/quarantine.ts";
import { CONFLICT_REASONS, replayColumns } from "../../domain/intake/replay.ts";
import type { QuarantineFilter, QuarantinePlace, QuarantineTally } from "../../ports/intake/quarantine.ts";
import type { Store } from "../../ports/store.ts";
import { allOf } from "../all_of.ts";
import { invalid, notFound } from "../errors.ts";
import type { Scope } from "../scope.ts";
import { admit, landingOf, startBatch } from "./accept_batch.ts";

export interface ReplayInput {
  readonly batchId?: BatchId;
  readonly reason?: QuarantineReason;
  /** Of a sensor that there may not be yet: its readings bring it into being. */
  readonly sensorKey?: string;
  readonly places?: readonly QuarantinePlace[];
  /**
   * Only of batches that were received before this time (ms): who calls until nothing remains leaves out what was
   * refused again meanwhile.
   */
  readonly receivedBefore?: number;
  /** They replace what is stored for their sensors and times: conflicts are replayed, and nothing else. */
  readonly correction: boolean;
  /** Answer when the new batches have ended, or after this time; undefined: at once. */
  readonly waitMs?: number;
}

export interface Replayed {
  /** Readings that were sent again now. */
  readonly replayed: number;
  /** Of what was asked for: what is in quarantine still, and can be sent again in the same way. */
  readonly remaining: number;
  /** Of what was asked for: conflicts, which only a correction replays. */
  readonly conflicts: number;
  /** Of the readings that were named: those sent again before, and those that are not in quarantine. */
  readonly replayedBefore: number;
  readonly missing: number;
  /** The batches that they went into, one per source. */
  readonly batches: readonly Batch[];
}

export const PLACES_MAX = 1_000;
/** Of one call: as many as a batch may have. */
const READINGS_MAX = 10_000;
/** Of their texts: a request of ingest is no longer. */
const BYTES_MAX = 8 * 1024 * 1024;
const SOURCES_MAX = 32;

/** At most 10,000 readings of 32 sources: call again while some remain. Throws invalid, not found, unavailable. */
export async function replayQuarantine(scope: Scope, input: ReplayInput): Promise<Replayed> {
  await check(scope, input);
  const { batches, replayed, tally } = await scope.store.transaction((store) => land({ ...scope, store }, input));
  if (replayed > 0) {
    const { actor, observe } = scope;
    observe({ kind: "quarantine.replayed", readings: replayed, batches: batches.length, actor: actor.name });
    const starting = allOf(batches, { atOnce: SOURCES_MAX }, (batch) => (
      startBatch(scope, batch, { fresh: true, ...input.waitMs === undefined ? {} : { waitMs: input.waitMs } })
    ));
    if (input.waitMs === undefined) scope.background(starting);
    else await starting;
  }
  const { places, correction } = input;
  return {
    replayed,
    remaining: correction ? tally.conflicts : tally.open,
    conflicts: correction ? 0 : tally.conflicts,
    replayedBefore: places === undefined ? 0 : tally.replayed - replayed,
    missing: places === undefined ? 0 : places.length - tally.replayed - tally.open - tally.conflicts,
    batches: input.waitMs === undefined
      ? batches
      : await scope.store.batches.byIds(scope.tenant.id, batches.map(({ id }) => id)),
  };
}

async function check(scope: Scope, { batchId, reason, sensorKey, places, correction }: ReplayInput): Promise<void> {
  if (places === undefined && batchId === undefined && reason === undefined && sensorKey === undefined) {
    throw invalid("reason", "Say which readings: a reason, a batch, a sensor, or the readings themselves.");
  }
  if (places !== undefined) checkPlaces(places);
  if (reason !== undefined && CONFLICT_REASONS.includes(reason) !== correction) {
    throw invalid(
      "correction",
      correction
        ? "A correction replays conflicts, and nothing else: what has another reason is replayed without it."
        : "What is stored counts: with `correction` these readings replace it, and it is kept as revisions.",
    );
  }
  if (batchId !== undefined && (await scope.store.batches.byIds(scope.tenant.id, [batchId])).length === 0) {
    throw notFound("batch", "There is no such batch.");
  }
}

function checkPlaces(places: readonly QuarantinePlace[]): void {
  if (places.length === 0) throw invalid("readings", "No reading is named.");
  if (places.length > PLACES_MAX) throw invalid("readings", `There may be ${PLACES_MAX} readings at most.`);
  const names = new Set(places.map(({ batchId, index }) => `${batchId} ${index}`));
  if (names.size < places.length) throw invalid("readings", "A reading is named twice.");
}

interface Landed {
  readonly replayed: number;
  readonly batches: readonly Batch[];
  readonly tally: QuarantineTally;
}

/** Readings are marked in the transaction that writes their landing row: whatever is killed, they go once. */
async function land(scope: Scope, { correction, ...input }: ReplayInput): Promise<Landed> {
  const { store, tenant } = scope;
  const filter: QuarantineFilter = input;
  const bounds = { conflicts: correction, readingsMax: READINGS_MAX, bytesMax: BYTES_MAX };
  const found = await store.quarantine.lockReplayable(tenant.id, filter, bounds);
  // In the order of their names, so that two who replay at once never wait for each other.
  const bySource = [...Map.groupBy(found, ({ source }) => source)].slice(0, SOURCES_MAX)
    .sort(([a], [b]) => a < b ? -1 : 1);
  const replayed = bySource.reduce((sum, [, rows]) => sum + rows.length, 0);
  const batches: Batch[] = [];
  if (replayed > 0) await admit(scope, { readings: replayed, again: "Try again later: they stay in quarantine." });
  for (const [source, rows] of bySource) {
    const columns = replayColumns(rows.map(({ raw }) => raw), { correction });
    const batch = await accept(store, tenant.id, { source, columns });
    await store.quarantine.markReplayed(tenant.id, rows, batch.id);
    batches.push(batch);
  }
  return { replayed, batches, tally: await store.quarantine.tally(tenant.id, filter) };
}

/** What keeps a reading from going twice is its mark: the key of its batch only has to be nobody else's. */
async function accept(
  store: Store,
  tenantId: Batch["tenantId"],
  { source, columns }: { source: string; columns: ReturnType<typeof replayColumns> },
): Promise<Batch> {
  const landing = landingOf({ source, idempotencyKey: `replay ${crypto.randomUUID()}`, columns });
  return (await store.batches.accept(tenantId, landing)).batch;
}
