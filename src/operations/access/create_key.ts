/** Makes keys. Their text is answered once and kept nowhere. */
import {
  canAdminister,
  endOf,
  type Key,
  KEY_BYTES,
  type KeyKind,
  KEYS_PER_TENANT_MAX,
  type KeyWish,
  wishFault,
  withoutKeys,
  writeKey,
} from "../../domain/access/key.ts";
import { type AccessScope, allows, isScope } from "../../domain/access/scope.ts";
import type { TenantId } from "../../domain/access/tenant.ts";
import type { NewKey } from "../../ports/access/key.ts";
import type { Store } from "../../ports/store.ts";
import { conflict, invalid, notFound } from "../errors.ts";
import type { Scope } from "../scope.ts";

export interface CreatedKey {
  readonly key: Key;
  /** The whole text, for whoever asked and nobody else. */
  readonly text: string;
}

export type KeyScope = Pick<Scope, "store" | "tenant" | "actor" | "clock" | "secrets" | "observe">;

/** Throws invalid for a wish that makes no sense, conflict when there are too many or nobody could make another. */
export async function createKey(scope: KeyScope, wish: KeyWish): Promise<CreatedKey> {
  const { store, tenant, actor, clock, observe } = scope;
  const nowMs = clock.nowMs();
  const scopes = scopesOf(wish, nowMs);
  const created = await store.transaction(async (store) => {
    await store.tenants.lock(tenant.id);
    const keys = await store.keys.list(tenant.id);
    if (keys.filter((key) => endOf(key, nowMs) === undefined).length >= KEYS_PER_TENANT_MAX) {
      throw conflict(
        "name",
        `There are ${KEYS_PER_TENANT_MAX} keys, which is the limit: revoke some that nobody uses.`,
      );
    }
    if (!canAdminister(keys, nowMs) && !allows(scopes, "admin")) {
      throw conflict(
        "scopes",
        "The first key has to have the scope admin: from then on everything needs a key, and no other could be made.",
      );
    }
    return await writeNewKey({ ...scope, store }, "key", {
      ...wish,
      scopes,
      createdAtMs: nowMs,
      createdBy: actor.name,
    });
  });
  observe({ kind: "key.created", key: created.key.prefix, tenant: tenant.key, scopes, actor: actor.name });
  return created;
}

/** Throws invalid. */
function scopesOf(wish: KeyWish, nowMs: number): readonly AccessScope[] {
  const fault = wishFault(wish, nowMs);
  if (fault !== undefined) throw invalid(fault.field, fault.fault);
  return [...new Set(wish.scopes.filter(isScope))];
}

/** Draws a text and stores its hash. */
export async function writeNewKey(
  { store, tenant, secrets }: Pick<KeyScope, "store" | "tenant" | "secrets">,
  kind: KeyKind,
  key: Omit<NewKey, "prefix" | "hash">,
): Promise<CreatedKey> {
  const { text, prefix } = writeKey(kind, secrets.random(KEY_BYTES));
  return { key: await store.keys.create(tenant.id, { ...key, prefix, hash: secrets.hash(text) }), text };
}

/** The key of the tenant that has this prefix. Throws not found. */
export async function keyByPrefix(
  { store, tenant }: { store: Pick<Store, "keys">; tenant: { id: TenantId } },
  prefix: string,
): Promise<{ key: Key; keys: Key[] }> {
  const keys = await store.keys.list(tenant.id);
  const key = keys.find((key) => key.prefix === prefix);
  if (key !== undefined) return { key, keys };
  const shown = JSON.stringify(withoutKeys(prefix).slice(0, 80));
  throw notFound("prefix", `There is no key ${shown}: its prefix is its first 12 characters, such as mwk_7hq2m4xa.`);
}
