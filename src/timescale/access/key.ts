import type { Key, KeyId } from "../../domain/access/key.ts";
import type { AccessScope } from "../../domain/access/scope.ts";
import type { TenantId } from "../../domain/access/tenant.ts";
import type { KeyStore, KnownKey } from "../../ports/access/key.ts";
import { optional, optionalTime, type Sql, time } from "../sql.ts";

interface Row {
  readonly id: KeyId;
  readonly tenant_id: TenantId;
  readonly prefix: string;
  readonly name: string;
  readonly scopes: string;
  readonly requests_per_second: number | null;
  readonly readings_per_second: number | null;
  readonly created_at: number;
  readonly created_by: string;
  readonly expires_at: number | null;
  readonly revoked_at: number | null;
  readonly last_used_at: number | null;
}

interface KnownRow extends Row {
  readonly hash: string;
  readonly opened_by: KeyId | null;
  readonly tenant_key: string;
}

export function keyStore(sql: Sql): KeyStore {
  const columns = () =>
    sql`api_key.id, tenant_id, prefix, api_key.name, scopes, requests_per_second, readings_per_second, created_at, created_by,
      expires_at, revoked_at, last_used_at`;
  return {
    async known(endedAfterMs) {
      const after = time(endedAfterMs);
      const rows = await sql<KnownRow[]>`
        SELECT ${columns()}, hash, opened_by, tenant.key AS tenant_key FROM api_key JOIN tenant ON tenant.id = tenant_id
        WHERE coalesce(expires_at, 'infinity') > ${after} AND coalesce(revoked_at, 'infinity') > ${after}`;
      return rows.map((row): KnownKey => ({
        ...toKey(row),
        hash: row.hash,
        tenantKey: row.tenant_key,
        openedBy: optional(row.opened_by),
      }));
    },

    async any() {
      const [row] = await sql<{ any: boolean }[]>`SELECT EXISTS (SELECT FROM api_key) AS any`;
      return row.any;
    },

    async list(tenantId) {
      const rows = await sql<Row[]>`
        SELECT ${columns()} FROM api_key WHERE tenant_id = ${tenantId} AND opened_by IS NULL ORDER BY id DESC`;
      return rows.map(toKey);
    },

    async create(tenantId, key) {
      const [row] = await sql<Row[]>`
        INSERT INTO api_key (tenant_id, prefix, hash, name, scopes, opened_by, requests_per_second, readings_per_second, created_at,
          created_by, expires_at)
        VALUES (${tenantId}, ${key.prefix}, ${key.hash}, ${key.name}, ${key.scopes.join(",")}, ${key.openedBy ?? null},
          ${key.requestsPerSecond ?? null}, ${key.readingsPerSecond ?? null}, ${
        time(key.createdAtMs)
      }, ${key.createdBy},
          ${optionalTime(key.expiresAtMs)})
        RETURNING ${columns()}`;
      return toKey(row);
    },

    async expire(tenantId, id, expiresAtMs) {
      const [row] = await sql<Row[]>`
        UPDATE api_key SET expires_at = ${time(expiresAtMs)} WHERE tenant_id = ${tenantId} AND id = ${id}
        RETURNING ${columns()}`;
      return toKey(row);
    },

    async revoke(tenantId, id, atMs) {
      const [row] = await sql<Row[]>`
        UPDATE api_key SET revoked_at = coalesce(revoked_at, ${time(atMs)}) WHERE tenant_id = ${tenantId} AND id = ${id}
        RETURNING ${columns()}`;
      return toKey(row);
    },

    async removeSessions(tenantId, openedBy, { nowMs, keep }) {
      await sql`
        DELETE FROM api_key WHERE tenant_id = ${tenantId} AND opened_by = ${openedBy} AND (
          expires_at <= ${time(nowMs)} OR id NOT IN (
            SELECT id FROM api_key WHERE tenant_id = ${tenantId} AND opened_by = ${openedBy} ORDER BY id DESC LIMIT ${keep}))`;
    },

    async removeSession(tenantId, id) {
      await sql`DELETE FROM api_key WHERE tenant_id = ${tenantId} AND id = ${id} AND opened_by IS NOT NULL`;
    },

    async used(tenantId, id, atMs) {
      await sql`
        UPDATE api_key SET last_used_at = greatest(last_used_at, ${
        time(atMs)
      }) WHERE tenant_id = ${tenantId} AND id = ${id}`;
    },
  };
}

function toKey(row: Row): Key {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    prefix: row.prefix,
    name: row.name,
    scopes: row.scopes.split(",") as AccessScope[],
    requestsPerSecond: optional(row.requests_per_second),
    readingsPerSecond: optional(row.readings_per_second),
    createdAtMs: row.created_at,
    createdBy: row.created_by,
    expiresAtMs: optional(row.expires_at),
    revokedAtMs: optional(row.revoked_at),
    lastUsedAtMs: optional(row.last_used_at),
  };
}
