/** How often the stages of a batch have been tried: Temporal knows. */
import type { BatchId } from "../../domain/intake/batch.ts";
import { type StageAttempts, WorkflowsUnavailable } from "../../ports/workflows.ts";
import type { Scope } from "../scope.ts";

/** Undefined while Temporal does not answer, and when it keeps no run of the batch. */
export async function attemptsOf(
  { workflows, tenant }: Pick<Scope, "workflows" | "tenant">,
  id: BatchId,
): Promise<readonly StageAttempts[] | undefined> {
  try {
    return await workflows.batchAttempts(tenant, id);
  } catch (error) {
    if (error instanceof WorkflowsUnavailable) return undefined;
    throw error;
  }
}
