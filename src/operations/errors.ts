/** The four kinds of error that operations throw. `message` is for the client; `cause` and `details` stay inside. */

export type ErrorKind = "invalid" | "not_found" | "conflict" | "unavailable";

export class OperationError extends Error {
  override readonly name = "OperationError";

  constructor(
    readonly kind: ErrorKind,
    message: string,
    readonly options: { readonly field?: string; readonly retryAfterMs?: number; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
  }
}

/** What was asked for makes no sense, whenever it is asked. `field` names the argument. */
export function invalid(field: string, message: string): OperationError {
  return new OperationError("invalid", message, { field });
}

export function notFound(field: string, message: string): OperationError {
  return new OperationError("not_found", message, { field });
}

export function conflict(field: string, message: string): OperationError {
  return new OperationError("conflict", message, { field });
}

export function unavailable(message: string, options: { retryAfterMs: number; cause?: unknown }): OperationError {
  return new OperationError("unavailable", message, options);
}
