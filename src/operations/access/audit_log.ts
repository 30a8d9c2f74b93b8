/** Writes what was asked for into the tenants' event logs: many at once where many come. */
import { type AuditEntry, auditType, REFUSED } from "../../domain/access/audit.ts";
import type { AccessScope } from "../../domain/access/scope.ts";
import type { TenantId } from "../../domain/access/tenant.ts";
import type { Deps } from "../scope.ts";

export interface AuditLog {
  /**
   * Resolves when it is written; for batches at once, as they are written some at a time, behind the answer. An entry
   * that the store does not take is in the service's log instead: what it is about has happened.
   */
  record(tenantId: TenantId, access: AccessScope, entry: AuditEntry): Promise<void>;
  /**
   * Notes that a key lacks the scope for a mutation, behind the answer: the first time at once, and what follows once
   * a minute with how often it was, so that nobody fills the log by asking.
   */
  refuse(tenantId: TenantId, entry: Omit<AuditEntry, "result" | "times">): void;
  /** Writes what has been gathered. */
  close(): Promise<void>;
}

/** How long entries about batches are gathered: each write holds up the tenant's other writers. */
const GATHER_MS = 200;
/** More than this, and whoever comes waits for the write. */
const GATHERED_MAX = 1_000;
/** How long refusals of one key and mutation are counted before they are written. */
const COUNT_MS = 60_000;

interface Waiting {
  readonly type: string;
  readonly entry: AuditEntry;
}

/** Refusals of one key and mutation since the record before: the newest entry says from where. */
interface Counting {
  times: number;
  readonly tenantId: TenantId;
  entry: AuditEntry;
  timer?: ReturnType<typeof setTimeout>;
}

export function createAuditLog(
  { store, observe, background }: Pick<Deps, "store" | "observe" | "background">,
  { countMs = COUNT_MS }: { countMs?: number } = {},
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

  const counted = new Map<string, Counting>();

  /** Writes what was counted, and goes on counting; where nothing was, the next one is the first again. */
  async function settle(name: string): Promise<void> {
    const counting = counted.get(name)!;
    const { tenantId, entry, times } = counting;
    if (times === 0) return void counted.delete(name);
    counting.times = 0;
    counting.timer = setTimeout(() => background(settle(name)), countMs);
    await write(tenantId, [{ type: auditType("admin"), entry: { ...entry, times } }]);
  }

  return {
    refuse(tenantId, { actor, key, field, client }) {
      const entry = { actor, key, field, client, result: REFUSED };
      const name = `${tenantId} ${key} ${field}`;
      const counting = counted.get(name);
      if (counting !== undefined) {
        counting.times++;
        counting.entry = entry;
        return;
      }
      counted.set(name, { tenantId, entry, times: 1 });
      background(settle(name));
    },
    async close() {
      const open = [...counted.values()];
      counted.clear();
      for (const { timer } of open) clearTimeout(timer);
      await Promise.all(
        open.filter(({ times }) => times > 0).map(({ tenantId, entry, times }) =>
          write(tenantId, [{ type: auditType("admin"), entry: { ...entry, times } }])
        ),
      );
    },
    async record(tenantId, access, entry) {
      const waiting = { type: auditType(access), entry };
      if (access !== "ingest") return await write(tenantId, [waiting]);
      const { entries, written } = gather(tenantId, waiting);
      if (entries.length >= GATHERED_MAX) await written;
    },
  };
}
