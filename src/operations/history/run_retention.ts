/** A person does not want to wait for the hour. */
import type { Scope } from "../scope.ts";

/** Throws `WorkflowsUnavailable`. */
export async function runRetention({ workflows, actor, observe }: Scope): Promise<void> {
  // The plan may have been lost with a Temporal database, and not be made again yet.
  await workflows.planSchedules();
  await workflows.applyRetention();
  observe({ kind: "retention.asked", actor: actor.name });
}
