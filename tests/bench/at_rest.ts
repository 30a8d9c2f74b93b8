/**
 * Ten thousand open alerts for each of which something is to come tomorrow: how long their workflows take to start when
 * all have to at once, and what they cost while nothing happens to them, beside a service that has none.
 */
import postgres from "postgres";
import { batchOf } from "../fixtures/alerts.ts";
import { type FillScope, type Service, type Sql, withService } from "./service.ts";
import { processesUnder } from "./processes.ts";

const REST_MS = 60_000;
const START_MAX_MS = 20 * 60_000;

export const AT_REST_HEADER =
  "alerts with timers  started in s  a second  at rest for 60 s: transactions, rows read in alert_timer  CPU and memory of each process";

/** On a server alone, which counts what is asked of it. */
export async function benchAtRest(databaseUrl: string, alerts: number): Promise<void> {
  for (const count of [0, alerts]) {
    const fill = (scope: FillScope, sql: Sql) => fillTimers(scope, { sql, count });
    await withService({ databaseUrl, fill }, async (service) => {
      const sql = postgres(service.databaseUrl!, { max: 1, onnotice: () => {} });
      try {
        await measure(service, { sql, count });
      } finally {
        await sql.end();
      }
    });
  }
}

/** Open alerts, each with a workflow to be started and a next moment tomorrow. */
async function fillTimers(scope: FillScope, { sql, count }: { sql: Sql; count: number }): Promise<void> {
  const batchId = await batchOf(scope);
  await sql`INSERT INTO sensor (tenant_id, key, name, registered) SELECT 1, 's' || n, 's', true FROM generate_series(1, 1000) n`;
  await sql`
    INSERT INTO alert (tenant_id, sensor_id, kind, episode_start, opened_at, severity, state, score, reason, batch_id)
    SELECT 1, (SELECT min(id) FROM sensor) + n % 1000, 'anomaly', now() - n * interval '1 second', now(), 'HIGH',
      'unacknowledged', 0.5, 'r', ${batchId} FROM generate_series(1, ${count}::int) n`;
  await sql`INSERT INTO channel (tenant_id, key, version, kind, address, enabled, saved_by)
    VALUES (1, 'log', 1, 'console', '', true, 'bench')`;
  const steps = [{ afterMs: 0, channels: ["log"] }, { afterMs: 86_400_000, channels: ["log"] }];
  const route = { key: "all", quietBelow: "CRITICAL", onDelayMs: 0, keepFiringMs: 0, steps, goOn: false };
  await scope.store.routing.save(scope.tenant.id, { timeZone: "UTC", routes: [route as never], savedBy: "bench" }, 0);
  await sql`
    INSERT INTO notification (tenant_id, alert_id, channel, occasion, mark, route, routing_version, severity, reason, body, state)
    SELECT 1, id, 'log', 'opened', 'opened', 'all', 1, 'HIGH', 'r', '{}', 'delivered' FROM alert`;
  await sql`
    INSERT INTO alert_timer (tenant_id, alert_id, taken, next_at, what, nudged_at)
    SELECT 1, id, json_build_array(json_build_object('route', 'all', 'since', extract(epoch FROM now()) * 1000, 'reason', 'r'))::text,
      now() + interval '1 day', 'escalation', now() - interval '1 minute' FROM alert`;
  await sql`ANALYZE`;
}

async function measure({ app }: Service, { sql, count }: { sql: postgres.Sql; count: number }): Promise<void> {
  const began = performance.now();
  const left = async () =>
    (await sql<{ left: number }[]>`SELECT count(*)::int AS left FROM alert_timer WHERE nudged_at IS NOT NULL`)[0].left;
  while (await left() > 0) {
    if (performance.now() - began > START_MAX_MS) throw new Error("the workflows do not come to an end of starting");
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const startedS = (performance.now() - began) / 1_000;
  // Whatever began with the service has ended by then.
  await new Promise((resolve) => setTimeout(resolve, 15_000));
  const before = { counts: await countsOf(sql), usage: await processesUnder(app.pid) };
  await new Promise((resolve) => setTimeout(resolve, REST_MS));
  const after = { counts: await countsOf(sql), usage: await processesUnder(app.pid) };
  const usage = after.usage.map(({ pid, name, cpuMs, rssMb }) => {
    const used = cpuMs - (before.usage.find((one) => one.pid === pid)?.cpuMs ?? 0);
    return `${name} ${(used / REST_MS * 100).toFixed(1)} % ${rssMb.toFixed(0)} MB`;
  });
  const rows = ["transactions", "read"] as const;
  console.log(
    `${String(count).padStart(18)} ${startedS.toFixed(1).padStart(13)} ${(count / startedS).toFixed(0).padStart(9)}  ` +
      `${rows.map((row) => after.counts[row] - before.counts[row]).join(", ")}  ${usage.join(", ")}`,
  );
}

async function countsOf(sql: postgres.Sql): Promise<{ transactions: number; read: number }> {
  await sql`SELECT pg_stat_clear_snapshot()`;
  const [counts] = await sql<{ transactions: number; read: number }[]>`
    SELECT (SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database())::float8 AS transactions,
      (SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) FROM pg_stat_user_tables WHERE relname = 'alert_timer')::float8 AS read`;
  return counts;
}
