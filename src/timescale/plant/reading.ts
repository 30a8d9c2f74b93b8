import type { Series } from "../../domain/plant/reading.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import type { Accepted } from "../../domain/intake/verdict.ts";
import type { ReadingRevision, ReadingStore } from "../../ports/plant/reading.ts";
import { numbers, type Sql, time } from "../sql.ts";
import { bucketPoints, horizonOf, singlePoints } from "./reading_points.ts";

interface Row {
  readonly ts: number;
  readonly value: number;
  readonly status: number;
}

/** The interval of the hypertable's chunks; they begin at whole multiples of it since 1970. */
const CHUNK_MS = 7 * 86_400_000;
/** A new chunk costs 2 to 4 ms, which others wait for in the embedded store. */
const CHUNKS_AT_ONCE = 20;

export function readingStore(sql: Sql): ReadingStore {
  // Epoch milliseconds as a double: exact, and far cheaper to parse than a timestamp's text.
  const epochMs = () => sql`(extract(epoch FROM ts) * 1000)::float8 AS ts`;
  return {
    async makeRoom(ts) {
      const weeks = [...new Set(Array.from(ts, (ms) => Math.floor(ms / CHUNK_MS)))].sort((a, b) => a - b);
      // Few chunks are made in passing by the insert itself.
      if (weeks.length <= CHUNKS_AT_ONCE) return;
      for (let i = 0; i < weeks.length; i += CHUNKS_AT_ONCE) {
        const starts = weeks.slice(i, i + CHUNKS_AT_ONCE).map((week) => week * CHUNK_MS);
        // A row that comes and goes leaves its chunk behind. No tenant has the number 0, so nobody ever sees one.
        await sql`
          INSERT INTO reading (tenant_id, sensor_id, ts, value, status, batch_id)
          SELECT 0, 0, to_timestamp(ms / 1000), 0, 0, 0 FROM unnest(${numbers(starts)}::text::float8[]) AS ms
          ON CONFLICT DO NOTHING`;
        await sql`
          DELETE FROM reading WHERE tenant_id = 0 AND sensor_id = 0
            AND ts BETWEEN ${time(starts[0])} AND ${time(starts[starts.length - 1])}`;
      }
    },

    async add(tenantId, batchId, accepted) {
      const sensorIds = numbers(sensorPerRow(accepted));
      const ts = numbers(accepted.ts);
      const status = accepted.status.some((code) => code !== 0) ? numbers(accepted.status) : null;
      const inserted = await sql`
        INSERT INTO reading (tenant_id, sensor_id, ts, value, status, batch_id)
        SELECT ${tenantId}::int, sensor_id, to_timestamp(ms / 1000), value, coalesce(status, 0), ${batchId}::bigint
        FROM unnest(${sensorIds}::text::int[], ${ts}::text::float8[], ${
        numbers(accepted.value)
      }::text::float8[], ${status}::text::bigint[])
          AS row (sensor_id, ms, value, status)
        ON CONFLICT DO NOTHING`;
      if (inserted.count === accepted.ts.length) return [];
      // The range keeps chunks of other times out of it, however many there are.
      const [from, to] = rangeOf(accepted.ts);
      return await sql<{ row: number; storedValue: number }[]>`
        SELECT (row.place - 1)::int AS row, reading.value AS "storedValue"
        FROM unnest(${sensorIds}::text::int[], ${ts}::text::float8[]) WITH ORDINALITY AS row (sensor_id, ms, place)
        JOIN reading ON reading.tenant_id = ${tenantId} AND reading.sensor_id = row.sensor_id
          AND reading.ts = to_timestamp(row.ms / 1000) AND reading.ts BETWEEN ${time(from)} AND ${time(to)}
        WHERE reading.batch_id <> ${batchId} ORDER BY place`;
    },

    async correct(tenantId, batchId, accepted) {
      const [from, to] = rangeOf(accepted.ts);
      await sql`
        WITH row AS (
          SELECT * FROM unnest(${numbers(sensorPerRow(accepted))}::text::int[], ${numbers(accepted.ts)}::text::float8[],
            ${numbers(accepted.value)}::text::float8[], ${numbers(accepted.status)}::text::bigint[])
            AS row (sensor_id, ms, value, status)
        ), kept AS (
          INSERT INTO reading_revision (tenant_id, sensor_id, ts, value, status, batch_id, replaced_by)
          SELECT old.tenant_id, old.sensor_id, old.ts, old.value, old.status, old.batch_id, ${batchId}::bigint
          FROM reading AS old JOIN row ON old.sensor_id = row.sensor_id AND old.ts = to_timestamp(row.ms / 1000)
          WHERE old.tenant_id = ${tenantId} AND old.ts BETWEEN ${time(from)} AND ${time(to)}
        )
        UPDATE reading SET value = row.value, status = row.status, batch_id = ${batchId}::bigint
        FROM row WHERE reading.tenant_id = ${tenantId} AND reading.sensor_id = row.sensor_id
          AND reading.ts = to_timestamp(row.ms / 1000) AND reading.ts BETWEEN ${time(from)} AND ${time(to)}`;
    },

    async revisions(tenantId, sensorId, { from, to, limit }) {
      return await sql<ReadingRevision[]>`
        SELECT (extract(epoch FROM ts) * 1000)::float8 AS ts, value, status, batch_id AS "batchId",
          replaced_by AS "replacedBy", (extract(epoch FROM replaced_at) * 1000)::float8 AS "replacedAt"
        FROM reading_revision
        WHERE tenant_id = ${tenantId} AND sensor_id = ${sensorId} AND ts >= ${time(from)} AND ts < ${time(to)}
        ORDER BY reading_revision.replaced_by DESC, reading_revision.ts DESC LIMIT ${limit}`;
    },

    async series(tenantId, sensorId, { from, to, limit }) {
      // One text of all values costs a fraction of a row for each: in the embedded store a fifth.
      const [{ ts, value, status }] = await sql<{ ts: string | null; value: string; status: string | null }[]>`
        SELECT array_agg(s)::text AS ts, array_agg(value)::text AS value,
          CASE WHEN max(status) > 0 THEN array_agg(status)::text END AS status
        FROM (
          SELECT date_part('epoch', ts) AS s, value, status FROM reading
          WHERE tenant_id = ${tenantId} AND sensor_id = ${sensorId} AND reading.ts >= ${time(from)} AND reading.ts < ${
        time(to)
      } AND reading.ts >= ${horizonOf(sql, tenantId, "rolled_up_before")}
          ORDER BY reading.ts LIMIT ${limit}
        ) AS ordered`;
      const times = ts === null ? NONE : listed(ts).map(toMs);
      return {
        ts: times,
        value: ts === null ? NONE : listed(value),
        status: status === null ? new Uint32Array(times.length) : Uint32Array.from(listed(status)),
      };
    },

    async latest(tenantId, sensorId, { to, limit }) {
      const rows = await sql<Row[]>`
        SELECT ${epochMs()}, value, status FROM reading
        WHERE tenant_id = ${tenantId} AND sensor_id = ${sensorId} AND reading.ts <= ${time(to)}
          AND reading.ts >= ${horizonOf(sql, tenantId, "rolled_up_before")}
        ORDER BY reading.ts DESC LIMIT ${limit}`;
      return toSeries(rows.reverse());
    },

    async seriesOf(tenantId, ranges) {
      if (ranges.length === 0) return new Map();
      const of = (value: (range: typeof ranges[number]) => number) => numbers(ranges.map(value));
      // The range of all keeps other chunks out of it.
      const [from, to] = [Math.min(...ranges.map((range) => range.from)), Math.max(...ranges.map((range) => range.to))];
      const rows = await sql<{ sensor_id: SensorId; ts: string; value: string }[]>`
        SELECT sensor_id, found.ts, found.value
        FROM unnest(${of(({ sensorId }) => sensorId)}::text::int[], ${of((range) => range.from)}::text::float8[],
          ${of((range) => range.to)}::text::float8[], ${of((range) => range.limit)}::text::int[])
          AS range (sensor_id, from_ms, to_ms, most)
        CROSS JOIN LATERAL (
          SELECT array_agg(s)::text AS ts, array_agg(value)::text AS value FROM (
            SELECT date_part('epoch', ts) AS s, value FROM reading
            WHERE tenant_id = ${tenantId} AND reading.sensor_id = range.sensor_id
              AND reading.ts >= to_timestamp(from_ms / 1000) AND reading.ts < to_timestamp(to_ms / 1000)
              AND reading.ts >= ${time(from)} AND reading.ts < ${time(to)}
              AND reading.ts >= ${horizonOf(sql, tenantId, "rolled_up_before")}
            ORDER BY reading.ts LIMIT most
          ) AS ordered
        ) AS found
        WHERE found.ts IS NOT NULL`;
      return new Map(
        rows.map(({ sensor_id, ts, value }) => [sensor_id, { ts: listed(ts).map(toMs), value: listed(value) }]),
      );
    },

    points: (tenantId, sensorId, range) => singlePoints(sql, { tenantId, sensorId, ...range }),
    buckets: (tenantId, sensorId, range) => bucketPoints(sql, { tenantId, sensorId, ...range }),
  };
}

/**
 * Seconds that are whole microseconds but for their last bit, as ms: numeric arithmetic in the store costs far more.
 */
function toMs(seconds: number): number {
  return Math.round(seconds * 1e6) / 1_000;
}

const NONE = new Float64Array();

/** The numbers of an array literal. */
function listed(text: string): Float64Array {
  return Float64Array.from(JSON.parse(`[${text.slice(1, -1)}]`) as number[]);
}

function rangeOf(ts: Float64Array): [from: number, to: number] {
  return [ts.reduce((a, b) => Math.min(a, b)), ts.reduce((a, b) => Math.max(a, b))];
}

function sensorPerRow({ sensorIds, offsets, ts }: Accepted): Int32Array {
  const perRow = new Int32Array(ts.length);
  for (const [i, id] of sensorIds.entries()) perRow.fill(id, offsets[i], offsets[i + 1]);
  return perRow;
}

function toSeries(rows: readonly Row[]): Series {
  return {
    ts: Float64Array.from(rows, (row) => row.ts),
    value: Float64Array.from(rows, (row) => row.value),
    status: Uint32Array.from(rows, (row) => row.status),
  };
}
