/** Lists of alerts under a filter. */
import type { Alert, AlertId } from "../../domain/alerting/alert.ts";
import { SEVERITIES } from "../../domain/detection/severity.ts";
import type { AlertCount, AlertStore } from "../../ports/alerting/alert.ts";
import { numbers, type Sql, time } from "../sql.ts";
import { matching } from "./alert_filter.ts";
import { alertColumns, type AlertRow as Row, toAlert } from "./alert_row.ts";

export function alertLists(
  sql: Sql,
): Pick<AlertStore, "page" | "bySeverity" | "openedIn" | "count" | "counts" | "matching"> {
  const columns = () => alertColumns(sql);
  return {
    async page(tenantId, { before, limit, ...filter }) {
      const rows = await sql<Row[]>`
        SELECT ${columns()} FROM alert
        WHERE tenant_id = ${tenantId} AND id < ${before ?? Number.MAX_SAFE_INTEGER}::bigint AND ${matching(sql, filter)}
        ORDER BY id DESC LIMIT ${limit}`;
      return rows.map(toAlert);
    },

    async bySeverity(tenantId, { behind, limit, ...filter }) {
      // A severity at a time, the most urgent first: each is a walk along an index that ends when there is enough.
      const alerts: Alert[] = [];
      const wanted = SEVERITIES.toReversed().filter((one) => filter.severities?.includes(one) ?? true);
      const from = behind === undefined ? 0 : wanted.findIndex((one) => rank(one) <= rank(behind.severity));
      for (const severity of from < 0 ? [] : wanted.slice(from)) {
        const before = severity === behind?.severity ? behind.id : Number.MAX_SAFE_INTEGER;
        const rows = await sql<Row[]>`
          SELECT ${columns()} FROM alert
          WHERE tenant_id = ${tenantId} AND severity = ${severity} AND id < ${before}::bigint
            AND ${matching(sql, { ...filter, severities: undefined })}
          ORDER BY id DESC LIMIT ${limit - alerts.length}`;
        alerts.push(...rows.map(toAlert));
        if (alerts.length === limit) break;
      }
      return alerts;
    },

    async openedIn(tenantId, { from, to, behind, limit }) {
      const place = behind ?? { openedAt: from, id: 0 };
      const rows = await sql<Row[]>`
        SELECT ${columns()} FROM alert
        WHERE tenant_id = ${tenantId} AND opened_at >= ${time(from)} AND opened_at < ${time(to)}
          AND (opened_at, id) > (${time(place.openedAt)}::timestamptz, ${place.id}::bigint)
        ORDER BY opened_at, id LIMIT ${limit}`;
      return rows.map(toAlert);
    },

    async count(tenantId, filter) {
      const [row] = await sql<{ count: number }[]>`
        SELECT count(*)::float8 AS count FROM alert WHERE tenant_id = ${tenantId} AND ${matching(sql, filter)}`;
      return row.count;
    },

    async counts(tenantId, filter) {
      return await sql<AlertCount[]>`
        SELECT severity, state, count(*)::float8 AS count FROM alert WHERE tenant_id = ${tenantId} AND ${
        matching(sql, filter)
      } GROUP BY severity, state`;
    },

    async matching(tenantId, ids, filter) {
      const rows = await sql<{ id: AlertId }[]>`
        SELECT id FROM alert WHERE tenant_id = ${tenantId} AND id = ANY (${numbers(ids)}::text::bigint[])
          AND ${matching(sql, filter)}`;
      return new Set(rows.map(({ id }) => id));
    },
  };
}

function rank(severity: Alert["severity"]): number {
  return SEVERITIES.indexOf(severity);
}
