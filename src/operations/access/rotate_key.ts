/** Another secret for the same purpose, while the old one still opens for a time. */
import { endAfterRotation, endOf, type Key, OVERLAP_MS_MAX } from "../../domain/access/key.ts";
import { conflict, invalid } from "../errors.ts";
import { type CreatedKey, keyByPrefix, type KeyScope, writeNewKey } from "./create_key.ts";

export interface RotatedKey extends CreatedKey {
  /** The old one, which ends after the overlap. */
  readonly replaced: Key;
}

/** The new key never expires by itself unless it is told when. Throws invalid, not found, conflict. */
export async function rotateKey(
  scope: KeyScope,
  { prefix, overlapMs, expiresAtMs }: { prefix: string; overlapMs: number; expiresAtMs?: number },
): Promise<RotatedKey> {
  const { store, tenant, actor, clock, observe } = scope;
  const nowMs = clock.nowMs();
  if (!(overlapMs >= 0 && overlapMs <= OVERLAP_MS_MAX)) {
    throw invalid("overlap", `The overlap has to be at most ${OVERLAP_MS_MAX / 86_400_000} days.`);
  }
  if (expiresAtMs !== undefined && !(expiresAtMs > nowMs)) {
    throw invalid("expiresAt", "The new key would have expired already: give a time to come.");
  }
  const rotated = await store.transaction(async (store) => {
    await store.tenants.lock(tenant.id);
    const { key: old } = await keyByPrefix({ store, tenant }, prefix);
    const end = endOf(old, nowMs);
    if (end !== undefined) {
      throw conflict(
        "prefix",
        `The key ${prefix} ${end === "revoked" ? "was revoked" : "has expired"}: create a new one.`,
      );
    }
    const { name, scopes, requestsPerSecond, readingsPerSecond } = old;
    const created = await writeNewKey({ ...scope, store }, "key", {
      name,
      scopes,
      requestsPerSecond,
      readingsPerSecond,
      expiresAtMs,
      createdAtMs: nowMs,
      createdBy: actor.name,
    });
    const replaced = await store.keys.expire(tenant.id, old.id, endAfterRotation(old, { nowMs, overlapMs }));
    return { ...created, replaced };
  });
  observe({ kind: "key.rotated", key: prefix, by: rotated.key.prefix, tenant: tenant.key, actor: actor.name });
  return rotated;
}
