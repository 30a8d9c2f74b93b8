import type { Route } from "../../domain/alerting/route.ts";
import type { RoutingStore, SavedRouting } from "../../ports/alerting/route.ts";
import type { Sql } from "../sql.ts";

interface Row {
  readonly version: number;
  readonly time_zone: string;
  readonly routes: string;
  readonly saved_by: string;
  readonly saved_at: number;
}

export function routingStore(sql: Sql): RoutingStore {
  const columns = () => sql`version, time_zone, routes, saved_by, saved_at`;
  return {
    async save(tenantId, { timeZone, routes, savedBy }, expected) {
      const [row] = await sql<Row[]>`
        INSERT INTO routing (tenant_id, version, time_zone, routes, saved_by)
        SELECT ${tenantId}, ${expected}::int + 1, ${timeZone}, ${JSON.stringify(routes)}, ${savedBy}
        WHERE coalesce((SELECT max(version) FROM routing WHERE tenant_id = ${tenantId}), 0) = ${expected}
        ON CONFLICT (tenant_id, version) DO NOTHING
        RETURNING ${columns()}`;
      return row && toRouting(row);
    },

    async version(tenantId, version) {
      const [row] = await sql<Row[]>`
        SELECT ${columns()} FROM routing
        WHERE tenant_id = ${tenantId} ${version === undefined ? sql`` : sql`AND version = ${version}`}
        ORDER BY version DESC LIMIT 1`;
      return row && toRouting(row);
    },
  };
}

function toRouting(row: Row): SavedRouting {
  return {
    version: row.version,
    timeZone: row.time_zone,
    routes: JSON.parse(row.routes) as Route[],
    savedBy: row.saved_by,
    savedAt: row.saved_at,
  };
}
