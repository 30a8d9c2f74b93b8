import type { TenantId } from "../../domain/access/tenant.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import type { SensorSlice, ThinningStore, TimedNoun } from "../../ports/history/thinning.ts";
import { numbers, optional, type Sql, time } from "../sql.ts";
import { meanOf, squaresOf } from "./rollup.ts";

const TABLES: Readonly<Record<TimedNoun, string>> = { reading: "reading", minute: "reading_minute" };
/** Up to where rows of each count no more. */
const HORIZONS: Readonly<Record<TimedNoun, string>> = { reading: "rolled_up_before", minute: "hours_only_before" };
/** Sensors that one statement looks for readings of. */
const SENSORS_PER_LOOK = 1_000;
/** Whoever drops a part waits for those who read it, and everybody who comes later waits behind him. */
const DROP_WAIT_MAX = "2s";

export function thinningStore(sql: Sql): ThinningStore {
  return {
    async chunks(noun, beforeMs) {
      const rows = await sql<{ name: string; range_start: number; range_end: number }[]>`
        SELECT format('%I.%I', chunk_schema, chunk_name) AS name, range_start, range_end
        FROM timescaledb_information.chunks
        WHERE hypertable_schema = current_schema() AND hypertable_name = ${TABLES[noun]} AND range_start < ${
        time(beforeMs)
      }
        ORDER BY range_start`;
      return rows.map((row) => ({ name: row.name, from: row.range_start, to: row.range_end }));
    },

    async rollUp(tenantId, { minutes, ...slice }) {
      const { sensors, after } = await sensorsIn(sql, tenantId, { ...slice, noun: "reading" });
      if (sensors.length === 0) return { rows: 0, after };
      if (minutes) await writeRollup(sql, tenantId, { ...slice, sensors, table: "reading_minute", width: "1 minute" });
      const rows = await writeRollup(sql, tenantId, { ...slice, sensors, table: "reading_hour", width: "1 hour" });
      return { rows, after };
    },

    async remove(tenantId, noun, slice) {
      const { sensors, after } = await sensorsIn(sql, tenantId, { ...slice, noun });
      if (sensors.length === 0) return { rows: 0, after };
      // By a list: by a range of ids the embedded edition refuses to delete from compressed parts.
      const { count } = await sql`
        DELETE FROM ${sql(TABLES[noun])}
        WHERE tenant_id = ${tenantId} AND sensor_id = ANY (${numbers(sensors)}::text::int[])
          AND ts >= ${time(slice.from)} AND ts < ${time(slice.to)}`;
      return { rows: count, after };
    },

    async drop(noun, { name, from, to }) {
      const table = sql(TABLES[noun]);
      await sql`SELECT set_config('lock_timeout', ${DROP_WAIT_MAX}, true)`;
      // Locked before it is looked into, so that nobody puts anything in behind the look.
      await sql.unsafe(`LOCK TABLE ${name} IN ACCESS EXCLUSIVE MODE`);
      const [{ counts }] = await sql<{ counts: boolean }[]>`
        SELECT EXISTS (
          SELECT FROM tenant LEFT JOIN reading_horizon AS horizon ON horizon.tenant_id = tenant.id
          WHERE coalesce(horizon.${sql(HORIZONS[noun])}, '-infinity') < ${time(to)}
            AND EXISTS (SELECT FROM ${table} AS kept WHERE kept.tenant_id = tenant.id
              AND kept.ts >= ${time(from)} AND kept.ts < ${time(to)})
        ) AS counts`;
      if (counts) return false;
      await sql`SELECT drop_chunks(${TABLES[noun]}::text::regclass, newer_than => ${time(from)}, older_than => ${
        time(to)
      })`;
      return true;
    },

    async measure(tenantId, noun, { chunk, from, to }) {
      const [row] = await sql<{ rows: number; all: number; bytes: number; oldest: number | null }[]>`
        SELECT count(*) FILTER (WHERE due)::float8 AS rows, count(*)::float8 AS all, min(ts) FILTER (WHERE due) AS oldest,
          (pg_total_relation_size(${chunk.name}::text::regclass) + coalesce((
            SELECT pg_total_relation_size(format('%I.%I', compressed.schema_name, compressed.table_name)::regclass)
            FROM _timescaledb_catalog.chunk AS plain
            JOIN _timescaledb_catalog.chunk AS compressed ON compressed.id = plain.compressed_chunk_id
            WHERE format('%I.%I', plain.schema_name, plain.table_name) = ${chunk.name}
          ), 0))::float8 AS bytes
        FROM (
          SELECT ts, tenant_id = ${tenantId} AND ts >= ${time(from)} AND ts < ${time(to)} AS due
          FROM ${sql(TABLES[noun])} WHERE ts >= ${time(chunk.from)} AND ts < ${time(chunk.to)}
        ) AS looked`;
      const share = row.all === 0 ? 0 : row.rows / row.all;
      return { rows: row.rows, bytes: Math.round(row.bytes * share), oldestMs: optional(row.oldest) };
    },
  };
}

/** The next sensors of the tenant that have anything in the stretch, and the last one that was looked at. */
async function sensorsIn(
  sql: Sql,
  tenantId: TenantId,
  { noun, from, to, after, limit }: SensorSlice & { readonly noun: TimedNoun },
): Promise<{ sensors: SensorId[]; after: SensorId | undefined }> {
  const rows = await sql<{ id: SensorId; has: boolean }[]>`
    SELECT id, EXISTS (
      SELECT FROM ${sql(TABLES[noun])} AS kept
      WHERE kept.tenant_id = ${tenantId} AND kept.sensor_id = sensor.id
        AND kept.ts >= ${time(from)} AND kept.ts < ${time(to)}
    ) AS has
    FROM sensor WHERE tenant_id = ${tenantId} AND id > ${after} ORDER BY id LIMIT ${SENSORS_PER_LOOK}`;
  const sensors = rows.filter(({ has }) => has).map(({ id }) => id);
  if (sensors.length > limit) return { sensors: sensors.slice(0, limit), after: sensors[limit - 1] };
  return { sensors, after: rows.length === SENSORS_PER_LOOK ? rows[rows.length - 1].id : undefined };
}

interface RollupSlice extends Pick<SensorSlice, "from" | "to"> {
  readonly sensors: readonly SensorId[];
  readonly table: "reading_minute" | "reading_hour";
  readonly width: "1 minute" | "1 hour";
}

/** Answers the number of readings. Rows that are there are replaced: the readings of a closed time do not change. */
async function writeRollup(
  sql: Sql,
  tenantId: TenantId,
  { table, width, from, to, sensors }: RollupSlice,
): Promise<number> {
  const value = sql`value`;
  const [{ readings }] = await sql<{ readings: number }[]>`
    WITH written AS (
      INSERT INTO ${sql(table)} AS rollup (tenant_id, sensor_id, ts, count, min, max, mean, squares)
      SELECT tenant_id, sensor_id, time_bucket(${width}::text::interval, ts) AS bucket, count(*), min(value), max(value),
        ${meanOf(sql, value, sql`1`)}, ${squaresOf(sql, value)}
      FROM reading
      WHERE tenant_id = ${tenantId} AND sensor_id = ANY (${numbers(sensors)}::text::int[])
        AND reading.ts >= ${time(from)} AND reading.ts < ${time(to)}
      GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
      ON CONFLICT (tenant_id, sensor_id, ts) DO UPDATE SET count = excluded.count, min = excluded.min, max = excluded.max,
        mean = excluded.mean, squares = excluded.squares
      RETURNING count
    )
    SELECT coalesce(sum(count), 0)::float8 AS readings FROM written`;
  return readings;
}
