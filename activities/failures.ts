/** From an operation's error to what Temporal does about it. */
import { ApplicationFailure } from "@temporalio/common";
import { OperationError } from "../src/operations/errors.ts";
import { StoreUnavailable } from "../src/ports/store.ts";
import { WorkflowsUnavailable } from "../src/ports/workflows.ts";

/** A fault that nobody foresaw may be a passing one; after this many attempts it is poison. */
export const FAULTS_MAX = 5;

/**
 * Invalid, not found and conflict end at once, what is away is retried until it is back, anything else is a fault and
 * retried a few times. `countFault` counts faults alone: attempts that found the store away say nothing about the work.
 * It may fail with what is away, which is then retried as such.
 */
export async function toFailure(error: unknown, countFault: () => Promise<number>): Promise<Error> {
  if (error instanceof ApplicationFailure) return error;
  if (isAway(error)) return failure(error, { final: false });
  if (error instanceof OperationError) return failure(error, { final: true });
  try {
    return failure(error, { final: await countFault() >= FAULTS_MAX });
  } catch (uncounted) {
    if (isAway(uncounted)) return failure(error, { final: false });
    throw uncounted;
  }
}

function isAway(error: unknown): boolean {
  return error instanceof StoreUnavailable || error instanceof WorkflowsUnavailable ||
    error instanceof OperationError && error.kind === "unavailable";
}

function failure(error: unknown, { final }: { final: boolean }): Error {
  const cause = error instanceof Error ? error : new Error(String(error));
  return ApplicationFailure.create({ message: cause.message, type: cause.name, nonRetryable: final, cause });
}
