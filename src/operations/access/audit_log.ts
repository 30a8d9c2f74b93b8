/** Writes what was asked for into the tenants' event logs: many at once where many come. */
import { type AuditEntry, auditType } from "../../domain/access/audit.ts";
import type { AccessScope } from "../../domain/access/scope.ts";
import type { TenantId } from "../../domain/access/tenant.ts";
import type { Deps } from "../scope.ts";

export interface AuditLog {
  /**
   * Resolves when it is written; for batches at once, as they are written some at a time, behind the answer. An entry
   * that the store does not take is in the service's log instead: what it is about has happened.
   */
  record(tenantId: TenantId, access: AccessScope, entry: AuditEntry): Promise<void>;
}

/** How long entries about batches are gathered: each write holds up the tenant's other writers. */
const GATHER_MS = 200;
/** More than this, and whoever comes waits for the write. */
const GATHERED_MAX = 1_000;

interface Waiting {
  readonly type: string;
  readonly entry: AuditEntry;
}

export function createAuditLog(
  { store, observe, background }: Pick<Deps, "store" | "observe" | "background">,
): AuditLog {
  const gathered = new Map<TenantId, { readonly entries: Waiting[]; readonly written: Promise<void> }>();

  async function write(tenantId: TenantId, entries: readonly Waiting[]): Promise<void> {
    const events = entries.map(({ type, entry }) => ({
      type,
      batchId: undefined,
      alertId: undefined,
      body: JSON.stringify(entry),
    }));
    try {
      await store.events.append(tenantId, events);
    } catch (cause) {
      for (const { entry } of entries) observe({ kind: "audit.not_written", ...entry, tenantId, cause });
    }
  }

  /** Entries about batches that come within the time are written together. */
  function gather(tenantId: TenantId, waiting: Waiting): { entries: Waiting[]; written: Promise<void> } {
    const own = gathered.get(tenantId);
    if (own !== undefined) {
      own.entries.push(waiting);
      return own;
    }
    const entries = [waiting];
    const written = new Promise<void>((resolve) => setTimeout(resolve, GATHER_MS)).then(() => {
      gathered.delete(tenantId);
      return write(tenantId, entries);
    });
    background(written);
    gathered.set(tenantId, { entries, written });
    return { entries, written };
  }

  return {
    async record(tenantId, access, entry) {
      const waiting = { type: auditType(access), entry };
      if (access !== "ingest") return await write(tenantId, [waiting]);
      const { entries, written } = gather(tenantId, waiting);
      if (entries.length >= GATHERED_MAX) await written;
    },
  };
}
