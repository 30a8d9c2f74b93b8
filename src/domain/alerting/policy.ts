/** What a tenant decides about the handling of its alerts. */
import type { Severity } from "../detection/severity.ts";

export interface AlertPolicy {
  /** Longest that an alert may be put aside at a time. */
  readonly shelveMaxMs: number;
  /** Alerts of these severities wait for a reset once their condition is over. */
  readonly latching: readonly Severity[];
}

export const DEFAULT_POLICY: AlertPolicy = { shelveMaxMs: 7 * 86_400_000, latching: [] };

export const SHELVE_MAX_MS = 366 * 86_400_000;

/** Why nobody can have meant this policy, and the field that it is about. */
export function policyFault({ shelveMaxMs }: Partial<AlertPolicy>): string | undefined {
  if (shelveMaxMs === undefined || shelveMaxMs <= SHELVE_MAX_MS) return undefined;
  return "An alert on a shelf for more than 366 days is forgotten and not shelved: the most is P366D.";
}
