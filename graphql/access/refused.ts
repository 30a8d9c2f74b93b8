/** How those who are not let in are answered, over HTTP. */
import { GraphQLError } from "graphql";
import type { Refusal } from "../../src/operations/access/key_ring.ts";

export function refused({ code, message, retryAfterMs }: Refusal): Response {
  const extensions = { code, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  const headers: Record<string, string> = code === "UNAUTHENTICATED"
    ? { "www-authenticate": 'Bearer realm="Millwright"' }
    : { "retry-after": String(Math.ceil((retryAfterMs ?? 1_000) / 1_000)) };
  const status = code === "UNAUTHENTICATED" ? 401 : 429;
  return Response.json({ errors: [{ message, extensions }] }, { status, headers });
}

export function asError({ code, message, retryAfterMs }: Refusal): GraphQLError {
  return new GraphQLError(message, { extensions: { code, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) } });
}

export function tooManyRequests(retryAfterMs: number): Refusal {
  return {
    code: "UNAVAILABLE",
    message: "Your key asks more often per second than it may: wait, then ask again.",
    retryAfterMs,
  };
}
