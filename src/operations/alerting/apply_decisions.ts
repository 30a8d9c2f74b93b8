/**
 * What a fold decided about one subject, applied: alerts, what is kept below the line, and the counts of the budget.
 */
import type { Decision } from "../../domain/detection/episode.ts";
import type { Store } from "../../ports/store.ts";
import { type AlertEvent, applyDecision } from "./change_alert.ts";
import { applyCandidacy, isCandidacy, type Keeping, releaseCandidate, withoutOvertaken } from "./change_candidate.ts";
import type { HeldLines } from "./hold_lines.ts";

/** In order. Answers what has changed of alerts. */
export async function applyDecisions(
  store: Store,
  { decisions, lines, ...keeping }: Keeping & { readonly decisions: readonly Decision[]; readonly lines: HeldLines },
): Promise<AlertEvent[]> {
  const events: AlertEvent[] = [];
  for (const decision of withoutOvertaken(decisions)) {
    if (isCandidacy(decision)) {
      await applyCandidacy(store, { ...keeping, decision });
      lines.count(keeping.subject, decision);
      continue;
    }
    const event = await applyDecision(store, { ...keeping, decision });
    if (event === undefined) continue;
    await releaseCandidate(store, keeping, decision);
    lines.count(keeping.subject, decision);
    events.push(event);
  }
  return events;
}
