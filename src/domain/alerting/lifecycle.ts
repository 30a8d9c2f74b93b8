/**
 * What an alert may live through, after ISA-18.2 and OPC UA Part 9. Its state says whether the condition stands and
 * whether somebody has seen it; beside the state it may be shelved, suppressed and assigned. Readings end a
 * condition, and so does a person's word that it is the new normal; nothing else that people do, and a gap has no row.
 */
import { formatTimestamp } from "../timestamp.ts";
import { type Alert, ALERT_STATES, type AlertChange, type AlertId, type AlertState, type Handling } from "./alert.ts";
import type { Shelf } from "./shelf.ts";
import type { Suppression } from "./suppression.ts";

export interface LifecycleRow {
  readonly change: AlertChange;
  readonly from: readonly AlertState[];
  /** `same`: the state stays, what is beside it changes; `done`: nothing changes, it is so already. */
  readonly to: AlertState | "same" | "done";
  /** Holds for alerts that latch, or for those that do not; left out: for all. */
  readonly latching?: boolean;
}

const ANY = Object.keys(ALERT_STATES) as AlertState[];
const UNSEEN = ["unacknowledged", "returned_unacknowledged"] as const;
const SEEN = ["acknowledged", "latched", "normal"] as const;
const UNFINISHED = ["unacknowledged", "acknowledged", "returned_unacknowledged", "latched"] as const;

/** The table. A change from a state that has no row is illegal. */
export const LIFECYCLE: readonly LifecycleRow[] = [
  // What readings do.
  { change: "raised", from: ["unacknowledged", "acknowledged"], to: "same" },
  { change: "closed", from: ["unacknowledged"], to: "returned_unacknowledged" },
  { change: "closed", from: ["acknowledged"], to: "normal", latching: false },
  { change: "closed", from: ["acknowledged"], to: "latched", latching: true },
  // A person's word that this is normal now. Whoever says it has seen the alert.
  { change: "accepted", from: ["unacknowledged", "acknowledged"], to: "normal", latching: false },
  { change: "accepted", from: ["unacknowledged", "acknowledged"], to: "latched", latching: true },
  // What people do about the state.
  { change: "acknowledged", from: ["unacknowledged"], to: "acknowledged" },
  { change: "acknowledged", from: ["returned_unacknowledged"], to: "normal", latching: false },
  { change: "acknowledged", from: ["returned_unacknowledged"], to: "latched", latching: true },
  { change: "acknowledged", from: SEEN, to: "done" },
  { change: "unacknowledged", from: ["acknowledged"], to: "unacknowledged" },
  { change: "unacknowledged", from: ["latched", "normal"], to: "returned_unacknowledged" },
  { change: "unacknowledged", from: UNSEEN, to: "done" },
  { change: "reset", from: ["latched"], to: "normal" },
  { change: "reset", from: ["normal"], to: "done" },
  // What is beside the state.
  { change: "shelved", from: UNFINISHED, to: "same" },
  { change: "unshelved", from: ANY, to: "same" },
  { change: "assigned", from: ANY, to: "same" },
  { change: "commented", from: ANY, to: "same" },
  { change: "suppressed", from: UNFINISHED, to: "same" },
  { change: "released", from: ANY, to: "same" },
];

/** What somebody, or the service, does to an alert. `note` is the reason or comment, in the actor's words. */
export type Action =
  | { readonly change: "acknowledged" | "unacknowledged" | "reset" | "unshelved" | "commented"; readonly note?: string }
  | { readonly change: "shelved"; readonly shelf: Shelf }
  | { readonly change: "assigned"; readonly assignee: string | undefined; readonly note?: string }
  | {
    readonly change: "suppressed" | "released";
    readonly suppression: Suppression;
    /** The alert that it belongs to from now on. */
    readonly parentId?: AlertId;
    readonly note?: string;
  };

export type Outcome =
  | { readonly kind: "changed"; readonly alert: Alert }
  /** It was so already. */
  | { readonly kind: "unchanged"; readonly alert: Alert }
  | { readonly kind: "illegal"; readonly alert: Alert; readonly legalFrom: readonly AlertState[] };

/** What `action` makes of `alert`; a change counts its version up. */
export function act(alert: Alert, action: Action): Outcome {
  const { change } = action;
  const row = rowOf(change, alert);
  if (row === undefined) return { kind: "illegal", alert, legalFrom: legalFrom(change) };
  const beside = besideAfter(alert, action);
  if (row.to === "done" || beside === "done") return { kind: "unchanged", alert };
  const state = row.to === "same" ? alert.state : row.to;
  return { kind: "changed", alert: { ...alert, ...beside, state, version: alert.version + 1 } };
}

/** States from which `change` does something, for people and for the table's tests. */
export function legalFrom(change: AlertChange): AlertState[] {
  const states = new Set(
    LIFECYCLE.filter((row) => row.change === change && row.to !== "done").flatMap((row) => row.from),
  );
  return ANY.filter((state) => states.has(state));
}

/** What changes the condition, or its urgency. */
export type EpisodeAct = "raised" | "closed" | "accepted";

/** State by state, what `change` leads to: for stores, which do it to rows that nobody has read. */
export function stateAfter(change: EpisodeAct, latching: boolean): readonly [AlertState, AlertState][] {
  const rows = LIFECYCLE.filter((row) => row.change === change && (row.latching ?? latching) === latching);
  return rows.flatMap(({ from, to }) => from.map((state): [AlertState, AlertState] => [state, asState(to, state)]));
}

/** What an action is done with, as its transition keeps it. */
export function detailOf(action: Action): string | undefined {
  switch (action.change) {
    case "shelved":
      return formatTimestamp(action.shelf.until);
    case "assigned":
      return action.assignee;
    case "suppressed":
    case "released":
      return action.suppression;
    default:
      return undefined;
  }
}

function rowOf(change: AlertChange, { state, latching }: Alert): LifecycleRow | undefined {
  return LIFECYCLE.find((row) =>
    row.change === change && row.from.includes(state) && (row.latching ?? latching) === latching
  );
}

function asState(to: LifecycleRow["to"], state: AlertState): AlertState {
  return to === "same" || to === "done" ? state : to;
}

function besideAfter(alert: Alert, action: Action): Partial<Handling> | "done" {
  const { shelf, suppressedBy } = alert;
  switch (action.change) {
    case "shelved": {
      const { until, by, reason } = action.shelf;
      const same = shelf !== undefined && shelf.until === until && shelf.by === by && shelf.reason === reason;
      return same ? "done" : { shelf: { until, by, reason } };
    }
    case "unshelved":
      return shelf === undefined ? "done" : { shelf: undefined };
    case "assigned":
      return alert.assignee === action.assignee ? "done" : { assignee: action.assignee };
    case "suppressed": {
      const parentId = action.parentId ?? alert.parentId;
      const has = suppressedBy.includes(action.suppression);
      if (has && parentId === alert.parentId) return "done";
      return { parentId, suppressedBy: has ? suppressedBy : [...suppressedBy, action.suppression].sort() };
    }
    case "released":
      return suppressedBy.includes(action.suppression)
        ? { suppressedBy: suppressedBy.filter((one) => one !== action.suppression) }
        : "done";
    default:
      return {};
  }
}
