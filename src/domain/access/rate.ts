/**
 * How often something may be done: so many a second, a second's worth at once. What is asked for is granted as long as
 * nothing is owed, even when it is more than a second's worth: the rest is owed then.
 */

/** When all that was granted is paid for: its whole memory. */
export type PaidUpAtMs = number;

const BURST_MS = 1_000;

export interface Asked {
  readonly nowMs: number;
  readonly perSecond: number;
  readonly amount: number;
}

/** The memory after `amount` was granted, or how long until it would be. */
export function takeAtRate(
  paidUpAtMs: PaidUpAtMs | undefined,
  { nowMs, perSecond, amount }: Asked,
): { readonly paidUpAtMs: PaidUpAtMs } | { readonly retryAfterMs: number } {
  const from = Math.max(paidUpAtMs ?? 0, nowMs - BURST_MS);
  if (from >= nowMs) return { retryAfterMs: Math.floor(from - nowMs) + 1 };
  return { paidUpAtMs: from + amount * 1_000 / perSecond };
}
