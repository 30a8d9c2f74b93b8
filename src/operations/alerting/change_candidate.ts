/** What happens to an episode below the line: it is kept, changes, ends, or leaves when it becomes an alert. */
import { match } from "ts-pattern";
import type { TenantId } from "../../domain/access/tenant.ts";
import type { Candidacy, Decision, EpisodeChange, Supersession } from "../../domain/detection/episode.ts";
import type { AppliedSettingsId } from "../../domain/detection/settings_layers.ts";
import type { BatchId } from "../../domain/intake/batch.ts";
import type { Subject } from "../../domain/plant/subject.ts";
import type { Store } from "../../ports/store.ts";
import type { Acceptance } from "./change_alert.ts";

export function isCandidacy(decision: Decision): decision is Candidacy {
  return decision.type === "kept" || decision.type === "rarer" || decision.type === "passed";
}

export interface Keeping {
  readonly tenantId: TenantId;
  readonly batchId: BatchId;
  readonly subject: Subject;
  /** What the subject is judged by, asked for when an alert opens. */
  readonly settingsId?: () => Promise<AppliedSettingsId>;
  readonly accepted?: Acceptance;
}

export async function applyCandidacy(
  store: Store,
  { tenantId, batchId, subject, decision }: Keeping & { readonly decision: Candidacy },
): Promise<void> {
  const { kind, episodeStart, ts, rarity, line, peak } = decision;
  const key = { ...subject, kind, episodeStart };
  await match(decision)
    .with(
      { type: "kept" },
      ({ severity }) => store.candidates.keep(tenantId, key, { keptAt: ts, severity, ...peak, rarity, line, batchId }),
    )
    .with(
      { type: "rarer" },
      ({ severity }) => store.candidates.change(tenantId, key, { severity, ...peak, rarity, line }),
    )
    .with({ type: "passed" }, () => store.candidates.end(tenantId, key, { endedAt: ts, ...peak, rarity, line }))
    .exhaustive();
}

/** An alert that was kept before is kept no longer. */
export async function releaseCandidate(
  store: Store,
  { tenantId, subject }: Keeping,
  { type, kind, episodeStart, ...decision }: EpisodeChange | Supersession,
): Promise<void> {
  if (type !== "opened" || !("wasKept" in decision) || !decision.wasKept) return;
  await store.candidates.remove(tenantId, { ...subject, kind, episodeStart });
}

/** Without what the next decision on the same episode overtakes: a long rise is written once. */
export function withoutOvertaken(decisions: readonly Decision[]): Decision[] {
  return decisions.filter((decision, i) => {
    if (decision.type !== "rarer") return true;
    const next = decisions.slice(i + 1).find(({ kind }) => kind === decision.kind);
    return next?.episodeStart !== decision.episodeStart;
  });
}
