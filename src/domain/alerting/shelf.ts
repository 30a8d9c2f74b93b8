/** A shelf hides an alert for a time that a person has chosen, under their name and for their reason (ISA-18.2). */
import { textFault } from "../text.ts";
import { formatTimestamp } from "../timestamp.ts";

export interface Shelf {
  /** When it comes back by itself (ms), by the clock on the wall. */
  readonly until: number;
  readonly by: string;
  readonly reason: string;
}

/** Why nobody may put an alert aside like this at `now`, and the field that it is about; undefined when they may. */
export function shelfFault(
  { until, reason }: Pick<Shelf, "until" | "reason">,
  { now, maxMs }: { now: number; maxMs: number },
): { readonly field: string; readonly message: string } | undefined {
  const fault = textFault(reason);
  if (fault !== undefined) return { field: "reason", message: `The reason ${fault}.` };
  if (until <= now) {
    return { field: "until", message: "The shelf would be over already: until has to be in the future." };
  }
  if (until - now <= maxMs) return undefined;
  const latest = formatTimestamp(Math.floor(now + maxMs));
  return {
    field: "until",
    message: `An alert may be shelved for ${
      maxMs / 3_600_000
    } hours at most, now until ${latest}: the tenant's policy says so.`,
  };
}
