/** Who looks after alerts, and what people say about them. */
import { keyFault } from "../../domain/key.ts";
import { textFault } from "../../domain/text.ts";
import { invalid } from "../errors.ts";
import { type ActionResult, actOnAlerts, type ActScope, type Target } from "./act_on_alerts.ts";

export interface Assigning {
  readonly targets: readonly Target[];
  /** Undefined: nobody. */
  readonly assignee: string | undefined;
  readonly note?: string;
}

/** Throws invalid for a name that nobody can have. */
export async function assignAlerts(scope: ActScope, { targets, assignee, note }: Assigning): Promise<ActionResult[]> {
  const fault = assignee === undefined ? undefined : keyFault(assignee);
  if (fault !== undefined) throw invalid("assignee", `The name ${fault}.`);
  return await actOnAlerts(scope, { targets, action: { change: "assigned", assignee, note } });
}

/** Throws invalid for a comment that nobody can have meant. */
export async function commentOnAlerts(
  scope: ActScope,
  { targets, comment }: { readonly targets: readonly Target[]; readonly comment: string },
): Promise<ActionResult[]> {
  const fault = textFault(comment);
  if (fault !== undefined) throw invalid("comment", `The comment ${fault}.`);
  return await actOnAlerts(scope, { targets, action: { change: "commented", note: comment } });
}
