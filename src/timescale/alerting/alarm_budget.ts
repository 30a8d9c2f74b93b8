import { type AgeGroup, ageOf } from "../../domain/alerting/budget.ts";
import { ASSET_SENSORS_MAX } from "../../domain/detection/asset_state.ts";
import type { BudgetedKind } from "../../domain/detection/rarity.ts";
import type { AssetId } from "../../domain/plant/asset.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import { subjectOf } from "../../domain/plant/subject.ts";
import type {
  AlarmBudget,
  AlarmBudgetStore,
  BudgetScope,
  LineCounts,
  StoredLine,
} from "../../ports/alerting/alarm_budget.ts";
import { numbers, optional, type Sql, time } from "../sql.ts";

/** Tells the advisory locks of lines from others; any number will do. */
const LINE_LOCKS = { sensors: 7_305_244, assets: 7_305_245 };

interface LineRow {
  readonly scope: BudgetScope;
  readonly kind: BudgetedKind;
  readonly day: number;
  readonly share: number | null;
  readonly alerts_per_day: number | null;
  readonly correction: number;
  readonly line: number;
  readonly sensors: number;
  readonly counted: number | null;
}

export function alarmBudgetStore(sql: Sql): AlarmBudgetStore {
  const columns = () =>
    sql`alarm_day.scope, alarm_day.kind, day - DATE '1970-01-01' AS day, alerts_per_day, share, correction, line, sensors, counted`;
  const date = (day: number) => sql`(DATE '1970-01-01' + ${day}::int)`;
  return {
    async budgets(tenantId) {
      return await sql<AlarmBudget[]>`
        SELECT scope, alerts_per_day AS "alertsPerDay", set_by AS "setBy", set_at AS "setAt"
        FROM alarm_budget WHERE tenant_id = ${tenantId} ORDER BY scope`;
    },

    async set(tenantId, { scope, alertsPerDay, by }) {
      await sql`
        INSERT INTO alarm_budget (tenant_id, scope, alerts_per_day, set_by)
        VALUES (${tenantId}, ${scope}, ${alertsPerDay}, ${by})
        ON CONFLICT (tenant_id, scope) DO UPDATE
        SET alerts_per_day = excluded.alerts_per_day, set_by = excluded.set_by, set_at = now()`;
    },

    async unset(tenantId, scope) {
      await sql`DELETE FROM alarm_budget WHERE tenant_id = ${tenantId} AND scope = ${scope}`;
    },

    async lock(tenantId, of) {
      await sql`SELECT pg_advisory_xact_lock(${LINE_LOCKS[of]}::int, ${tenantId}::int)`;
    },

    async lines(tenantId, days) {
      const rows = await sql<LineRow[]>`
        SELECT ${columns()} FROM alarm_day
        WHERE tenant_id = ${tenantId} AND day IN (
          SELECT DATE '1970-01-01' + number FROM unnest(${numbers(days)}::text::int[]) AS number)
        ORDER BY day, scope, kind`;
      return rows.map(toLine);
    },

    async linesBetween(tenantId, { scope, kind }, { after, to }) {
      const rows = await sql<(LineRow & { bursts: string; kept: number })[]>`
        SELECT ${columns()}, coalesce(bursts, '[]') AS bursts, coalesce(kept, 0) AS kept
        FROM alarm_day LEFT JOIN LATERAL (
          SELECT coalesce(json_agg(announced ORDER BY announced) FILTER (WHERE announced > 0), '[]')::text AS bursts,
            sum(kept)::int AS kept
          FROM alarm_burst
          WHERE tenant_id = ${tenantId} AND alarm_burst.scope = ${scope} AND alarm_burst.kind = ${kind}
            AND alarm_burst.day = alarm_day.day
        ) AS burst ON true
        WHERE tenant_id = ${tenantId} AND scope = ${scope} AND kind = ${kind} AND day > ${date(after)} AND day <= ${
        date(to)
      } ORDER BY day`;
      return rows.map((row): LineCounts => {
        const bursts = JSON.parse(row.bursts) as number[];
        return { ...toLine(row), bursts, announced: bursts.reduce((sum, size) => sum + size, 0), kept: row.kept };
      });
    },

    async lineBefore(tenantId, { scope, kind }, day) {
      const [row] = await sql<LineRow[]>`
        SELECT ${columns()} FROM alarm_day
        WHERE tenant_id = ${tenantId} AND scope = ${scope} AND kind = ${kind} AND day < ${
        date(day)
      } ORDER BY day DESC LIMIT 1`;
      return row && toLine(row);
    },

    async newestDay(tenantId) {
      const [row] = await sql<{ day: number | null }[]>`
        SELECT max(day) - DATE '1970-01-01' AS day FROM alarm_day WHERE tenant_id = ${tenantId} AND scope = 0`;
      return optional(row.day);
    },

    async addLines(tenantId, lines) {
      await sql`
        INSERT INTO alarm_day (tenant_id, scope, kind, day, alerts_per_day, share, correction, line, sensors)
        SELECT ${tenantId}, scope, kind, DATE '1970-01-01' + day, "alertsPerDay", share, correction, line, subjects
        FROM jsonb_to_recordset(${JSON.stringify(lines)}::text::jsonb) AS row (scope int, kind text, day int,
          "alertsPerDay" float8, share float8, correction float8, line float8, subjects int)`;
    },

    async closeDay(tenantId, { scope, kind }, { day, counted }) {
      await sql`
        UPDATE alarm_day SET counted = ${counted}
        WHERE tenant_id = ${tenantId} AND scope = ${scope} AND kind = ${kind} AND day = ${
        date(day)
      } AND counted IS NULL`;
    },

    async population(tenantId, scope, { day, scopes }) {
      const rows = await sql<{ of: "sensors" | "assets"; age: number; sensors: number; readings: number }[]>`
        WITH RECURSIVE up AS (
          SELECT DISTINCT asset_id AS start, asset_id AS id, 0 AS depth FROM alarm_population
          WHERE tenant_id = ${tenantId} AND day = ${date(day)}
          UNION ALL
          SELECT start, asset.parent_id, depth + 1 FROM up JOIN asset ON asset.tenant_id = ${tenantId} AND asset.id = up.id
          WHERE asset.parent_id IS NOT NULL
        ), nearest AS (
          SELECT DISTINCT ON (start) start, id FROM up WHERE id = ANY (${
        numbers(scopes)
      }::text::int[]) ORDER BY start, depth
        ), reported AS (
          SELECT asset_id, age, sensors, readings FROM alarm_population LEFT JOIN nearest ON nearest.start = asset_id
          WHERE tenant_id = ${tenantId} AND day = ${date(day)} AND coalesce(nearest.id, 0) = ${scope}
        ), judged AS (
          SELECT max(age) AS age, max(readings::float8 / sensors) AS readings FROM reported WHERE asset_id <> 0
          GROUP BY asset_id HAVING sum(sensors) BETWEEN 2 AND ${ASSET_SENSORS_MAX}::int
        )
        SELECT 'sensors' AS of, age, sum(sensors)::int AS sensors, sum(readings)::float8 AS readings
        FROM reported GROUP BY age
        UNION ALL
        SELECT 'assets' AS of, age, count(*)::int AS sensors, sum(readings ORDER BY readings)::float8 AS readings
        FROM judged GROUP BY age
        ORDER BY of, age`;
      const groups = (whose: "sensors" | "assets") =>
        rows.filter(({ of }) => of === whose)
          .map(({ age, sensors, readings }): AgeGroup => ({ ageDays: ageOf(age), sensors, readings }));
      return { sensors: groups("sensors"), assets: groups("assets") };
    },

    async addPopulation(tenantId, days) {
      if (days.length === 0) return;
      await sql`
        INSERT INTO alarm_population (tenant_id, day, asset_id, age, sensors, readings)
        SELECT ${tenantId}, DATE '1970-01-01' + row.day, coalesce(sensor.asset_id, 0) AS asset, age, count(*), sum(readings)
        FROM jsonb_to_recordset(${
        JSON.stringify(days)
      }::text::jsonb) AS row ("sensorId" int, day int, age int, readings bigint)
        JOIN sensor ON sensor.tenant_id = ${tenantId} AND sensor.id = row."sensorId"
        GROUP BY row.day, asset, age ORDER BY row.day, asset, age
        ON CONFLICT (tenant_id, day, asset_id, age) DO UPDATE
        SET sensors = alarm_population.sensors + excluded.sensors, readings = alarm_population.readings + excluded.readings`;
    },

    async forgetPopulation(tenantId, before) {
      await sql`DELETE FROM alarm_population WHERE tenant_id = ${tenantId} AND day < ${date(before)}`;
    },

    async addBursts(tenantId, bursts) {
      if (bursts.length === 0) return;
      await sql`
        WITH RECURSIVE given AS (
          SELECT row.*, coalesce("assetId", sensor.asset_id, 0) AS asset
          FROM jsonb_to_recordset(${JSON.stringify(bursts)}::text::jsonb)
            AS row ("sensorId" int, "assetId" int, scope int, kind text, day int, slot int, announced int, kept int)
          LEFT JOIN sensor ON sensor.tenant_id = ${tenantId} AND sensor.id = "sensorId"
        ), up AS (
          SELECT DISTINCT asset AS start, asset AS id FROM given
          UNION
          SELECT start, asset.parent_id FROM up JOIN asset ON asset.tenant_id = ${tenantId} AND asset.id = up.id
          WHERE asset.parent_id IS NOT NULL
        ), top AS (
          SELECT start, up.id FROM up JOIN asset ON asset.tenant_id = ${tenantId} AND asset.id = up.id WHERE parent_id IS NULL
        )
        INSERT INTO alarm_burst (tenant_id, scope, kind, day, site, slot, announced, kept)
        SELECT ${tenantId}, scope, kind, DATE '1970-01-01' + day, coalesce(top.id, 0) AS site, slot, sum(announced), sum(kept)
        FROM given LEFT JOIN top ON top.start = asset
        GROUP BY scope, kind, day, site, slot ORDER BY scope, kind, day, site, slot
        ON CONFLICT (tenant_id, scope, kind, day, site, slot) DO UPDATE
        SET announced = alarm_burst.announced + excluded.announced, kept = alarm_burst.kept + excluded.kept`;
    },

    async scopesOf(tenantId, subjects, scopes) {
      const rows = await sql<{ sensorId: SensorId | null; assetId: AssetId | null; scope: BudgetScope }[]>`
        WITH RECURSIVE up AS (
          SELECT "sensorId", "assetId", coalesce("assetId", sensor.asset_id) AS id, 0 AS depth
          FROM jsonb_to_recordset(${JSON.stringify(subjects)}::text::jsonb) AS row ("sensorId" int, "assetId" int)
          LEFT JOIN sensor ON sensor.tenant_id = ${tenantId} AND sensor.id = "sensorId"
          UNION ALL
          SELECT "sensorId", "assetId", asset.parent_id, depth + 1
          FROM up JOIN asset ON asset.tenant_id = ${tenantId} AND asset.id = up.id WHERE asset.parent_id IS NOT NULL
        )
        SELECT DISTINCT ON ("sensorId", "assetId") "sensorId", "assetId", id AS scope FROM up
        WHERE id = ANY (${numbers(scopes)}::text::int[]) ORDER BY "sensorId", "assetId", depth`;
      return rows.map(({ scope, ...subject }) => ({ ...subjectOf(subject), scope }));
    },

    async countSensors(tenantId, scope, scopes) {
      const [row] = await sql<{ count: number }[]>`
        WITH RECURSIVE up AS (
          SELECT id AS start, id, 0 AS depth FROM asset WHERE tenant_id = ${tenantId}
          UNION ALL
          SELECT start, asset.parent_id, depth + 1 FROM up JOIN asset ON asset.tenant_id = ${tenantId} AND asset.id = up.id
          WHERE asset.parent_id IS NOT NULL
        ), nearest AS (
          SELECT DISTINCT ON (start) start, id FROM up WHERE id = ANY (${
        numbers(scopes)
      }::text::int[]) ORDER BY start, depth
        )
        SELECT count(*)::int AS count FROM sensor LEFT JOIN nearest ON nearest.start = asset_id
        WHERE tenant_id = ${tenantId} AND retired_at IS NULL AND coalesce(nearest.id, 0) = ${scope}`;
      return row.count;
    },

    async badActors(tenantId, { from, to, limit }) {
      return await sql<{ sensorId: SensorId; alerts: number }[]>`
        SELECT sensor_id AS "sensorId", count(*)::int AS alerts FROM alert
        WHERE tenant_id = ${tenantId} AND opened_at >= ${time(from)} AND opened_at < ${time(to)}
          AND rarity IS NOT NULL AND sensor_id IS NOT NULL
        GROUP BY sensor_id ORDER BY alerts DESC, sensor_id LIMIT ${limit}`;
    },
  };
}

function toLine(row: LineRow): StoredLine {
  return {
    scope: row.scope,
    kind: row.kind,
    day: row.day,
    alertsPerDay: optional(row.alerts_per_day),
    share: optional(row.share),
    correction: row.correction,
    line: row.line,
    subjects: row.sensors,
    counted: optional(row.counted),
  };
}
