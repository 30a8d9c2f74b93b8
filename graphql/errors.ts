/** What went wrong, as types of the schema. Mutations answer them as results; elsewhere they are errors with a code. */
import { GraphQLError, type GraphQLFormattedError } from "graphql";
import { OperationError } from "../src/operations/errors.ts";
import { StoreFull, StoreUnavailable } from "../src/ports/store.ts";
import { WorkflowsUnavailable } from "../src/ports/workflows.ts";

const RETRY_AFTER_MS = 2_000;
/** Somebody has to make room first. */
const RETRY_WHEN_FULL_AFTER_MS = 30_000;

export class InvalidInputError extends Error {
  constructor(message: string, readonly field: string) {
    super(message);
  }
}

export class NotFoundError extends Error {
  constructor(message: string, readonly field: string) {
    super(message);
  }
}

export class ConflictError extends Error {
  constructor(message: string, readonly field: string) {
    super(message);
  }
}

export class UnavailableError extends Error {
  constructor(message: string, readonly retryAfterMs: number) {
    super(message);
  }
}

/** Runs an operation for a mutation: its errors become the schema's types, anything else stays hidden. */
export async function asResult<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw typed(error) ?? error;
  }
}

function typed(error: unknown): Error | undefined {
  if (error instanceof OperationError) {
    const { field = "", retryAfterMs = RETRY_AFTER_MS } = error.options;
    switch (error.kind) {
      case "invalid":
        return new InvalidInputError(error.message, field);
      case "not_found":
        return new NotFoundError(error.message, field);
      case "conflict":
        return new ConflictError(error.message, field);
      case "unavailable":
        return new UnavailableError(error.message, retryAfterMs);
    }
  }
  if (error instanceof StoreFull) return new UnavailableError(error.message, RETRY_WHEN_FULL_AFTER_MS);
  if (error instanceof StoreUnavailable || error instanceof WorkflowsUnavailable) {
    return new UnavailableError("The service cannot do this now. Try again later.", RETRY_AFTER_MS);
  }
  return undefined;
}

/** The same for queries and subscriptions: an error with a code; undefined for what nobody foresaw. */
export function asGraphQLError(error: unknown): GraphQLError | undefined {
  const known = typed(error) ?? error;
  if (known instanceof InvalidInputError) return coded(known, "INVALID_INPUT", { field: known.field });
  if (known instanceof NotFoundError) return coded(known, "NOT_FOUND", { field: known.field });
  if (known instanceof ConflictError) return coded(known, "CONFLICT", { field: known.field });
  if (known instanceof UnavailableError) return coded(known, "UNAVAILABLE", { retryAfterMs: known.retryAfterMs });
  return undefined;
}

function coded(error: Error, code: string, facts: Record<string, unknown>): GraphQLError {
  return new GraphQLError(error.message, { extensions: { code, ...facts } });
}

/** An error as it is written, without what is meant for the HTTP status alone. */
export function shownError(error: GraphQLError): GraphQLFormattedError {
  const { extensions: { http: _http, unexpected: _unexpected, ...extensions } = {}, ...shown } = error.toJSON();
  return Object.keys(extensions).length === 0 ? shown : { ...shown, extensions };
}
