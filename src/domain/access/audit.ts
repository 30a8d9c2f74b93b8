/** Who asked for which change, from where, and what came of it. It holds no argument, and so no secret. */
import type { AccessScope } from "./scope.ts";

export interface AuditEntry {
  readonly actor: string;
  /** Prefix of the key; undefined while nobody needs one. */
  readonly key: string | undefined;
  /** Name of the mutation. */
  readonly field: string;
  /** Address that it came from. */
  readonly client: string;
  /** `done`, the type of the error that was answered, `failed` for a fault of the service, or `REFUSED`. */
  readonly result: string;
  /** How often it was so since the record before, where that is gathered; left out: once. */
  readonly times?: number;
}

/** The key lacks the scope, so nothing was done. */
export const REFUSED = "refused";

export interface AuditRecord extends AuditEntry {
  readonly seq: number;
  readonly atMs: number;
}

/** Type of the event in the tenant's log: batches come by the thousand, and apart from what people change. */
export function auditType(access: AccessScope): "audit.ingest" | "audit.mutation" {
  return access === "ingest" ? "audit.ingest" : "audit.mutation";
}
