import type { Alert, AlertChange, AlertId, AlertSubject } from "../../domain/alerting/alert.ts";
import { type EpisodeAct, stateAfter } from "../../domain/alerting/lifecycle.ts";
import type { RarityNow } from "../../domain/detection/episode.ts";
import type { BatchId } from "../../domain/intake/batch.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import type { AlertKey, AlertStore, TenantAlert } from "../../ports/alerting/alert.ts";
import { formatTimestamp } from "../../domain/timestamp.ts";
import { numbers, optionalTime, type Sql, time, words } from "../sql.ts";
import { alertLists } from "./alert_list.ts";
import { rarityText } from "./candidate.ts";
import { ofSubjects } from "./subject_filter.ts";
import { alertColumns, type AlertRow as Row, toAlert } from "./alert_row.ts";

interface ProofRow {
  readonly alert_id: AlertId;
  readonly ts: number;
  readonly change: AlertChange;
  readonly batch_id: BatchId;
  readonly evidence: string;
}

export function alertStore(sql: Sql): AlertStore {
  const columns = () => alertColumns(sql);
  /** Whether an alert of this severity waits for a reset. */
  const latches = (tenantId: number, severity: Alert["severity"]) =>
    sql`EXISTS (SELECT FROM alert_policy WHERE tenant_id = ${tenantId} AND ${severity}::text = ANY (latching))`;
  const open = (tenantId: number, { kind, episodeStart, ...subject }: AlertKey) =>
    sql`tenant_id = ${tenantId} AND ${ofSubject(sql, subject)} AND kind = ${kind} AND episode_start = ${
      time(episodeStart)
    } AND ended_at IS NULL`;
  return {
    ...alertLists(sql),

    async open(tenantId, { sensorId, assetId, sourceId, kind, episodeStart }, facts) {
      const { openedAt, severity, score, reason, batchId, shelf, suppressedBy = [], parentId, settingsId, ...now } =
        facts;
      const [row] = await sql<Row[]>`
        INSERT INTO alert (tenant_id, sensor_id, asset_id, source_id, kind, episode_start, opened_at, severity, state, score, reason, rarity, batch_id,
          latching, shelved_until, shelved_by, shelf_reason, suppressed_by, parent_id, settings_id)
        VALUES (${tenantId}, ${sensorId ?? null}, ${assetId ?? null}, ${sourceId ?? null}, ${kind}, ${
        time(episodeStart)
      }, ${time(openedAt)}, ${severity}, 'unacknowledged', ${score},
          ${reason}, ${rarityOrNull(now)}, ${batchId}, ${latches(tenantId, severity)}, ${optionalTime(shelf?.until)}, ${
        shelf?.by ?? null
      },
          ${shelf?.reason ?? null}, ${words(suppressedBy)}::text::text[], ${parentId ?? null}::bigint,
          ${settingsId ?? null})
        ON CONFLICT ON CONSTRAINT alert_episode DO NOTHING
        RETURNING ${columns()}`;
      return row && toAlert(row);
    },

    async raise(tenantId, key, { severity, score, reason, ...now }) {
      const [row] = await sql<Row[]>`
        UPDATE alert SET severity = ${severity}, score = ${score}, reason = ${reason}, version = version + 1,
          rarity = coalesce(${rarityOrNull(now)}::text, rarity),
          latching = latching OR ${latches(tenantId, severity)}
        WHERE ${open(tenantId, key)} RETURNING ${columns()}`;
      return row && toAlert(row);
    },

    async close(tenantId, key, { endedAt, score, reason, accepted, ...now }) {
      const change = accepted ? "accepted" : "closed";
      const [row] = await sql<Row[]>`
        UPDATE alert SET ended_at = ${time(endedAt)}, score = coalesce(${score ?? null}::float8, score),
          reason = coalesce(${reason ?? null}::text, reason),
          rarity = coalesce(${rarityOrNull(now)}::text, rarity),
          version = version + 1, 
          state = CASE WHEN latching THEN ${stateCase(sql, { change, latching: true })}
            ELSE ${stateCase(sql, { change, latching: false })} END
        WHERE ${open(tenantId, key)} RETURNING ${columns()}`;
      return row && toAlert(row);
    },

    async lock(tenantId, ids, { skipHeld = false } = {}) {
      const rows = await sql<Row[]>`
        SELECT ${columns()} FROM alert WHERE tenant_id = ${tenantId} AND id = ANY (${numbers(ids)}::text::bigint[])
        ORDER BY id FOR UPDATE ${skipHeld ? sql`SKIP LOCKED` : sql``}`;
      return rows.map(toAlert);
    },

    async save(tenantId, alerts) {
      const rows = alerts.map(({ id, state, version, assignee, shelf, suppressedBy, parentId }) => ({
        id,
        state,
        version,
        assignee,
        until: shelf && formatTimestamp(shelf.until),
        by: shelf?.by,
        reason: shelf?.reason,
        suppressions: suppressedBy,
        parent: parentId,
      }));
      await sql`
        UPDATE alert SET state = row.state, version = row.version, assignee = row.assignee, shelved_until = row.until,
          shelved_by = row.by, shelf_reason = row.reason,
          suppressed_by = ARRAY(SELECT jsonb_array_elements_text(row.suppressions)), parent_id = row.parent
        FROM jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) AS row (
          id bigint, state text, version integer, assignee text, until timestamptz, by text, reason text, suppressions jsonb, parent bigint
        )
        WHERE alert.tenant_id = ${tenantId} AND alert.id = row.id`;
    },

    async shelfOf(tenantId, subject, kind) {
      const [row] = await sql<Row[]>`
        SELECT ${columns()} FROM alert WHERE tenant_id = ${tenantId} AND ${ofSubject(sql, subject)} AND kind = ${kind}
        ORDER BY id DESC LIMIT 1`;
      const shelf = row && toAlert(row).shelf;
      if (shelf === undefined) return undefined;
      const [{ over }] = await sql<{ over: boolean }[]>`SELECT ${time(shelf.until)}::timestamptz <= now() AS over`;
      return over ? undefined : shelf;
    },

    async unshelvable({ limit }) {
      return await sql<TenantAlert[]>`
        SELECT alert.id, tenant.id AS "tenantId", tenant.key AS "tenantKey" FROM alert JOIN tenant ON tenant.id = alert.tenant_id
        WHERE shelved_until <= now() ORDER BY shelved_until LIMIT ${limit}`;
    },

    async newest(tenantId, { kind, ...subject }, limit) {
      const rows = await sql<Row[]>`
        SELECT ${columns()} FROM alert WHERE tenant_id = ${tenantId} AND ${ofSubject(sql, subject)} AND kind = ${kind}
        ORDER BY id DESC LIMIT ${limit}`;
      return rows.map(toAlert);
    },

    async above(tenantId, { sensorId, assetId }) {
      if (sensorId === undefined && assetId === undefined) return undefined;
      const [row] = await sql<{ id: AlertId }[]>`
        WITH RECURSIVE above AS (
          SELECT ${
        sensorId === undefined
          ? sql`parent_id AS id, 1 AS far FROM asset WHERE tenant_id = ${tenantId} AND id = ${assetId!}`
          : sql`asset_id AS id, 1 AS far FROM sensor WHERE tenant_id = ${tenantId} AND id = ${sensorId}`
      }
          UNION
          SELECT asset.parent_id, far + 1 FROM asset JOIN above ON asset.id = above.id WHERE asset.tenant_id = ${tenantId}
        )
        SELECT alert.id FROM alert JOIN above ON above.id = alert.asset_id
        WHERE alert.tenant_id = ${tenantId} AND alert.ended_at IS NULL ORDER BY far, alert.id LIMIT 1`;
      return row?.id;
    },

    async members(tenantId, ids, { limit }) {
      const rows = await sql<Row[]>`
        SELECT row.* FROM unnest(${numbers(ids)}::text::bigint[]) AS parent CROSS JOIN LATERAL (
          SELECT ${columns()} FROM alert WHERE tenant_id = ${tenantId} AND parent_id = parent ORDER BY id DESC LIMIT ${limit}
        ) AS row`;
      return Map.groupBy(rows.map(toAlert), ({ parentId }) => parentId!);
    },

    async heldSince({ before, limit }) {
      return await sql<TenantAlert[]>`
        SELECT alert.id, tenant.id AS "tenantId", tenant.key AS "tenantKey"
        FROM alert JOIN tenant ON tenant.id = alert.tenant_id JOIN alert_transition AS opened
          ON opened.tenant_id = alert.tenant_id AND opened.alert_id = alert.id AND opened.version = 1
        WHERE alert.ended_at IS NULL AND alert.suppressed_by <> '{}' AND 'chattering' = ANY (alert.suppressed_by)
          AND opened.known_at <= ${time(before)}
        ORDER BY alert.id LIMIT ${limit}`;
    },

    async faultsOf(tenantId, ids, { kinds, since }) {
      const rows = await sql<Row[]>`
        SELECT ${columns()} FROM alert WHERE tenant_id = ${tenantId} AND sensor_id = ANY (${numbers(ids)}::text::int[])
          AND kind = ANY (${words(kinds)}::text::text[]) AND (ended_at IS NULL OR opened_at >= ${time(since)})
        ORDER BY id`;
      return Map.groupBy(rows.map(toAlert), ({ sensorId }) => sensorId!);
    },

    async faulty(tenantId, ids, kinds) {
      const rows = await sql<{ id: SensorId }[]>`
        SELECT DISTINCT sensor_id AS id FROM alert WHERE tenant_id = ${tenantId} AND ended_at IS NULL
          AND sensor_id = ANY (${numbers(ids)}::text::int[]) AND kind = ANY (${words(kinds)}::text::text[])`;
      return rows.map(({ id }) => id);
    },

    async standingIds(tenantId, { subjects, suppression, suppressed, parentId, after, limit }) {
      const rows = await sql<{ id: AlertId }[]>`
        SELECT id FROM alert WHERE tenant_id = ${tenantId} AND ended_at IS NULL AND id > ${after}
          AND ${ofSubjects(sql, subjects)}
          AND (${suppression}::text = ANY (suppressed_by)) = ${suppressed}
          ${parentId === undefined ? sql`` : sql`AND parent_id = ${parentId}::bigint`}
        ORDER BY id LIMIT ${limit}`;
      return rows.map(({ id }) => id);
    },

    async standing(tenantId, sensorIds) {
      const rows = await sql<Row[]>`
        SELECT ${columns()} FROM alert
        WHERE tenant_id = ${tenantId} AND sensor_id = ANY (${
        numbers(sensorIds)
      }::text::int[]) AND ended_at IS NULL ORDER BY id`;
      return rows.map(toAlert);
    },

    async addProof(tenantId, { alertId, ts, change, batchId, evidence }) {
      await sql`
        INSERT INTO alert_evidence (tenant_id, alert_id, ts, change, batch_id, evidence)
        VALUES (${tenantId}, ${alertId}, ${time(ts)}, ${change}, ${batchId}, ${
        JSON.stringify(evidence)
      }) ON CONFLICT DO NOTHING`;
    },

    async proofs(tenantId, ids) {
      const rows = await sql<ProofRow[]>`
        SELECT alert_id, ts, change, batch_id, evidence FROM alert_evidence
        WHERE tenant_id = ${tenantId} AND alert_id = ANY (${numbers(ids)}::text::bigint[]) ORDER BY alert_id, ts`;
      return rows.map(({ alert_id, ts, change, batch_id, evidence }) => ({
        alertId: alert_id,
        ts: ts,
        change,
        batchId: batch_id,
        evidence: JSON.parse(evidence),
      }));
    },

    async byIds(tenantId, ids) {
      const rows = await sql<Row[]>`
        SELECT ${columns()} FROM alert WHERE tenant_id = ${tenantId} AND id = ANY (${numbers(ids)}::text::bigint[])`;
      return rows.map(toAlert);
    },

    async ofBatches(tenantId, ids, { limit }) {
      const rows = await sql<Row[]>`
        SELECT row.* FROM unnest(${numbers(ids)}::text::bigint[]) AS batch CROSS JOIN LATERAL (
          SELECT ${columns()} FROM alert WHERE tenant_id = ${tenantId} AND batch_id = batch ORDER BY id DESC LIMIT ${limit}
        ) AS row`;
      return Map.groupBy(rows.map(toAlert), ({ batchId }) => batchId);
    },
  };
}

function ofSubject(sql: Sql, { sensorId, assetId, sourceId }: AlertSubject) {
  if (sourceId !== undefined) return sql`source_id = ${sourceId}`;
  return sensorId === undefined ? sql`asset_id = ${assetId}` : sql`sensor_id = ${sensorId}`;
}

/** The domain's table as an expression: the state behind the end of the condition. */
function stateCase(sql: Sql, { change, latching }: { change: EpisodeAct; latching: boolean }) {
  const cases = stateAfter(change, latching).map(([from, to]) => sql`WHEN ${from}::text THEN ${to}::text`);
  return sql`CASE state ${cases.reduce((all, one) => sql`${all} ${one}`)} ELSE state END`;
}

function rarityOrNull({ rarity, line }: Partial<RarityNow>): string | null {
  return rarity === undefined || line === undefined ? null : rarityText({ rarity, line });
}
