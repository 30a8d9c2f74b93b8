/** From an operation's error to what Temporal does about it. */
import { ApplicationFailure } from "@temporalio/common";
import { OperationError } from "../src/operations/errors.ts";
import { StoreUnavailable } from "../src/ports/store.ts";
import { WorkflowsUnavailable } from "../src/ports/workflows.ts";

/** A fault that nobody foresaw may be a passing one; after this many attempts it is poison. */
const UNFORESEEN_ATTEMPTS_MAX = 5;

/** Invalid, not found and conflict end at once, an absent store is retried until it is back, anything else a few times. */
export function toFailure(error: unknown, attempt: number): Error {
  if (error instanceof ApplicationFailure) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  const away = error instanceof StoreUnavailable || error instanceof WorkflowsUnavailable ||
    error instanceof OperationError && error.kind === "unavailable";
  const final = error instanceof OperationError ? !away : !away && attempt >= UNFORESEEN_ATTEMPTS_MAX;
  return ApplicationFailure.create({ message: cause.message, type: cause.name, nonRetryable: final, cause });
}
