import type { Tenant } from "../../domain/access/tenant.ts";
import { keyFault } from "../../domain/key.ts";
import type { TenantStore } from "../../ports/access/tenant.ts";
import type { Sql } from "../sql.ts";

export function tenantStore(sql: Sql): TenantStore {
  const columns = () => sql`id, key, unknown_sensors AS "unknownSensors"`;
  return {
    async all() {
      return await sql<Tenant[]>`SELECT id, key, unknown_sensors AS "unknownSensors" FROM tenant ORDER BY id`;
    },

    async create(key) {
      const [row] = await sql<Tenant[]>`
        INSERT INTO tenant (key, name) VALUES (${key}, ${key}) ON CONFLICT (key) DO NOTHING RETURNING ${columns()}`;
      return row;
    },

    async lock(tenantId) {
      await sql`SELECT id FROM tenant WHERE id = ${tenantId} FOR UPDATE`;
    },

    async byKey(key) {
      if (keyFault(key) !== undefined) return undefined;
      const [row] = await sql<Tenant[]>`SELECT ${columns()} FROM tenant WHERE key = ${key}`;
      return row;
    },

    async save(tenantId, { unknownSensors }) {
      const [row] = await sql<Tenant[]>`
        UPDATE tenant SET unknown_sensors = coalesce(${unknownSensors ?? null}::text, unknown_sensors)
        WHERE id = ${tenantId} RETURNING ${columns()}`;
      return row;
    },
  };
}
