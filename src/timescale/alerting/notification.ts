import type { TenantId } from "../../domain/access/tenant.ts";
import type { AlertId } from "../../domain/alerting/alert.ts";
import {
  type Delivery,
  type Notification,
  NOTIFICATION_TRANSITIONS,
  type NotificationId,
  type NotificationState,
} from "../../domain/alerting/notification.ts";
import type { NotificationFilter, NotificationStore } from "../../ports/alerting/notification.ts";
import { numbers, type Sql, words } from "../sql.ts";

interface Row {
  readonly id: NotificationId;
  readonly tenant_id: TenantId;
  readonly alert_id: AlertId;
  readonly channel: string;
  readonly occasion: Notification["occasion"];
  readonly mark: string;
  readonly route: string;
  readonly routing_version: number;
  readonly severity: Notification["severity"];
  readonly reason: string;
  readonly body: string;
  readonly key: string;
  readonly state: NotificationState;
  readonly created_at: number;
  readonly due_at: number;
  readonly attempts: number;
  readonly attempts_before: number;
}

/** States that a change leads from, as the table of the domain has them. */
const from = (change: "deliver" | "give_up" | "replay") =>
  words((Object.keys(NOTIFICATION_TRANSITIONS) as NotificationState[])
    .filter((state) => NOTIFICATION_TRANSITIONS[state][change] !== undefined));

export function notificationStore(sql: Sql): NotificationStore {
  const columns = () =>
    sql`id, tenant_id, alert_id, channel, occasion, mark, route, routing_version, severity, reason, body, key, state,
      created_at, due_at, attempts, attempts_before`;
  return {
    async add(tenantId, notifications) {
      const rows = await sql<{ state: NotificationState }[]>`
        INSERT INTO notification
          (tenant_id, alert_id, channel, occasion, mark, route, routing_version, severity, reason, body, state)
        SELECT ${tenantId}, "alertId", channel, occasion, mark, route, "routingVersion", severity, reason, body,
          CASE WHEN withdrawn THEN 'withdrawn' ELSE 'pending' END
        FROM json_to_recordset(${JSON.stringify(notifications)}::text::json) AS row (
          "alertId" bigint, channel text, occasion text, mark text, route text, "routingVersion" int, severity text,
          reason text, body text, withdrawn boolean
        )
        ON CONFLICT (tenant_id, alert_id, channel, mark) DO NOTHING
        RETURNING state`;
      return rows.filter(({ state }) => state === "pending").length;
    },

    async toldOf(tenantId, ids) {
      const rows = await sql<Row[]>`
        SELECT ${columns()} FROM notification
        WHERE tenant_id = ${tenantId} AND alert_id = ANY (${numbers(ids)}::text::bigint[]) ORDER BY id`;
      return rows.map(toNotification);
    },

    async claim({ limit, leaseMs, shares, others }) {
      const rows = await sql<Row[]>`
        WITH lane AS (
          SELECT DISTINCT channel.tenant_id, key, share.most
          FROM channel LEFT JOIN jsonb_to_recordset(${JSON.stringify(shares)}::text::jsonb)
            AS share ("tenantId" int, channel text, most int)
            ON share."tenantId" = channel.tenant_id AND share.channel = channel.key
        ), first AS (
          SELECT one.id, one.due_at, lane.most IS NULL AS is_other,
            row_number() OVER (PARTITION BY lane.most IS NULL ORDER BY one.due_at, one.id) AS place,
            row_number() OVER (PARTITION BY lane.tenant_id, lane.key ORDER BY one.due_at, one.id) AS turn
          FROM lane CROSS JOIN LATERAL (
            SELECT one.id, one.due_at FROM notification AS one
            WHERE one.state = 'pending' AND one.tenant_id = lane.tenant_id AND one.channel = lane.key AND one.due_at <= now()
              AND NOT EXISTS (
                SELECT FROM notification AS earlier
                WHERE earlier.state = 'pending' AND earlier.tenant_id = one.tenant_id AND earlier.alert_id = one.alert_id
                  AND earlier.channel = one.channel AND earlier.id < one.id
              )
            ORDER BY one.due_at, one.id LIMIT coalesce(lane.most, 1)
          ) AS one
        ), due AS MATERIALIZED (
          SELECT id FROM first WHERE NOT is_other OR place <= ${others}::int ORDER BY turn, due_at LIMIT ${limit}::int
        )
        UPDATE notification SET attempts = attempts + 1, due_at = now() + ${leaseMs}::float8 * interval '1 ms'
        WHERE state = 'pending' AND due_at <= now() AND id = ANY (ARRAY(SELECT id FROM due))
        RETURNING ${columns()}`;
      return rows.map((row) => ({ tenantId: row.tenant_id, notification: toNotification(row) }));
    },

    async settle(tenantId, id, { number, channelVersion, outcome, retryAfterMs }) {
      await sql`
        INSERT INTO delivery (tenant_id, notification_id, attempt, channel_version, arrived, detail)
        VALUES (${tenantId}, ${id}, ${number}, ${channelVersion}, ${outcome.arrived}, ${outcome.detail})
        ON CONFLICT (tenant_id, notification_id, attempt) DO NOTHING`;
      const own = sql`tenant_id = ${tenantId} AND id = ${id}`;
      if (outcome.arrived) {
        await sql`
          UPDATE notification SET state = 'delivered' WHERE ${own} AND state = ANY (${from("deliver")}::text::text[])`;
      } else if (retryAfterMs === undefined) {
        await sql`
          UPDATE notification SET state = 'dead'
          WHERE ${own} AND attempts = ${number} AND state = ANY (${from("give_up")}::text::text[])`;
      } else {
        await sql`
          UPDATE notification SET due_at = now() + ${retryAfterMs}::float8 * interval '1 ms'
          WHERE ${own} AND attempts = ${number} AND state = 'pending'`;
      }
      const [row] = await sql<{ state: NotificationState }[]>`SELECT state FROM notification WHERE ${own}`;
      return row?.state ?? "withdrawn";
    },

    async replay(tenantId, { ids, channel, limit }) {
      const rows = await sql<Row[]>`
        UPDATE notification SET state = 'pending', due_at = now(), attempts_before = attempts
        WHERE tenant_id = ${tenantId} AND state = ANY (${from("replay")}::text::text[]) AND id = ANY (ARRAY(
          SELECT id FROM notification
          WHERE tenant_id = ${tenantId} AND state = ANY (${from("replay")}::text::text[])
            AND ${ids === undefined ? sql`true` : sql`id = ANY (${numbers(ids)}::text::bigint[])`}
            AND ${channel === undefined ? sql`true` : sql`channel = ${channel}`}
          ORDER BY id LIMIT ${limit}::int
        ))
        RETURNING ${columns()}`;
      return rows.map(toNotification).sort((a, b) => a.id - b.id);
    },

    async byIds(tenantId, ids) {
      const rows = await sql<Row[]>`
        SELECT ${columns()} FROM notification
        WHERE tenant_id = ${tenantId} AND id = ANY (${numbers(ids)}::text::bigint[])`;
      return rows.map(toNotification);
    },

    async page(tenantId, { before, limit, ...filter }) {
      const rows = await sql<Row[]>`
        SELECT ${columns()} FROM notification
        WHERE tenant_id = ${tenantId} AND id < ${before ?? Number.MAX_SAFE_INTEGER}::bigint AND ${matching(sql, filter)}
        ORDER BY id DESC LIMIT ${limit}`;
      return rows.map(toNotification);
    },

    async count(tenantId, filter) {
      const [row] = await sql<{ count: number }[]>`
        SELECT count(*)::float8 AS count FROM notification WHERE tenant_id = ${tenantId} AND ${matching(sql, filter)}`;
      return row.count;
    },

    async deliveriesOf(tenantId, ids) {
      const rows = await sql<DeliveryRow[]>`
        SELECT notification_id, attempt, channel_version, ended_at, arrived, detail FROM delivery
        WHERE tenant_id = ${tenantId} AND notification_id = ANY (${numbers(ids)}::text::bigint[])
        ORDER BY notification_id, attempt`;
      return rows.map((row): Delivery => ({
        notificationId: row.notification_id,
        attempt: row.attempt,
        channelVersion: row.channel_version,
        endedAt: row.ended_at,
        arrived: row.arrived,
        detail: row.detail,
      }));
    },
  };
}

interface DeliveryRow {
  readonly notification_id: NotificationId;
  readonly attempt: number;
  readonly channel_version: number;
  readonly ended_at: number;
  readonly arrived: boolean;
  readonly detail: string;
}

function matching(sql: Sql, { states, channel, alertId }: NotificationFilter) {
  return [
    states && sql`state = ANY (${words(states)}::text::text[])`,
    channel !== undefined && sql`channel = ${channel}`,
    alertId !== undefined && sql`alert_id = ${alertId}::bigint`,
  ].filter((condition) => condition !== undefined && condition !== false)
    .reduce((all, condition) => sql`${all} AND ${condition}`, sql`true`);
}

function toNotification(row: Row): Notification {
  return {
    id: row.id,
    key: row.key,
    alertId: row.alert_id,
    channel: row.channel,
    occasion: row.occasion,
    mark: row.mark,
    route: row.route,
    routingVersion: row.routing_version,
    severity: row.severity,
    reason: row.reason,
    body: row.body,
    state: row.state,
    createdAt: row.created_at,
    dueAt: row.due_at,
    attempts: row.attempts,
    attemptsBefore: row.attempts_before,
  };
}
