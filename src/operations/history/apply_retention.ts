/**
 * Removes what a tenant keeps no longer, noun by noun, in steps that hold nobody up. A repeat goes on with whatever is
 * left.
 */
import { type Due, dueOf, policiesOf, type RetentionNoun } from "../../domain/history/retention.ts";
import type { Scope } from "../scope.ts";
import { removeDue, type Working } from "./remove_due.ts";
import { type ThinningPlace, thinReadings } from "./thin_readings.ts";

/** Rows that went, per noun. */
export type RemovedRows = Readonly<Partial<Record<RetentionNoun, number>>>;

/** Where to go on: behind a row of a noun, or within a week of readings. */
export type RetentionPlace =
  | { readonly noun: RetentionNoun; readonly after: number }
  | { readonly noun: "reading"; readonly thinning: ThinningPlace | undefined };

export interface Retained {
  readonly removed: RemovedRows;
  /** Undefined: that was all. */
  readonly place: RetentionPlace | undefined;
}

export interface Retaining extends Working {
  /** The time that everything of one run is judged by. */
  readonly nowMs: number;
  readonly place: RetentionPlace | undefined;
}

/** Throws `StoreUnavailable`. */
export async function applyRetention(
  scope: Pick<Scope, "store" | "tenant" | "clock">,
  { nowMs, place, ...working }: Retaining,
): Promise<Retained> {
  const { store, tenant, clock } = scope;
  const due = dueOf(policiesOf(await store.retention.settings(tenant.id)), nowMs);
  const removed: Partial<Record<RetentionNoun, number>> = {};
  const rowByRow = due.filter(isRowByRow);
  const from = place === undefined
    ? 0
    : "after" in place
    ? rowByRow.findIndex(({ noun }) => noun === place.noun)
    : Infinity;
  for (const [i, one] of rowByRow.entries()) {
    if (i < from) continue;
    const after = place !== undefined && "after" in place && i === from ? place.after : 0;
    const { rows, after: next } = await removeDue(scope, one, { ...working, after, remove: true });
    removed[one.noun] = rows;
    if (next !== undefined) return { removed, place: { noun: one.noun, after: next } };
    const following = rowByRow[i + 1];
    if (clock.nowMs() > working.untilMs) {
      return { removed, place: following === undefined ? THINNING : { noun: following.noun, after: 0 } };
    }
  }
  const thinned = await thinReadings(scope, thinningOf(due), {
    ...working,
    place: place !== undefined && "thinning" in place ? place.thinning : undefined,
  });
  removed.reading = thinned.reading.rows;
  removed.minute = thinned.minute.rows;
  return { removed, place: thinned.done ? undefined : { noun: "reading", thinning: thinned.place } };
}

const THINNING: RetentionPlace = { noun: "reading", thinning: undefined };

type RowByRow = Due & { readonly noun: Exclude<RetentionNoun, "reading" | "minute"> };

export function isRowByRow(due: Due): due is RowByRow {
  return due.noun !== "reading" && due.noun !== "minute";
}

/** The part of what is due that goes by the week. */
export function thinningOf(due: readonly Due[]) {
  const before = (noun: RetentionNoun) => due.find((one) => one.noun === noun)?.beforeMs;
  return { readingBeforeMs: before("reading"), minuteBeforeMs: before("minute") };
}
