import type { Key, KeyId } from "../../domain/access/key.ts";
import type { AccessScope } from "../../domain/access/scope.ts";
import type { TenantId } from "../../domain/access/tenant.ts";

export interface NewKey {
  readonly prefix: string;
  readonly hash: string;
  readonly name: string;
  readonly scopes: readonly AccessScope[];
  readonly openedBy?: KeyId;
  readonly requestsPerSecond?: number;
  readonly readingsPerSecond?: number;
  readonly createdAtMs: number;
  readonly createdBy: string;
  readonly expiresAtMs?: number;
}

/** What a text is compared with; of every tenant, since it is not known yet whose it is. */
export interface KnownKey extends Key {
  readonly hash: string;
  readonly tenantKey: string;
  /** Of a session. */
  readonly openedBy: KeyId | undefined;
}

export interface KeyStore {
  /** Keys and sessions of all tenants that have not ended before `endedAfterMs`. */
  known(endedAfterMs: number): Promise<KnownKey[]>;
  /** Whether there has ever been a key, of any tenant. */
  any(): Promise<boolean>;
  /** Keys of a tenant, the newest first; no sessions. */
  list(tenantId: TenantId): Promise<Key[]>;
  create(tenantId: TenantId, key: NewKey): Promise<Key>;
  /** Has it expire at `expiresAtMs`. */
  expire(tenantId: TenantId, id: KeyId, expiresAtMs: number): Promise<Key>;
  revoke(tenantId: TenantId, id: KeyId, atMs: number): Promise<Key>;
  /** Removes the sessions of a key that have expired, and the oldest of the others but for `keep`. */
  removeSessions(tenantId: TenantId, openedBy: KeyId, options: { nowMs: number; keep: number }): Promise<void>;
  removeSession(tenantId: TenantId, id: KeyId): Promise<void>;
  used(tenantId: TenantId, id: KeyId, atMs: number): Promise<void>;
}
