/** What a tenant keeps for how long, and what would go if that were applied now. */
import { type Due, dueOf, policiesOf, type RetentionPolicy } from "../../domain/history/retention.ts";
import type { Scope } from "../scope.ts";
import { isRowByRow, thinningOf } from "./apply_retention.ts";
import { NOTHING, type Removed, removeDue } from "./remove_due.ts";
import { checkKeep, type RetentionInput } from "./set_retention.ts";
import { countThinning } from "./thin_readings.ts";

export interface DueCount extends Due, Removed {
  /** False: counting took too long and was ended, there is more. */
  readonly complete: boolean;
}

/** Counting reads what would go: people wait for the answer. */
const COUNT_MAX_MS = 10_000;

export async function readPolicies({ store, tenant }: Scope): Promise<RetentionPolicy[]> {
  return policiesOf(await store.retention.settings(tenant.id));
}

/**
 * What would go now, were the policies as `assumed` says for some nouns. Nouns that are kept for ever are left out.
 * Throws invalid.
 */
export async function whatIsDue(
  scope: Scope,
  { assumed, signal }: { assumed: readonly RetentionInput[]; signal?: AbortSignal },
): Promise<DueCount[]> {
  for (const input of assumed) checkKeep(input);
  const policies = (await readPolicies(scope)).map((policy) => {
    const input = assumed.find(({ noun }) => noun === policy.noun);
    return input === undefined ? policy : policyOf(input, { by: scope.actor.name, atMs: scope.clock.nowMs() });
  });
  const nowMs = scope.clock.nowMs();
  const due = dueOf(policies, nowMs);
  const working = { untilMs: nowMs + COUNT_MAX_MS, beat: () => signal?.throwIfAborted() };
  const counts: DueCount[] = [];
  for (const one of due.filter(isRowByRow)) {
    const { after, ...counted } = scope.clock.nowMs() > working.untilMs
      ? { ...NOTHING, after: 0 }
      : await removeDue(scope, one, { ...working, after: 0, remove: false });
    counts.push({ ...one, ...counted, complete: after === undefined });
  }
  const { done, ...thinned } = await countThinning(scope, thinningOf(due), working);
  for (const one of due) {
    if (!isRowByRow(one)) counts.push({ ...one, ...thinned[one.noun as "reading" | "minute"], complete: done });
  }
  return counts;
}

function policyOf(
  { noun, keepMs, forEver }: RetentionInput,
  { by, atMs }: { by: string; atMs: number },
): RetentionPolicy {
  if (keepMs === undefined && !forEver) return policiesOf([]).find((policy) => policy.noun === noun)!;
  return { noun, keepMs, setting: { noun, keepMs, changedBy: by, changedAt: atMs } };
}
