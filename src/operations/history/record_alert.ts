/** Keeps what a decision of a run's fold does to the alerts that the run reports. */
import type { Decision } from "../../domain/detection/episode.ts";
import type { ReprocessRunId } from "../../domain/history/reprocess.ts";
import type { Subject } from "../../domain/plant/subject.ts";
import type { Store } from "../../ports/store.ts";
import type { TenantName } from "../../ports/workflows.ts";

export interface Recording {
  readonly tenantId: TenantName["id"];
  readonly runId: ReprocessRunId;
  readonly subject: Subject;
  readonly decision: Decision;
}

export async function recordAlert(
  store: Store,
  { tenantId, runId, subject, decision }: Recording,
): Promise<void> {
  const { kind, episodeStart, peak, ts } = decision;
  const episode = { ...subject, kind, episodeStart };
  if (decision.type === "opened") {
    const { severity, evidence } = decision;
    const alert = { ...episode, ...peak, severity, evidence, openedAt: ts, endedAt: undefined };
    await store.reprocessing.saveAlert(tenantId, runId, alert);
  } else if (decision.type === "raised") {
    await store.reprocessing.changeAlert(tenantId, runId, { ...episode, ...peak, severity: decision.severity });
  } else if (decision.type === "closed" || decision.type === "superseded") {
    const reason = decision.type === "superseded" ? decision.reason : peak.reason;
    await store.reprocessing.changeAlert(tenantId, runId, { ...episode, ...peak, reason, endedAt: ts });
  }
}
