/** A person says for how long something is kept. It counts from the next run on; what has gone does not come back. */
import { keepFault, policiesOf, type RetentionNoun, type RetentionPolicy } from "../../domain/history/retention.ts";
import { invalid } from "../errors.ts";
import type { Scope } from "../scope.ts";

/** For how long, for ever, or neither: then the default holds again. */
export interface RetentionInput {
  readonly noun: RetentionNoun;
  readonly keepMs: number | undefined;
  readonly forEver: boolean;
}

/** The policies as they are then. Throws invalid. */
export async function setRetention(scope: Scope, input: RetentionInput): Promise<RetentionPolicy[]> {
  const { store, tenant, actor, observe } = scope;
  const { noun, keepMs, forEver } = input;
  checkKeep(input);
  if (keepMs === undefined && !forEver) await store.retention.unset(tenant.id, noun);
  else await store.retention.set(tenant.id, { noun, keepMs, by: actor.name });
  const policies = policiesOf(await store.retention.settings(tenant.id));
  const days = policies.find((policy) => policy.noun === noun)?.keepMs;
  observe({
    kind: "retention.changed",
    tenant: tenant.key,
    noun,
    keepDays: days === undefined ? undefined : days / 86_400_000,
    actor: actor.name,
  });
  return policies;
}

/** Throws invalid for what nobody can have meant. */
export function checkKeep({ noun, keepMs, forEver }: RetentionInput): void {
  if (forEver && keepMs !== undefined) throw invalid("keep", "Say either for how long or for ever, not both.");
  const fault = keepFault(noun, keepMs);
  if (fault !== undefined) throw invalid("keep", `The time ${fault}.`);
}
