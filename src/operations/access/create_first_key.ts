/** Lets the first person in. */
import { LOCAL } from "../../domain/access/actor.ts";
import { type CreatedKey, type KeyScope, writeNewKey } from "./create_key.ts";

/** A key with the scope admin, when there has never been any; undefined otherwise, however many start at once. */
export async function createFirstKey(scope: Omit<KeyScope, "actor">): Promise<CreatedKey | undefined> {
  const { store, tenant, clock, observe } = scope;
  const created = await store.transaction(async (store) => {
    await store.tenants.lock(tenant.id);
    if (await store.keys.any()) return undefined;
    return await writeNewKey({ ...scope, store }, "key", {
      name: "first key",
      scopes: ["admin"],
      createdAtMs: clock.nowMs(),
      createdBy: LOCAL.name,
    });
  });
  if (created === undefined) return undefined;
  const { prefix, scopes } = created.key;
  observe({ kind: "key.created", key: prefix, tenant: tenant.key, scopes, actor: LOCAL.name });
  return created;
}
