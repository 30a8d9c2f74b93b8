/**
 * What people wait for when very many alerts are open: a change of one, of a thousand at once, and the first page of a
 * list under filters, through the gateway in this process, on each store.
 */
import type { Answer } from "../fixtures/graphql.ts";
import { actMutation, batchOf, globalId } from "../fixtures/alerts.ts";
import { ENGINES } from "../fixtures/engines.ts";
import { type GatewayBench, withGateway } from "../fixtures/gateway.ts";

export const HEADER =
  "| store | open alerts | what | median ms | p95 ms | most ms |\n| --- | --- | --- | --- | --- | --- |";

const SENSORS = 1_000;
const TIMES = 60;
const BULK = 1_000;
const BULK_TIMES = 5;

const LIST =
  `query ($filter: AlertFilter, $orderBy: AlertOrder) { alerts(first: 50, filter: $filter, orderBy: $orderBy) {
  edges { node { id kind severity state version hidden reason openedAt sensor { key } } } } }`;
const COUNTS = `query ($filter: AlertFilter) { alertCounts(filter: $filter) { severity state count } }`;

const STANDING = { standing: true, hidden: false };
const PAGES: readonly [string, string, Answer][] = [
  ["first page, newest", LIST, { filter: STANDING }],
  ["first page, by severity", LIST, { filter: STANDING, orderBy: "SEVERITY" }],
  ["first page, unacknowledged and critical", LIST, {
    filter: { ...STANDING, states: ["UNACKNOWLEDGED"], severities: ["CRITICAL"] },
    orderBy: "SEVERITY",
  }],
  ["first page, of an asset with 100 sensors", LIST, { filter: { ...STANDING, asset: "mill" } }],
  ["first page, of a kind that is rare", LIST, { filter: { ...STANDING, kinds: ["rare"] } }],
  ["first page, by a text", LIST, { filter: { ...STANDING, text: "scored 0.77" } }],
  ["counts of all", COUNTS, { filter: STANDING }],
];

export async function benchAlerts({ alerts }: { alerts: number }): Promise<void> {
  for (const engine of ENGINES) {
    await withGateway(engine, async (bench) => {
      await fill(bench, alerts);
      const row = (what: string, ms: readonly number[]) => console.log(line([engine.name, alerts, what], ms));
      const acknowledge = actMutation("acknowledgeAlerts");
      const target = (id: number) => ({ id: globalId("Alert", { id }) });
      const [{ least }] = await bench.sql<{ least: number }[]>`SELECT min(id)::float8 AS least FROM alert`;
      row(
        "one acknowledged",
        await timed(TIMES, (i) => bench.ask(acknowledge, { input: { alerts: [target(least + 10_000 + 7 * i)] } })),
      );
      row(
        `${BULK} acknowledged at once`,
        await timed(BULK_TIMES, async (i) => {
          const targets = Array.from({ length: BULK }, (_, n) => target(least + 20_000 + BULK * i + n));
          const { result } = await bench.ask(acknowledge, { input: { alerts: targets } });
          if (result.results.some(({ changed }: Answer) => !changed)) throw new Error("not all were acknowledged");
        }),
      );
      for (const [what, query, variables] of PAGES) row(what, await timed(TIMES, () => bench.ask(query, variables)));
    });
  }
}

/** Open alerts of a thousand sensors, a tenth of them on an asset, in the severities that a budget gives. */
async function fill({ sql, scope, ask }: GatewayBench, alerts: number): Promise<void> {
  const batchId = await batchOf(scope);
  await ask(`mutation { registerAsset(input: { key: "mill" }) { __typename } }`);
  await sql`INSERT INTO sensor (tenant_id, key, name, registered, asset_id)
    SELECT 1, 'sensor-' || n, 'sensor ' || n, true, CASE WHEN n % 10 = 0 THEN (SELECT id FROM asset) END
    FROM generate_series(1, ${SENSORS}::int) n`;
  await sql`
    INSERT INTO alert (tenant_id, sensor_id, kind, episode_start, opened_at, severity, state, score, reason, batch_id)
    SELECT 1, (SELECT min(id) FROM sensor) + n % ${SENSORS}::int, CASE WHEN n % 5000 = 0 THEN 'rare' ELSE 'anomaly' END,
      now() - n * interval '1 minute', now() - n * interval '1 minute',
      CASE WHEN n % 20 = 0 THEN 'CRITICAL' WHEN n % 20 < 4 THEN 'HIGH' WHEN n % 20 < 10 THEN 'MEDIUM' ELSE 'LOW' END,
      'unacknowledged', 0.5, 'value ' || n || ' scored 0.' || n % 100 || ' (threshold 0.3) by zscore 1', ${batchId}
    FROM generate_series(1, ${alerts}::int) n`;
  await sql`
    INSERT INTO alert_transition (tenant_id, alert_id, version, change, state, actor, ts)
    SELECT 1, id, 1, 'opened', 'unacknowledged', 'service', opened_at FROM alert`;
  await sql`ANALYZE`;
}

async function timed(times: number, work: (i: number) => Promise<unknown>): Promise<number[]> {
  const ms: number[] = [];
  for (let i = 0; i < times; i++) {
    const begun = performance.now();
    await work(i);
    ms.push(performance.now() - begun);
  }
  return ms.sort((a, b) => a - b);
}

function line(cells: readonly (string | number)[], ms: readonly number[]): string {
  const at = (share: number) => ms[Math.min(ms.length - 1, Math.floor(share * ms.length))].toFixed(1);
  return `| ${[...cells, at(0.5), at(0.95), at(1)].join(" | ")} |`;
}
