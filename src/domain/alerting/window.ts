/**
 * A service window is a time during which the alerts of a sensor, or of an asset with all below it, bother nobody:
 * while it is worked on (planned, with an end), or while it is out of service (until somebody returns it).
 */
import type { Subject } from "../plant/subject.ts";
import { textFault } from "../text.ts";
import { formatTimestamp } from "../timestamp.ts";

export type WindowId = number & { readonly noun: "window" };

export type WindowKind = "maintenance_window" | "out_of_service";

export interface ServiceWindow {
  readonly id: WindowId;
  readonly kind: WindowKind;
  readonly subject: Subject;
  /** In ms: from inclusive, to exclusive. `endsAt` undefined: until somebody ends it. */
  readonly startsAt: number;
  readonly endsAt: number | undefined;
  readonly reason: string;
  readonly openedBy: string;
  readonly openedAt: number;
  /** When it ended, and who ended it; the service itself, when its time was over. */
  readonly closedAt: number | undefined;
  readonly closedBy: string | undefined;
}

const LENGTH_MAX_MS = 366 * 86_400_000;
/** One that begins in the past says what has been going on already, and not what happened last year. */
const BACKDATED_MAX_MS = 31 * 86_400_000;

export interface PlannedWindow {
  readonly startsAt: number;
  readonly endsAt: number;
  readonly reason: string;
}

/** Why nobody can have meant this window, and the field that it is about. */
export function windowFault(
  { startsAt, endsAt, reason }: PlannedWindow,
  now: number,
): { readonly field: string; readonly message: string } | undefined {
  const fault = textFault(reason);
  if (fault !== undefined) return { field: "reason", message: `The reason ${fault}.` };
  if (endsAt <= startsAt) return { field: "to", message: "The window is empty: from has to be before to." };
  if (endsAt <= now) {
    return { field: "to", message: `The window would be over already: it is ${formatTimestamp(now)}.` };
  }
  if (endsAt - startsAt > LENGTH_MAX_MS) {
    return { field: "to", message: "A window lasts 366 days at most: what is away for longer is out of service." };
  }
  if (now - startsAt > BACKDATED_MAX_MS) {
    return { field: "from", message: "A window may begin 31 days ago at most." };
  }
  return undefined;
}
