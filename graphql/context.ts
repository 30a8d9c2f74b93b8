import type { Health } from "../src/operations/check_health.ts";
import type { Scope } from "../src/operations/scope.ts";
import type { RequestContext } from "./builder.ts";
import { createLoaders } from "./loaders.ts";

export interface ContextOptions {
  /** On whose behalf a request is. */
  readonly scope: (request: Request) => Promise<Scope>;
  readonly waitMaxMs: number;
  /** How the service itself is. */
  readonly checkHealth: () => Promise<Health>;
}

export interface Asking {
  readonly request: Request;
  /** Address that the request came from. */
  readonly client: string;
  /** Aborts when the gateway ends. */
  readonly ending: AbortSignal;
}

export async function createContext(
  { scope: scopeOf, waitMaxMs, checkHealth }: ContextOptions,
  { request, client, ending }: Asking,
): Promise<RequestContext> {
  const writing = await scopeOf(request);
  const scope = { ...writing, store: writing.reads };
  return {
    scope,
    writing,
    waitMaxMs,
    checkHealth,
    loaders: createLoaders(scope.store, scope.tenant.id),
    signal: AbortSignal.any([request.signal, ending]),
    lastEventId: request.headers.get("last-event-id") ?? undefined,
    client,
    position: { cursor: undefined },
  };
}
