/** Makes room for another tenant, and lets its first person in. */
import { FIRST_TENANT, type Tenant, tenantKeyFault } from "../../domain/access/tenant.ts";
import { canAdminister } from "../../domain/access/key.ts";
import { conflict, invalid } from "../errors.ts";
import { type CreatedKey, type KeyScope, writeNewKey } from "./create_key.ts";

/**
 * A tenant with a key of its own, whose scope is admin. Only the first tenant makes others: what they are called is
 * none of the others' business. Throws invalid, conflict.
 */
export async function createTenant(scope: KeyScope, key: string): Promise<CreatedKey & { tenant: Tenant }> {
  const { store, tenant, actor, clock, observe } = scope;
  if (tenant.key !== FIRST_TENANT) {
    throw conflict("key", `Tenants are made by the tenant ${FIRST_TENANT}, which runs the service: ask its admin.`);
  }
  const fault = tenantKeyFault(key);
  if (fault !== undefined) throw invalid("key", `The key of a tenant ${fault}.`);
  const nowMs = clock.nowMs();
  const made = await store.transaction(async (store) => {
    await store.tenants.lock(tenant.id);
    if (!canAdminister(await store.keys.list(tenant.id), nowMs)) {
      throw conflict("key", "Create a key for yourself first: from the first key on, everything needs one.");
    }
    const created = await store.tenants.create(key);
    if (created === undefined) throw conflict("key", `There is a tenant ${JSON.stringify(key)} already.`);
    const admin = await writeNewKey({ ...scope, store, tenant: created }, "key", {
      name: "first key",
      scopes: ["admin"],
      createdAtMs: nowMs,
      createdBy: actor.name,
    });
    return { ...admin, tenant: created };
  });
  const { prefix, scopes } = made.key;
  observe({ kind: "key.created", key: prefix, tenant: key, scopes, actor: actor.name });
  return made;
}
