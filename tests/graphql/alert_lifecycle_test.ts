/** What people do to alerts, through the gateway: one alert's life, many at once, and what cannot be meant. */
import assert from "node:assert/strict";
import type { Alert } from "../../src/domain/alerting/alert.ts";
import { SERVICE } from "../../src/domain/access/actor.ts";
import { unshelveDue } from "../../src/operations/alerting/shelve_alerts.ts";
import { type ActOn, actOn, decide, globalId, sensorOf, T0 } from "../fixtures/alerts.ts";
import { ENGINES } from "../fixtures/engines.ts";
import { type GatewayBench, withGateway } from "../fixtures/gateway.ts";
import type { Answer } from "../fixtures/graphql.ts";

const HOUR_MS = 3_600_000;
const idOf = (alert: { readonly id: number }) => globalId("Alert", alert);
const inHours = (hours: number) => new Date(Date.now() + hours * HOUR_MS).toISOString();

const HISTORY = `query ($id: ID!) { alert(id: $id) { state version hidden
  history { version change state actor note detail } } }`;

async function opened({ scope }: GatewayBench, key: string, start = T0): Promise<Alert> {
  return (await decide(scope, { sensor: await sensorOf(scope, key), type: "opened", episode: { start } }))!;
}

async function livesThrough(bench: GatewayBench, act: ActOn): Promise<void> {
  const { ask, scope } = bench;
  const sensor = await sensorOf(scope, "life");
  const alert = await opened(bench, "life");
  const target = { id: idOf(alert) };
  const until = inHours(8);
  const steps: [string, Answer, Answer][] = [
    ["commentOnAlert", { comment: "hums" }, { state: "UNACKNOWLEDGED", version: 2 }],
    ["acknowledgeAlerts", { note: "on my way" }, { state: "ACKNOWLEDGED", version: 3 }],
    ["assignAlerts", { assignee: "ann" }, { assignee: "ann", version: 4 }],
    ["shelveAlerts", { until, reason: "parts ordered" }, {
      hidden: true,
      version: 5,
      shelf: { until, by: "local", reason: "parts ordered" },
    }],
    ["unshelveAlerts", {}, { hidden: false, version: 6, shelf: null }],
    ["unacknowledgeAlerts", {}, { state: "UNACKNOWLEDGED", version: 7 }],
  ];
  for (const [name, rest, expected] of steps) {
    const [result] = (await act(name, [target], rest)).results;
    assert.equal(result.changed, true, name);
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((key) => [key, result.alert[key]])), expected);
    const [again] = (await act(name, [target], rest)).results;
    assert.deepEqual([again.changed, again.alert.version], [false, expected.version], `${name} again`);
  }
  await decide(scope, { sensor, type: "closed", episode: { ts: T0 + HOUR_MS } });
  const [seen] = (await act("acknowledgeAlerts", [target])).results;
  assert.deepEqual([seen.alert.state, seen.alert.version], ["NORMAL", 9]);
  const { history, ...now } = (await ask(HISTORY, target)).alert;
  assert.deepEqual(now, { state: "NORMAL", version: 9, hidden: false });
  assert.deepEqual(history.map(({ change, actor }: Answer) => [change, actor]).reverse(), [
    ["OPENED", "service"],
    ["COMMENTED", "local"],
    ["ACKNOWLEDGED", "local"],
    ["ASSIGNED", "local"],
    ["SHELVED", "local"],
    ["UNSHELVED", "local"],
    ["UNACKNOWLEDGED", "local"],
    ["CLOSED", "service"],
    ["ACKNOWLEDGED", "local"],
  ]);
  assert.deepEqual(history.find(({ change }: Answer) => change === "SHELVED").detail, until);
  const events = await scope.store.events.alertsAfter(scope.tenant.id, 0, 100);
  const told = events.filter(({ alertId }) => alertId === alert.id).map(({ type }) => type);
  assert.deepEqual(told, history.map(({ change }: Answer) => `alert.${change.toLowerCase()}`).reverse());
}

async function conflictsAreTyped(bench: GatewayBench, act: ActOn): Promise<void> {
  const [one, two] = [await opened(bench, "quick"), await opened(bench, "slow")];
  await act("acknowledgeAlerts", [{ id: idOf(one), expectedVersion: 1 }]);
  const { results } = await act("shelveAlerts", [
    { id: idOf(one), expectedVersion: 1 },
    { id: idOf(two), expectedVersion: 1 },
    { id: globalId("Alert", { id: 999_999 }) },
  ], { until: inHours(1), reason: "r" });
  assert.deepEqual(results.map(({ __typename }: Answer) => __typename), [
    "AlertConflictError",
    "AlertActed",
    "AlertNotFoundError",
  ]);
  assert.deepEqual(results[0].alert, { state: "ACKNOWLEDGED", version: 2 });
  assert.match(results[0].message, /is at version 2 by now, not 1/);
  // The answer to the first call got lost: who repeats it is not told of a conflict with themselves.
  const [again] = (await act("acknowledgeAlerts", [{ id: idOf(one), expectedVersion: 1 }])).results;
  assert.deepEqual([again.__typename, again.changed], ["AlertActed", false]);
}

async function latches(bench: GatewayBench, act: ActOn): Promise<void> {
  const { ask, scope } = bench;
  await ask(`mutation { setAlertPolicy(input: { latching: [MEDIUM], shelveMax: "PT12H" }) { __typename } }`);
  const alert = await opened(bench, "latch");
  const target = { id: idOf(alert) };
  await act("acknowledgeAlerts", [target]);
  const sensor = await sensorOf(scope, "latch");
  const ended = (await decide(scope, { sensor, type: "closed", episode: { ts: T0 + 1 } }))!;
  assert.equal(ended.state, "latched");
  const [reset] = (await act("resetAlerts", [target])).results;
  assert.equal(reset.alert.state, "NORMAL");
  const standing = await opened(bench, "stands");
  const [illegal] = (await act("resetAlerts", [{ id: idOf(standing) }])).results;
  assert.deepEqual([illegal.__typename, illegal.change, illegal.legalFrom, illegal.alert], [
    "IllegalTransitionError",
    "RESET",
    ["LATCHED"],
    { state: "UNACKNOWLEDGED" },
  ]);
  assert.match(illegal.message, /cannot be reset while it is unacknowledged, only while it is latched/);
  const { alertPolicy } = await ask("{ alertPolicy { shelveMax latching } }");
  assert.deepEqual(alertPolicy, { shelveMax: "PT43200S", latching: ["MEDIUM"] });
  const long = await act("shelveAlerts", [target], { until: inHours(13), reason: "r" });
  assert.deepEqual([long.__typename, long.field], ["InvalidInputError", "until"]);
  assert.match(long.message, /for 12 hours at most/);
  await ask(`mutation { setAlertPolicy(input: { latching: [], shelveMax: "P7D" }) { __typename } }`);
}

async function shelvesEnd(bench: GatewayBench, act: ActOn): Promise<void> {
  const { scope, sql } = bench;
  const alert = await opened(bench, "aside");
  await act("shelveAlerts", [{ id: idOf(alert) }], { until: inHours(1), reason: "known" });
  const sensor = await sensorOf(scope, "aside");
  const next = (await decide(scope, { sensor, type: "opened", episode: { start: T0 + HOUR_MS } }))!;
  assert.equal(next.shelf?.reason, "known", "the next episode opens on the same shelf");
  assert.equal(await unshelveDue(scope), 0);
  await sql`UPDATE alert SET shelved_until = now() - interval '1 second' WHERE shelved_until IS NOT NULL`;
  assert.ok(await unshelveDue({ ...scope }) >= 2);
  const [now] = await scope.store.alerts.byIds(scope.tenant.id, [next.id]);
  assert.equal(now.shelf, undefined);
  const [last] = (await scope.store.alertHistory.of(scope.tenant.id, [next.id], { limit: 1 })).get(next.id)!;
  assert.deepEqual([last.change, last.actor], ["unshelved", SERVICE.name]);
}

async function manyAtOnce(bench: GatewayBench, act: ActOn): Promise<void> {
  const alerts: Alert[] = [];
  for (let i = 0; i < 20; i++) alerts.push(await opened(bench, "many", T0 + i));
  const targets = alerts.map((alert) => ({ id: idOf(alert) }));
  const answers = await Promise.all(Array.from({ length: 10 }, () => act("acknowledgeAlerts", targets)));
  const changed = answers.flatMap(({ results }) => results.filter((result: Answer) => result.changed));
  assert.equal(changed.length, 20, "of ten at once who acknowledge the same, each alert counts one");
  const [twice, other] = (await act("assignAlerts", [targets[0], targets[0]], { assignee: "bob" })).results;
  assert.deepEqual(twice, other);
}

async function oneOfFifty({ scope }: GatewayBench): Promise<void> {
  const sensor = await sensorOf(scope, "fifty");
  const all = await Promise.all(Array.from({ length: 50 }, () => decide(scope, { sensor, type: "opened" })));
  const opened = all.filter((alert) => alert !== undefined);
  assert.equal(opened.length, 1);
  const kept = (await scope.store.alertHistory.of(scope.tenant.id, [opened[0].id], { limit: 10 })).get(opened[0].id)!;
  assert.deepEqual(kept.map(({ change }) => change), ["opened"]);
}

async function badInput(bench: GatewayBench, act: ActOn): Promise<void> {
  const target = { id: idOf(await opened(bench, "bad")) };
  const shelf = { until: inHours(1), reason: "r" };
  const refused: [string, readonly unknown[], Answer, string][] = [
    ["acknowledgeAlerts", [], {}, "alerts"],
    ["acknowledgeAlerts", Array(1_001).fill(target), {}, "alerts"],
    ["acknowledgeAlerts", [target], { note: "nul \u0000" }, "note"],
    ["shelveAlerts", [target], { ...shelf, reason: " " }, "reason"],
    ["shelveAlerts", [target], { ...shelf, until: inHours(-1) }, "until"],
    ["shelveAlerts", [target], { ...shelf, until: inHours(24 * 8) }, "until"],
    ["shelveAlerts", [target], { ...shelf, until: "9999-12-31T23:59:59Z" }, "until"],
    ["commentOnAlert", [target], { comment: "x".repeat(1_000_000) }, "comment"],
    ["commentOnAlert", [target], { comment: "" }, "comment"],
    ["assignAlerts", [target], { assignee: " ann" }, "assignee"],
  ];
  for (const [name, alerts, rest, field] of refused) {
    const answer = await act(name, alerts, rest);
    assert.deepEqual([answer.__typename, answer.field], ["InvalidInputError", field], `${name} ${field}`);
    assert.ok(answer.message.length < 300);
  }
  const { post } = bench;
  const endless = `mutation { shelveAlerts(input: { alerts: [{ id: "${target.id}" }], reason: "r" }) { __typename } }`;
  assert.match((await post(endless)).errors[0].message, /until/);
  for (const id of [globalId("Sensor", { id: 1 }), "forged", btoa("Alert:1e3"), btoa("Alert:-1"), ""]) {
    const query = `mutation ($id: ID!) { acknowledgeAlerts(input: { alerts: [{ id: $id }] }) {
      ... on AcknowledgeAlertsPayload { results { __typename } } } }`;
    const { data, errors } = await post(query, { id });
    const told = errors?.[0].extensions?.code ?? data.acknowledgeAlerts.results[0].__typename;
    assert.ok(["AlertNotFoundError", "INVALID_INPUT"].includes(told), `${id}: ${JSON.stringify(errors ?? data)}`);
  }
  const [untouched] = (await act("acknowledgeAlerts", [target])).results;
  assert.equal(untouched.alert.version, 2);
}

async function tenantsApart(bench: GatewayBench): Promise<void> {
  const { scope, sql } = bench;
  const alert = await opened(bench, "mine");
  const [other] = await sql<
    { id: typeof scope.tenant.id }[]
  >`INSERT INTO tenant (key, name) VALUES ('other', 'other') RETURNING id`;
  const theirs = { ...scope, tenant: { id: other.id, key: "other" } };
  const { actOnAlerts } = await import("../../src/operations/alerting/act_on_alerts.ts");
  const targets = [{ id: alert.id }];
  const results = await actOnAlerts(theirs, { targets, action: { change: "acknowledged" } });
  assert.deepEqual(results, [{ kind: "not_found", id: alert.id }]);
  const [unchanged] = await scope.store.alerts.byIds(scope.tenant.id, [alert.id]);
  assert.equal(unchanged.version, 1);
}

for (const engine of ENGINES) {
  Deno.test(`people act on alerts, on the ${engine.name} store`, async (t) => {
    await withGateway(engine, async (bench) => {
      const act = actOn(bench.ask);
      await t.step(
        "an alert lives through all of it, and its history and the events tell",
        () => livesThrough(bench, act),
      );
      await t.step("who acts on what has changed since is told what it is now", () => conflictsAreTyped(bench, act));
      await t.step("a latching alert waits for its reset, and a policy bounds shelves", () => latches(bench, act));
      await t.step("a shelf holds for the next episode too, and ends by itself", () => shelvesEnd(bench, act));
      await t.step("many act on the same at once, and each act counts once", () => manyAtOnce(bench, act));
      await t.step("fifty identical detections at once open one alert", () => oneOfFifty(bench));
      await t.step("what nobody can have meant is refused, and changes nothing", () => badInput(bench, act));
      await t.step("another tenant's alert is not there", () => tenantsApart(bench));
    });
  });
}
