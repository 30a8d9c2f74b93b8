/** What is to come of alerts that a person's word is about: it is the same for sensors and assets. */
import type { Alert } from "../../domain/alerting/alert.ts";
import { legalFrom } from "../../domain/alerting/lifecycle.ts";
import type { Store } from "../../ports/store.ts";
import type { ActionResult, Target } from "../alerting/act_on_alerts.ts";
import type { Scope } from "../scope.ts";

export type Verdict = Exclude<ActionResult, { readonly kind: "not_found" }>;

/** Whether an alert that is over ended by the same word. */
export async function wordsOn(
  store: Store,
  { tenantId, over, by, reason }: {
    tenantId: Scope["tenant"]["id"];
    over: readonly Alert["id"][];
    by: string;
    reason: string;
  },
): Promise<(id: Alert["id"]) => boolean> {
  const last = over.length === 0 ? undefined : await store.alertHistory.of(tenantId, over, { limit: 1 });
  return (id) => {
    const [before] = last?.get(id) ?? [];
    return before?.change === "accepted" && before.actor === by && before.note === reason;
  };
}

interface Judging {
  readonly targets: ReadonlyMap<Alert["id"], Target>;
  /** Why an alert that stands cannot end so; undefined: it can. */
  readonly whyNot: (alert: Alert) => string | undefined;
  readonly saidBefore: (id: Alert["id"]) => boolean;
}

/**
 * What is to come of the alerts of a sensor or an asset; `changed`: it is to be accepted. One that has changed unseen
 * keeps them all, since they would end together.
 */
export function judgeWord(alerts: readonly Alert[], { targets, whyNot, saidBefore }: Judging): Verdict[] {
  const verdicts = alerts.map((alert): Verdict => {
    const { id, endedAt, version } = alert;
    const { expectedVersion = version } = targets.get(id)!;
    if (endedAt !== undefined) {
      return saidBefore(id)
        ? { kind: "unchanged", alert }
        : { kind: "illegal", alert, change: "accepted", legalFrom: legalFrom("accepted") };
    }
    if (expectedVersion !== version) return { kind: "conflict", alert, expectedVersion };
    const why = whyNot(alert);
    return why === undefined ? { kind: "changed", alert } : { kind: "refused", alert, why };
  });
  const conflict = verdicts.find(({ kind }) => kind === "conflict");
  if (conflict === undefined) return verdicts;
  const why = `Alert ${conflict.alert.id} of the same ${
    conflict.alert.assetId === undefined ? "sensor" : "asset"
  } has changed since you looked: look at it, then say it again.`;
  return verdicts.map((one) => one.kind === "changed" ? { kind: "refused", alert: one.alert, why } : one);
}
