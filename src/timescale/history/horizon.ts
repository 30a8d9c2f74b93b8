import type { HorizonStore } from "../../ports/history/thinning.ts";
import type { Sql } from "../sql.ts";

/** Tells the advisory locks of horizons from others; any number will do. */
const HORIZON_LOCK = 7_305_243;
/** Whoever wants to close waits for those who store, and everybody who comes later waits behind him. */
const CLOSE_WAIT_MAX = "1s";

interface Row {
  readonly closed: number;
  readonly rolled: number;
  readonly hours: number;
}

export function horizonStore(sql: Sql): HorizonStore {
  const select = (tenantId: number) =>
    sql<Row[]>`
      SELECT (extract(epoch FROM closed_before) * 1000)::float8 AS closed,
        (extract(epoch FROM rolled_up_before) * 1000)::float8 AS rolled,
        (extract(epoch FROM hours_only_before) * 1000)::float8 AS hours
      FROM reading_horizon WHERE tenant_id = ${tenantId}`;
  return {
    async of(tenantId) {
      const [row] = await select(tenantId);
      return {
        closedBefore: row?.closed ?? -Infinity,
        rolledUpBefore: row?.rolled ?? -Infinity,
        hoursOnlyBefore: row?.hours ?? -Infinity,
      };
    },

    async hold(tenantId) {
      // Sent together; the second one is looked at when the lock is there, and so sees what was closed meanwhile.
      const [, [row]] = await Promise.all([
        sql`SELECT pg_advisory_xact_lock_shared(${HORIZON_LOCK}::int, ${tenantId}::int)`.then(() => {}),
        select(tenantId).then((rows) => rows),
      ]);
      return row?.closed ?? -Infinity;
    },

    async close(tenantId, beforeMs) {
      await sql`SELECT set_config('lock_timeout', ${CLOSE_WAIT_MAX}, true)`;
      await sql`SELECT pg_advisory_xact_lock(${HORIZON_LOCK}::int, ${tenantId}::int)`;
      await sql`
        INSERT INTO reading_horizon (tenant_id, closed_before)
        VALUES (${tenantId}, to_timestamp(${beforeMs}::float8 / 1000))
        ON CONFLICT (tenant_id) DO UPDATE
        SET closed_before = greatest(reading_horizon.closed_before, excluded.closed_before)`;
    },

    async advance(tenantId, { rolledUpBefore, hoursOnlyBefore }) {
      await sql`
        UPDATE reading_horizon SET
          rolled_up_before = greatest(rolled_up_before, to_timestamp(${rolledUpBefore}::float8 / 1000)),
          hours_only_before = greatest(hours_only_before, to_timestamp(${hoursOnlyBefore}::float8 / 1000))
        WHERE tenant_id = ${tenantId}`;
    },
  };
}
