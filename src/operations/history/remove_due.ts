/**
 * Removes what is due of a noun whose rows go one by one, or counts it: the same pages, so that a dry run tells what
 * then goes.
 */
import type { Due } from "../../domain/history/retention.ts";
import type { RemovableNoun } from "../../ports/history/retention.ts";
import type { Scope } from "../scope.ts";
import { createPace } from "./pace.ts";

/** What goes, or would go. */
export interface Removed {
  readonly rows: number;
  /** About. */
  readonly bytes: number;
  readonly oldestMs: number | undefined;
}

export interface RemovedSoFar extends Removed {
  /** Where to go on; undefined: that was all. */
  readonly after: number | undefined;
}

export const NOTHING: Removed = { rows: 0, bytes: 0, oldestMs: undefined };

export function together(a: Removed, b: Removed): Removed {
  return { rows: a.rows + b.rows, bytes: a.bytes + b.bytes, oldestMs: earliest(a.oldestMs, b.oldestMs) };
}

function earliest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? a ?? b : Math.min(a, b);
}

export interface Working {
  /** Stops at the first step that ends behind this time. */
  readonly untilMs: number;
  /** Called with each step; what it throws ends the work. */
  readonly beat: () => void;
}

const START = 200;
const MOST = 5_000;
/** A run has thousands of rows. */
const RUNS_START = 2;

export async function removeDue(
  scope: Pick<Scope, "store" | "tenant" | "clock">,
  { noun, beforeMs }: Due & { readonly noun: RemovableNoun },
  { after: from, remove, untilMs, beat }: Working & { readonly after: number; readonly remove: boolean },
): Promise<RemovedSoFar> {
  const { store, tenant, clock } = scope;
  const pace = createPace(clock, { start: noun === "reprocessing" ? RUNS_START : START, most: MOST });
  let removed = NOTHING;
  let after: number | undefined = from;
  while (after !== undefined) {
    beat();
    const place: number = after;
    const page = await pace.step((limit) =>
      store.retention.page(tenant.id, { noun, beforeMs, after: place, limit, remove })
    );
    removed = together(removed, page);
    after = page.after;
    if (clock.nowMs() > untilMs) break;
  }
  return { ...removed, after };
}
