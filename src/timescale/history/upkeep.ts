import type { UpkeepStore } from "../../ports/history/upkeep.ts";
import type { Edition } from "../connect.ts";
import { type Sql, time, words } from "../sql.ts";

const HYPERTABLES = ["reading", "reading_minute", "reading_hour"];
/** A sensor's values lie together, in the order of time. */
const COMPRESSION =
  "timescaledb.compress, timescaledb.compress_segmentby = 'tenant_id, sensor_id', timescaledb.compress_orderby = 'ts'";
/** Bit of a chunk's status: rows have come since it was compressed. */
const PARTIAL = 8;

/** Tables whose rows are rewritten with every batch. */
const REWRITTEN = ["detector_state", "asset_state", "batch", "source", "tenant"];
const CATALOGS = ["pg_catalog", "_timescaledb_catalog"];
/**
 * Transactions after which the ids in a table's rows have to be frozen, long before PostgreSQL stops for want of new
 * ones.
 */
const FREEZE_AGE = 100_000_000;

export function upkeepStore(sql: Sql, edition: Edition): UpkeepStore {
  return {
    async compressible(beforeMs) {
      if (edition === "apache") return [];
      const plain = await sql<{ name: string }[]>`
        SELECT hypertable_name AS name FROM timescaledb_information.hypertables
        WHERE hypertable_schema = current_schema() AND hypertable_name = ANY (${words(HYPERTABLES)}::text::text[])
          AND NOT compression_enabled`;
      // Only once: it waits for all who read the table, and others wait behind it.
      for (const { name } of plain) await sql.unsafe(`ALTER TABLE ${name} SET (${COMPRESSION})`);
      // Minutes and hours are written until the readings of their time have gone.
      const rows = await sql<{ name: string }[]>`
        SELECT format('%I.%I', chunk_schema, chunk_name) AS name
        FROM timescaledb_information.chunks AS chunk
        JOIN _timescaledb_catalog.chunk AS internal
          ON internal.schema_name = chunk.chunk_schema AND internal.table_name = chunk.chunk_name
        WHERE hypertable_schema = current_schema() AND hypertable_name = ANY (${words(HYPERTABLES)}::text::text[])
          AND range_end <= ${time(beforeMs)}
          AND (hypertable_name = 'reading' OR range_end <= (SELECT min(rolled_up_before) FROM reading_horizon))
          AND (NOT is_compressed OR internal.status & ${PARTIAL}::int <> 0)
        ORDER BY range_end`;
      return rows.map(({ name }) => name);
    },

    async compress(part) {
      await sql`SELECT compress_chunk(${part}::text::regclass, if_not_compressed => true)`;
    },

    async vacuumable(which) {
      if (edition !== "embedded") return [];
      // Readings are never rewritten, and their parts are dropped: they are left alone until they have to be frozen.
      const rows = await sql<{ name: string }[]>`
        SELECT format('%I.%I', nspname, relname) AS name
        FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE relkind IN ('r', 'm') AND relname <> ALL (${words(HYPERTABLES)}::text::text[]) AND CASE ${which}::text
          WHEN 'rewritten' THEN nspname = current_schema() AND relname = ANY (${words(REWRITTEN)}::text::text[])
          ELSE nspname = current_schema() OR nspname = ANY (${words(CATALOGS)}::text::text[])
            OR age(relfrozenxid) > ${FREEZE_AGE}::int
        END
        ORDER BY pg_relation_size(pg_class.oid)`;
      return rows.map(({ name }) => name);
    },

    async vacuum(table, { analyze }) {
      await sql`SELECT set_config('vacuum_freeze_table_age', ${String(FREEZE_AGE)}, false)`;
      await sql.unsafe(`VACUUM ${analyze ? "(ANALYZE)" : ""} ${table}`);
    },
  };
}
