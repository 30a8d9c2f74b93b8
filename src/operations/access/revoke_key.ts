/** Ends a key for good, with the sessions that were opened with it. */
import { canAdminister, type Key } from "../../domain/access/key.ts";
import { conflict } from "../errors.ts";
import { keyByPrefix, type KeyScope } from "./create_key.ts";

/** Again is the same. Throws not found, and conflict for the last key that could make another. */
export async function revokeKey(scope: Omit<KeyScope, "secrets">, prefix: string): Promise<Key> {
  const { store, tenant, actor, clock, observe } = scope;
  const nowMs = clock.nowMs();
  const revoked = await store.transaction(async (store) => {
    await store.tenants.lock(tenant.id);
    const { key, keys } = await keyByPrefix({ store, tenant }, prefix);
    if (canAdminister(keys, nowMs) && !canAdminister(keys.filter((other) => other !== key), nowMs)) {
      throw conflict(
        "prefix",
        `${prefix} is the last key with the scope admin: without it nobody could make another. ` +
          "If somebody else knows it, rotate it without an overlap.",
      );
    }
    return await store.keys.revoke(tenant.id, key.id, nowMs);
  });
  observe({ kind: "key.revoked", key: prefix, tenant: tenant.key, actor: actor.name });
  return revoked;
}
