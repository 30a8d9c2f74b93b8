import type { Health } from "../src/operations/check_health.ts";
import type { AuditLog } from "../src/operations/access/audit_log.ts";
import type { KeyRing, Principal } from "../src/operations/access/key_ring.ts";
import type { Scope } from "../src/operations/scope.ts";
import type { Store } from "../src/ports/store.ts";
import type { RequestContext } from "./builder.ts";
import { createLoaders } from "./loaders.ts";

export interface ContextOptions {
  /** What operations are given on behalf of the principal. */
  readonly scope: (principal: Principal) => Scope;
  /**
   * The store without the second wall, for batches: they are many, and each is one row that names its tenant. Left out:
   * that of the scope.
   */
  readonly intake?: Store;
  readonly keys: KeyRing;
  readonly auditLog: AuditLog;
  readonly waitMaxMs: number;
  /** How the service itself is. */
  readonly checkHealth: () => Promise<Health>;
}

export interface Asking {
  readonly request: Request;
  /** Whom the request is from. */
  readonly principal: Principal;
  /** Called when keys have changed. */
  readonly keysChanged: () => Promise<void>;
  /** Address that the request came from. */
  readonly client: string;
  /** Aborts when the gateway ends. */
  readonly ending: AbortSignal;
}

export function createContext(
  { scope: scopeOf, intake, keys, auditLog, waitMaxMs, checkHealth }: ContextOptions,
  { request, principal, client, ending, keysChanged }: Asking,
): RequestContext {
  const { tenant, actor, key } = principal;
  const writing: Scope = { ...scopeOf(principal), takeReadings: (count) => keys.take(principal, "readings", count) };
  const leaving = new AbortController();
  const scope = { ...writing, store: writing.reads };
  const by = { actor: actor.name, key: key?.prefix, client };
  return {
    scope,
    writing,
    sending: { ...writing, store: intake ?? writing.store },
    principal,
    keysChanged,
    leave: () => leaving.abort(),
    audit: (access, entry) => auditLog.record(tenant.id, access, { ...by, ...entry }),
    refuse: (field) => auditLog.refuse(tenant.id, { ...by, field }),
    waitMaxMs,
    checkHealth,
    loaders: createLoaders(scope),
    signal: AbortSignal.any([request.signal, ending, leaving.signal]),
    lastEventId: request.headers.get("last-event-id") ?? undefined,
    client,
    position: { cursor: undefined },
  };
}
