/** Lists of alerts in either order, counts under the same filter, and what is followed under a filter. */
import assert from "node:assert/strict";
import { SEVERITIES, type Severity } from "../../src/domain/detection/severity.ts";
import { followAlerts } from "../../src/operations/alerting/follow_alerts.ts";
import { followEvents } from "../../src/operations/follow_events.ts";
import { loseParts, seePart } from "../../src/operations/show_parts.ts";
import { type ActOn, actOn, decide, globalId, sensorOf, T0 } from "../fixtures/alerts.ts";
import { ENGINES } from "../fixtures/engines.ts";
import { type GatewayBench, withGateway } from "../fixtures/gateway.ts";
import type { Answer } from "../fixtures/graphql.ts";
import { within } from "../fixtures/within.ts";

const LIST = `query ($filter: AlertFilter, $orderBy: AlertOrder, $first: Int, $after: String) {
  alerts(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    totalCount edges { node { id severity state } } pageInfo { hasNextPage endCursor } }
  alertCounts(filter: $filter) { severity state count } }`;

/** 40 alerts of four severities, in turn; every third is acknowledged. */
async function manyAlerts({ scope }: GatewayBench, act: ActOn): Promise<void> {
  for (let i = 0; i < 40; i++) {
    const severity = SEVERITIES[i % 4];
    const sensor = await sensorOf(scope, `list${i % 2}`);
    const alert =
      (await decide(scope, { sensor, type: "opened", episode: { start: T0 + i, kind: `k${i}`, severity } }))!;
    if (i % 3 === 0) await act("acknowledgeAlerts", [{ id: globalId("Alert", alert) }]);
  }
}

async function pages({ ask }: GatewayBench, variables: Answer): Promise<Answer[]> {
  const rows: Answer[] = [];
  for (let after: string | null = null; rows.length < 1_000;) {
    const { alerts } = await ask(LIST, { first: 7, after, ...variables });
    rows.push(...alerts.edges.map(({ node }: Answer) => node));
    if (!alerts.pageInfo.hasNextPage) return rows;
    after = alerts.pageInfo.endCursor;
  }
  throw new Error("the pages do not end");
}

const rankOf = ({ severity }: Answer) => SEVERITIES.indexOf(severity as Severity);
const numberOf = ({ id }: Answer) => Number(atob(id).split(":")[1]);

async function bothOrders(bench: GatewayBench): Promise<void> {
  for (const filter of [{}, { states: ["UNACKNOWLEDGED"] }, { severities: ["HIGH", "LOW"] }, { sensor: "list1" }]) {
    const newest = await pages(bench, { filter, orderBy: "NEWEST" });
    const urgent = await pages(bench, { filter, orderBy: "SEVERITY" });
    assert.deepEqual(newest, newest.toSorted((a, b) => numberOf(b) - numberOf(a)));
    assert.deepEqual(urgent, newest.toSorted((a, b) => rankOf(b) - rankOf(a) || numberOf(b) - numberOf(a)));
    const { alerts, alertCounts } = await bench.ask(LIST, { filter });
    assert.equal(alerts.totalCount, newest.length);
    const counted = Map.groupBy(newest, ({ severity, state }) => `${severity} ${state}`);
    const told = alertCounts.map(({ severity, state, count }: Answer) => [`${severity} ${state}`, count]);
    assert.deepEqual(new Map(told), new Map([...counted].map(([name, rows]) => [name, rows.length])));
  }
  const { alerts } = await bench.ask(LIST, { first: 3, orderBy: "SEVERITY" });
  const forged = [
    alerts.pageInfo.endCursor,
    btoa("severity:OTHER:1"),
    btoa("severity:HIGH:x"),
    "forged",
    btoa("before:-1"),
  ];
  for (const [i, after] of forged.entries()) {
    const { errors } = await bench.post(LIST, { after, orderBy: i === 0 ? "NEWEST" : "SEVERITY" });
    assert.deepEqual([errors[0].extensions.code, errors[0].extensions.field], ["INVALID_INPUT", "after"]);
  }
}

async function take<T>(events: AsyncIterable<T>, n: number): Promise<T[]> {
  const taken: T[] = [];
  const all = async () => {
    for await (const event of events) if (taken.push(event) === n) return;
  };
  await within(`${n} events`, all());
  return taken;
}

async function followed({ scope }: GatewayBench, act: ActOn): Promise<void> {
  const leaving = new AbortController();
  const { signal } = leaving;
  const passed: string[] = [];
  const after = btoa("event:0");
  const filter = { severities: ["HIGH"], states: ["acknowledged"], sensorKey: "list0", text: "scored" } as const;
  const onPassed = (cursor: string) => void passed.push(cursor);
  const { events } = await followAlerts(scope, { after, filter, signal, onPassed });
  const [event] = await take(events, 1);
  assert.deepEqual([event.change, event.alert.severity, event.actor], ["acknowledged", "HIGH", "local"]);
  assert.ok(passed.length > 5, "places behind what is left out are told");
  const fresh = await sensorOf(scope, "list0");
  const now = await followAlerts(scope, { filter, signal });
  const next = take(now.events, 1);
  const other = (await decide(scope, { sensor: fresh, type: "opened", episode: { kind: "other", severity: "LOW" } }))!;
  const wanted =
    (await decide(scope, { sensor: fresh, type: "opened", episode: { kind: "wanted", severity: "HIGH" } }))!;
  for (const alert of [other, wanted]) await act("acknowledgeAlerts", [{ id: globalId("Alert", alert) }]);
  assert.equal((await next)[0].alert.id, wanted.id);
  await assert.rejects(followAlerts(scope, { filter: { sensorKey: "nowhere" }, signal }), /no sensor with the key/);
  leaving.abort();
}

async function allThatHappens({ scope, sql }: GatewayBench): Promise<void> {
  const leaving = new AbortController();
  const { signal } = leaving;
  const { tenant: { id }, store } = scope;
  await store.events.append(id, [{ type: "audit.mutation", batchId: undefined, alertId: undefined, body: "{}" }]);
  const part = { id: "one", kind: "worker", name: "machine 7", migration: 14 } as const;
  await seePart(scope, part);
  await seePart(scope, part);
  await sql`UPDATE part SET seen_at = now() - interval '1 minute'`;
  assert.equal(await loseParts(scope), 1);
  assert.equal(await loseParts(scope), 0);
  await seePart(scope, part);
  const after = btoa("event:0");
  const { events } = await followEvents(scope, { after, types: ["worker.", "audit."], signal });
  const seen = await take(events, 3);
  assert.deepEqual(seen.map(({ type }) => type), ["worker.seen", "worker.lost", "worker.seen"]);
  const kept = (await store.events.after(id, 0, { prefix: "", limit: 1_000 })).filter(({ type }) =>
    type !== "audit.mutation"
  );
  const first = await take((await followEvents(scope, { after, signal })).events, kept.length);
  assert.deepEqual(first.map(({ seq }) => seq), kept.map(({ seq }) => seq), "each once, in order, but for the audit");
  const rest = await followEvents(scope, { after: first[29].cursor, signal });
  assert.equal((await take(rest.events, 1))[0].seq, first[30].seq);
  await assert.rejects(followEvents(scope, { types: ["'; DROP"], signal }), /no type of event/);
  await assert.rejects(followEvents(scope, { after: "forged", signal }), /not one that this service gave out/);
  await sql`DELETE FROM event WHERE seq <= ${first[9].seq}`;
  await assert.rejects(followEvents(scope, { after: first[4].cursor, signal }), /older than what is kept/);
  const behind = await followEvents(scope, { after: first[9].cursor, signal });
  assert.equal((await take(behind.events, 1))[0].seq, first[10].seq);
  leaving.abort();
}

for (const engine of ENGINES) {
  Deno.test(`lists and streams, on the ${engine.name} store`, async (t) => {
    await withGateway(engine, async (bench) => {
      const act = actOn(bench.ask);
      await manyAlerts(bench, act);
      await t.step("a list in either order, page by page, with its counts", () => bothOrders(bench));
      await t.step("alerts are followed under a filter", () => followed(bench, act));
      await t.step("all that happens is followed, and parts are seen and lost", () => allThatHappens(bench));
      await t.step("the system says which processes it consists of", async () => {
        const { system } = await bench.ask(`{ system { schedules { name } processes { kind name state migration } } }`);
        assert.deepEqual(system.processes, [{ kind: "WORKER", name: "machine 7", state: "RUNNING", migration: 14 }]);
        assert.equal(system.schedules, null);
      });
    });
  });
}
