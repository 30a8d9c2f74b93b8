import type { Scope } from "../src/operations/scope.ts";
import type { RequestContext } from "./builder.ts";
import { createLoaders } from "./loaders.ts";

export interface ContextOptions {
  /** On whose behalf a request is. */
  readonly scope: (request: Request) => Promise<Scope>;
  readonly waitMaxMs: number;
}

export interface Asking {
  readonly request: Request;
  /** Address that the request came from. */
  readonly client: string;
  /** Aborts when the gateway ends. */
  readonly ending: AbortSignal;
}

export async function createContext(
  { scope: scopeOf, waitMaxMs }: ContextOptions,
  { request, client, ending }: Asking,
): Promise<RequestContext> {
  const writing = await scopeOf(request);
  const scope = { ...writing, store: writing.reads };
  return {
    scope,
    writing,
    waitMaxMs,
    loaders: createLoaders(scope),
    signal: AbortSignal.any([request.signal, ending]),
    lastEventId: request.headers.get("last-event-id") ?? undefined,
    client,
    position: { cursor: undefined },
  };
}
