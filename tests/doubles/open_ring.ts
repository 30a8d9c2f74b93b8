/** A service in which nobody needs a key. */
import { LOCAL } from "../../src/domain/access/actor.ts";
import { ALL_SCOPES } from "../../src/domain/access/scope.ts";
import { FIRST_TENANT, type TenantId } from "../../src/domain/access/tenant.ts";
import type { KeyRing } from "../../src/operations/access/key_ring.ts";

const TENANT = { id: 1 as TenantId, key: FIRST_TENANT };

export const OPEN_RING: KeyRing = {
  isOpen: true,
  admit: () =>
    Promise.resolve({ tenant: TENANT, actor: LOCAL, scopes: ALL_SCOPES, key: undefined, session: undefined }),
  isGood: () => true,
  take: () => undefined,
  refresh: () => Promise.resolve(),
};
