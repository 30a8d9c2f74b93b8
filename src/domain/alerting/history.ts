/** The history of an alert: every transition, who did it and why, when it was so and when it was known. */
import type { Alert, AlertChange, AlertId, AlertState } from "./alert.ts";

export interface Transition {
  readonly alertId: AlertId;
  /** Version and state of the alert behind it. */
  readonly version: number;
  readonly change: AlertChange;
  readonly state: AlertState;
  readonly actor: string;
  /** The reason or comment, in the actor's words. */
  readonly note: string | undefined;
  /** What it was done with: the severity from then on, the end of a shelf, the new owner, the suppression. */
  readonly detail: string | undefined;
  /** Data time (ms) of what readings did; the clock's of what somebody did. */
  readonly ts: number;
}

/** The same as it is kept. */
export type KnownTransition = Transition & { readonly knownAt: number };

export interface Act {
  readonly change: AlertChange;
  readonly actor: string;
  readonly ts: number;
  readonly note?: string;
  readonly detail?: string;
}

/** The transition that ended in `alert`. */
export function transitionTo({ id, version, state }: Alert, { change, actor, ts, note, detail }: Act): Transition {
  return { alertId: id, version, change, state, actor, note, detail, ts };
}
