/** What clients see of an error. */
import { PothosError } from "@pothos/core";
import { GraphQLError, type GraphQLErrorOptions } from "graphql";
import type { Observe } from "../src/observation.ts";
import { asGraphQLError } from "./errors.ts";

export interface Masking {
  readonly observe: Observe;
  readonly bodyBytesMax: number;
}

/**
 * Errors that are meant for clients, each with a code; anything else is a fault, which is logged here and stays hidden.
 */
export function mask(error: unknown, { observe, bodyBytesMax }: Masking): GraphQLError {
  const located = error instanceof GraphQLError ? error : undefined;
  const original = located?.originalError ?? error;
  const where = { nodes: located?.nodes, source: located?.source, positions: located?.positions, path: located?.path };
  const known = asGraphQLError(original);
  if (known !== undefined) return new GraphQLError(known.message, { ...where, extensions: known.extensions });
  if (original instanceof GraphQLError) return withCode(original, { where, bodyBytesMax });
  observe({ kind: "request.failed", path: (located?.path ?? []).join("."), cause: original });
  const extensions = { code: "INTERNAL_SERVER_ERROR", unexpected: true, http: { status: 500 } };
  return new GraphQLError("Unexpected error.", { ...where, extensions });
}

interface Showing extends Pick<Masking, "bodyBytesMax"> {
  readonly where: Pick<GraphQLErrorOptions, "nodes" | "source" | "positions" | "path">;
}

/** An error of graphql's, yoga's or a plugin's own: they say what is wrong with the request, and most have a code. */
function withCode(error: GraphQLError, { where, bodyBytesMax }: Showing): GraphQLError {
  const { extensions } = error;
  const tooLarge = extensions.code === "REQUEST_ENTITY_TOO_LARGE";
  const message = tooLarge
    ? `The request body is longer than ${bodyBytesMax} bytes: send smaller batches.`
    : error.message.replace(/^(\S+) has not been implemented$/, "The id is of a type that there is not: $1.");
  const code = tooLarge
    ? "PAYLOAD_TOO_LARGE"
    : extensions.code ?? (error instanceof PothosError ? "INVALID_INPUT" : "BAD_REQUEST");
  // Yoga answers 200 when it cannot read a document and the client wants plain JSON; this one it could not be asked to
  // read.
  const http = code === "OPERATION_TOO_LARGE" ? { status: 400 } : extensions.http;
  return new GraphQLError(message, { ...where, extensions: { ...extensions, code, http } });
}
