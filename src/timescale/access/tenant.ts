import type { Tenant, TenantId } from "../../domain/access/tenant.ts";
import { keyFault } from "../../domain/key.ts";
import type { TenantStore } from "../../ports/access/tenant.ts";
import { optional, type Sql } from "../sql.ts";

interface TenantRow {
  readonly id: TenantId;
  readonly key: string;
  readonly unknownSensors: Tenant["unknownSensors"];
  readonly timeZone: string | null;
}

function toTenant({ timeZone, ...row }: TenantRow): Tenant {
  return { ...row, timeZone: optional(timeZone) };
}

export function tenantStore(sql: Sql): TenantStore {
  const columns = () => sql`id, key, unknown_sensors AS "unknownSensors", time_zone AS "timeZone"`;
  return {
    async all() {
      return (await sql<TenantRow[]>`SELECT ${columns()} FROM tenant ORDER BY id`).map(toTenant);
    },

    async create(key) {
      const [row] = await sql<TenantRow[]>`
        INSERT INTO tenant (key, name) VALUES (${key}, ${key}) ON CONFLICT (key) DO NOTHING RETURNING ${columns()}`;
      return row && toTenant(row);
    },

    async lock(tenantId) {
      await sql`SELECT id FROM tenant WHERE id = ${tenantId} FOR UPDATE`;
    },

    async byKey(key) {
      if (keyFault(key) !== undefined) return undefined;
      const [row] = await sql<TenantRow[]>`SELECT ${columns()} FROM tenant WHERE key = ${key}`;
      return row && toTenant(row);
    },

    async save(tenantId, { unknownSensors, ...settings }) {
      const [row] = await sql<TenantRow[]>`
        UPDATE tenant SET unknown_sensors = coalesce(${unknownSensors ?? null}::text, unknown_sensors),
          time_zone = CASE WHEN ${"timeZone" in settings} THEN ${settings.timeZone ?? null}::text ELSE time_zone END
        WHERE id = ${tenantId} RETURNING ${columns()}`;
      return toTenant(row);
    },
  };
}
