/** Lists of alerts under a filter. */
import type { Alert, AlertId } from "../../domain/alerting/alert.ts";
import { SEVERITIES } from "../../domain/detection/severity.ts";
import type { AssetId } from "../../domain/plant/asset.ts";
import type { AlertCount, AlertStore } from "../../ports/alerting/alert.ts";
import { numbers, optional, type Sql, time } from "../sql.ts";
import { matching } from "./alert_filter.ts";
import { alertColumns, type AlertRow as Row, toAlert } from "./alert_row.ts";

type AlertLists = Pick<AlertStore, "page" | "bySeverity" | "groups" | "openedIn" | "count" | "counts" | "matching">;

interface GroupRow {
  readonly assetId: AssetId | null;
  readonly count: number;
  readonly unacknowledged: number;
  /** Places in the order of severities, from 1. */
  readonly worst: number;
  readonly worstUnacknowledged: number | null;
  /** With commas between them. */
  readonly first: string;
}

/** Ids that each group comes with. */
export const FIRST_OF_GROUP = 20;

export function alertLists(sql: Sql): AlertLists {
  const columns = () => alertColumns(sql);
  const counts: AlertLists["counts"] = async (tenantId, filter) =>
    await sql<AlertCount[]>`
      SELECT severity, state, count(*)::float8 AS count FROM alert WHERE tenant_id = ${tenantId} AND ${
      matching(sql, filter)
    } GROUP BY severity, state`;
  return {
    async page(tenantId, { before, limit, skip = 0, ...filter }) {
      const rows = await sql<Row[]>`
        SELECT ${columns()} FROM alert
        WHERE tenant_id = ${tenantId} AND id < ${before ?? Number.MAX_SAFE_INTEGER}::bigint AND ${matching(sql, filter)}
        ORDER BY id DESC LIMIT ${limit} OFFSET ${skip}`;
      return rows.map(toAlert);
    },

    async bySeverity(tenantId, { behind, limit, skip = 0, ...filter }) {
      // A severity at a time, the most urgent first: each is a walk along an index that ends when there is enough.
      const alerts: Alert[] = [];
      const wanted = SEVERITIES.toReversed().filter((one) => filter.severities?.includes(one) ?? true);
      const from = behind === undefined ? 0 : wanted.findIndex((one) => rank(one) <= rank(behind.severity));
      // Who passes over many is told how many there are, so that no severity is walked along in vain.
      const counted = skip === 0 ? [] : await counts(tenantId, filter);
      let left = skip;
      for (const severity of from < 0 ? [] : wanted.slice(from)) {
        const all = counted.filter((one) => one.severity === severity).reduce((sum, { count }) => sum + count, 0);
        const before = severity === behind?.severity ? behind.id : Number.MAX_SAFE_INTEGER;
        if (left > 0 && left >= all) {
          left -= all;
          continue;
        }
        const rows = await sql<Row[]>`
          SELECT ${columns()} FROM alert
          WHERE tenant_id = ${tenantId} AND severity = ${severity} AND id < ${before}::bigint
            AND ${matching(sql, { ...filter, severities: undefined })}
          ORDER BY id DESC LIMIT ${limit - alerts.length} OFFSET ${left}`;
        left = 0;
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

    counts,

    async groups(tenantId, { limit, ...filter }) {
      const rows = await sql<GroupRow[]>`
        SELECT coalesce(found.asset_id, sensor.asset_id) AS "assetId", count(*)::float8 AS count,
          count(*) FILTER (WHERE asks)::float8 AS unacknowledged,
          max(urgency)::float8 AS worst, (max(urgency) FILTER (WHERE asks))::float8 AS "worstUnacknowledged",
          array_to_string((array_agg(found.id ORDER BY urgency DESC, found.id DESC))[1:${FIRST_OF_GROUP}::int], ',') AS first
        FROM (
          SELECT id, sensor_id, asset_id,
            state = 'unacknowledged' AND shelved_until IS NULL AND suppressed_by = '{}' AS asks,
            array_position(ARRAY['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'], severity) AS urgency
          FROM alert WHERE tenant_id = ${tenantId} AND ${matching(sql, filter)}
        ) AS found LEFT JOIN sensor ON sensor.tenant_id = ${tenantId} AND sensor.id = found.sensor_id
        GROUP BY 1 ORDER BY "worstUnacknowledged" DESC NULLS LAST, worst DESC, count DESC, 1 LIMIT ${limit}`;
      return rows.map(({ assetId, count, unacknowledged, first, worst, worstUnacknowledged }) => ({
        assetId: optional(assetId),
        count,
        unacknowledged,
        worst: SEVERITIES[worst - 1],
        worstUnacknowledged: worstUnacknowledged === null ? undefined : SEVERITIES[worstUnacknowledged - 1],
        first: first.split(",").map((id) => Number(id) as AlertId),
      }));
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
