import type { Tenant } from "../../domain/access/tenant.ts";
import type { TenantStore } from "../../ports/access/tenant.ts";
import type { Sql } from "../sql.ts";

export function tenantStore(sql: Sql): TenantStore {
  return {
    async all() {
      return await sql<Tenant[]>`SELECT id, key, unknown_sensors AS "unknownSensors" FROM tenant ORDER BY id`;
    },

    async byKey(key) {
      const [row] = await sql<Tenant[]>`
        SELECT id, key, unknown_sensors AS "unknownSensors" FROM tenant WHERE key = ${key}`;
      return row;
    },
  };
}
