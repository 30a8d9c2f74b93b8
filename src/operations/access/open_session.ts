/** A browser is let in with a key once, and from then on by a cookie that no script can read. */
import { endAfterRotation, SESSION_MS, SESSIONS_PER_KEY_MAX } from "../../domain/access/key.ts";
import type { Scope } from "../scope.ts";
import { type CreatedKey, writeNewKey } from "./create_key.ts";
import type { Principal } from "./key_ring.ts";

/** Throws what the store throws. A session never lasts longer than its key. */
export async function openSession(
  { store, clock, secrets }: Pick<Scope, "store" | "clock" | "secrets">,
  { tenant, key }: { tenant: Principal["tenant"]; key: NonNullable<Principal["key"]> },
): Promise<CreatedKey> {
  const nowMs = clock.nowMs();
  const session = await writeNewKey({ store, tenant, secrets }, "session", {
    name: key.name,
    scopes: key.scopes,
    openedBy: key.id,
    createdAtMs: nowMs,
    createdBy: key.name,
    expiresAtMs: endAfterRotation(key, { nowMs, overlapMs: SESSION_MS }),
  });
  await store.keys.removeSessions(tenant.id, key.id, { nowMs, keep: SESSIONS_PER_KEY_MAX });
  return session;
}
