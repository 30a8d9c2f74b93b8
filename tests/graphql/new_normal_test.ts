/** "This is the new normal", through the gateway: an outcome for each alert, and what its history and the log keep. */
import assert from "node:assert/strict";
import type { AlertId } from "../../src/domain/alerting/alert.ts";
import { seededRandom } from "../../src/domain/detection/stats/random.ts";
import { type ActOn, actOn, batchOf, decide, globalId, sensorOf, T0 } from "../fixtures/alerts.ts";
import { ENGINES } from "../fixtures/engines.ts";
import { type GatewayBench, withGateway } from "../fixtures/gateway.ts";
import type { Answer } from "../fixtures/graphql.ts";
import { MINUTE, send } from "../fixtures/pipeline.ts";
import { until } from "../fixtures/until.ts";
import { alertsOf } from "../fixtures/reprocessed.ts";

const ENGINE = ENGINES.at(-1)!;
const ROWS = 900;

/** A sensor that stands where it was not before; answers the target of its alert. */
async function shifted({ scope }: GatewayBench, sensor: string): Promise<{ id: string; number: AlertId }> {
  const random = seededRandom(5);
  await send(scope, { sensor, from: T0, values: Array.from({ length: ROWS }, (_, i) => random() + +(i > 800) * 50) });
  const alert = (await alertsOf(scope, sensor)).find(({ endedAt }) => endedAt === undefined)!;
  return { id: globalId("Alert", alert), number: alert.id };
}

const SAY = `mutation ($input: AcceptNewNormalInput!) { result: acceptNewNormal(input: $input) {
  __typename
  ... on InvalidInputError { message field }
  ... on AcceptNewNormalPayload { results {
    __typename
    ... on AlertActed { changed alert { state version } }
    ... on AlertConflictError { alert { state version } }
    ... on IllegalTransitionError { change legalFrom }
    ... on NewNormalRefusedError { message alert { state } }
  } } } }`;

async function say({ ask }: GatewayBench, alerts: readonly unknown[], reason = "another product"): Promise<Answer> {
  return (await ask(SAY, { input: { alerts, reason } })).result;
}

async function endsIt(bench: GatewayBench): Promise<void> {
  const { ask, scope } = bench;
  const { id, number } = await shifted(bench, "shifted");
  const [done] = (await say(bench, [{ id }])).results;
  assert.deepEqual([done.__typename, done.changed, done.alert.state], ["AlertActed", true, "NORMAL"]);
  const { alert } = await ask(
    `query ($id: ID!) { alert(id: $id) { endedAt version history(first: 1) { change state actor note time version } } }`,
    { id },
  );
  const end = T0 + (ROWS - 1) * MINUTE;
  const [last] = alert.history;
  assert.deepEqual([last.change, last.state, last.actor, last.note, last.version], [
    "ACCEPTED",
    "NORMAL",
    "local",
    "another product",
    alert.version,
  ]);
  assert.deepEqual([Date.parse(last.time), Date.parse(alert.endedAt)], [end, end]);
  const events = await scope.store.events.alertsAfter(scope.tenant.id, 0, 1_000);
  const told = events.filter(({ alertId }) => alertId === number).at(-1)!;
  const { change, actor, note, detail } = JSON.parse(told.body);
  assert.deepEqual([told.type, change, actor, note, detail], [
    "alert.closed",
    "closed",
    "local",
    "another product",
    "accepted",
  ]);
  const [again] = (await say(bench, [{ id, expectedVersion: 1 }])).results;
  assert.deepEqual(
    [again.__typename, again.changed],
    ["AlertActed", false],
    "whoever repeats it hears what came of it",
  );
  const [over] = (await say(bench, [{ id }], "another reason")).results;
  assert.deepEqual([over.__typename, over.change, over.legalFrom], [
    "IllegalTransitionError",
    "ACCEPTED",
    ["UNACKNOWLEDGED", "ACKNOWLEDGED"],
  ]);
}

async function eachByItself(bench: GatewayBench): Promise<void> {
  const { scope } = bench;
  const { store, tenant } = scope;
  const { id, number } = await shifted(bench, "mixed");
  const sensor = await sensorOf(scope, "mixed");
  const stuck = (await decide(scope, { sensor, type: "opened", episode: { kind: "flatline" } }))!;
  const orphan = (await decide(scope, { sensor, type: "opened", episode: { start: T0 + 1 } }))!;
  const batchId = await batchOf(scope);
  const asset = await store.assets.save(tenant.id, {
    key: "press",
    name: "press",
    parentId: undefined,
    criticality: "B",
    level: undefined,
    reorderWindowMs: undefined,
    retiredAt: undefined,
  });
  const { batch: { sourceId } } = await store.batches.accept(tenant.id, {
    source: "quiet",
    idempotencyKey: "k",
    contentHash: "h",
    payload: "{}",
    readings: 1,
  });
  const facts = { openedAt: T0, severity: "LOW", score: 0.5, reason: "r", batchId } as const;
  const about = { kind: "anomaly", episodeStart: T0 };
  const ofAsset = (await store.alerts.open(tenant.id, { assetId: asset.id, ...about }, facts))!;
  const ofSource = (await store.alerts.open(tenant.id, { sourceId, ...about, kind: "silence" }, facts))!;
  const targets = [ofAsset, ofSource, stuck, orphan, { id: 999_999 }].map((one) => ({ id: globalId("Alert", one) }));
  const { results } = await say(bench, [...targets, { id }, { id }]);
  assert.deepEqual(results.map(({ __typename }: Answer) => __typename), [
    ...Array(4).fill("NewNormalRefusedError"),
    "AlertNotFoundError",
    "AlertActed",
    "AlertActed",
  ]);
  const why = [
    /is about an asset.*say it of the alerts of its sensors/,
    /is about a source/,
    /kind flatline, a fact/,
    /judged by nothing/,
  ];
  for (const [i, pattern] of why.entries()) assert.match(results[i].message, pattern);
  const [accepted, ...others] = await store.alerts.byIds(tenant.id, [
    number,
    ofAsset.id,
    ofSource.id,
    stuck.id,
    orphan.id,
  ]);
  assert.ok([accepted, ...others].filter(({ endedAt }) => endedAt !== undefined).every(({ id }) => id === number));
}

async function unseenChange(bench: GatewayBench, act: ActOn): Promise<void> {
  const { id } = await shifted(bench, "changed");
  await act("acknowledgeAlerts", [{ id }]);
  const [seen] = (await say(bench, [{ id, expectedVersion: 1 }])).results;
  assert.equal(seen.__typename, "AlertConflictError");
  const [now] = (await say(bench, [{ id, expectedVersion: seen.alert.version }])).results;
  assert.deepEqual([now.changed, now.alert.state], [true, "NORMAL"]);
}

async function badInput(bench: GatewayBench): Promise<void> {
  const { id, number } = await shifted(bench, "bad");
  const { store, tenant } = bench.scope;
  const refused: [readonly unknown[], string, string][] = [
    [[], "r", "alerts"],
    [Array(1_001).fill({ id }), "r", "alerts"],
    [[{ id }], "", "reason"],
    [[{ id }], " \n", "reason"],
    [[{ id }], "nul \u0000", "reason"],
    [[{ id }], "x".repeat(2_001), "reason"],
  ];
  for (const [alerts, reason, field] of refused) {
    const answer = await say(bench, alerts, reason);
    assert.deepEqual([answer.__typename, answer.field], ["InvalidInputError", field], field);
  }
  const { post } = bench;
  const silent = `mutation { acceptNewNormal(input: { alerts: [{ id: "${id}" }] }) { __typename } }`;
  assert.match((await post(silent)).errors[0].message, /reason/);
  assert.equal((await store.alerts.byIds(tenant.id, [number]))[0].endedAt, undefined);
}

async function many(bench: GatewayBench): Promise<void> {
  const { scope, sql } = bench;
  const { number } = await shifted(bench, "first");
  const keys = Array.from({ length: 200 }, (_, i) => `many-${i}`);
  await scope.store.sensors.addUnregistered(scope.tenant.id, keys.map((key) => ({ key, unit: undefined })));
  await sql`UPDATE detector_state SET state = known.state, watermark = known.watermark
    FROM sensor, detector_state AS known WHERE sensor.id = detector_state.sensor_id AND sensor.key LIKE 'many-%'
      AND known.sensor_id = (SELECT sensor_id FROM alert WHERE id = ${number})`;
  await sql`INSERT INTO alert (tenant_id, sensor_id, kind, episode_start, opened_at, severity, state, score, reason, batch_id)
    SELECT alert.tenant_id, sensor.id, kind, episode_start, opened_at, severity, state, score, reason, batch_id
    FROM sensor, alert WHERE sensor.key LIKE 'many-%' AND alert.id = ${number}`;
  const rows = await sql<{ id: number }[]>`
    SELECT alert.id FROM alert JOIN sensor ON sensor.id = sensor_id WHERE sensor.key LIKE 'many-%'`;
  const { results } = await say(bench, rows.map((row) => ({ id: globalId("Alert", row) })));
  assert.deepEqual(new Set(results.map(({ changed }: Answer) => changed)), new Set([true]));
  assert.equal(results.length, keys.length);
}

async function whileHeld(bench: GatewayBench): Promise<void> {
  const { scope: { store, tenant }, sql } = bench;
  // The embedded store does one transaction after the other.
  if (ENGINE.second === undefined) return;
  const [held, free] = [await shifted(bench, "held"), await shifted(bench, "free")];
  const { promise: looked, resolve: letGo } = Promise.withResolvers<void>();
  const { promise: locked, resolve: isLocked } = Promise.withResolvers<void>();
  const other = sql.begin(async (tx) => {
    await tx`SELECT FROM alert WHERE id = ${held.number} FOR UPDATE`;
    isLocked();
    await looked;
  });
  await locked;
  const said = say(bench, [{ id: held.id }, { id: free.id }]);
  await until("the other alert to end", async () => (await store.alerts.byIds(tenant.id, [free.number]))[0].endedAt);
  letGo();
  await other;
  assert.deepEqual((await said).results.map(({ changed }: Answer) => changed), [true, true]);
}

Deno.test("a person says that it is the new normal", async (t) => {
  await withGateway(ENGINE, async (bench) => {
    const act = actOn(bench.ask);
    await t.step("the alert ends with the newest reading, by name and reason", () => endsIt(bench));
    await t.step("each of many has an outcome of its own", () => eachByItself(bench));
    await t.step("who has not seen the newest change is told", () => unseenChange(bench, act));
    await t.step("what nobody can have meant is refused, and changes nothing", () => badInput(bench));
    await t.step("what somebody else holds is taken when it is free, and no other waits", () => whileHeld(bench));
    await t.step("many sensors at once", () => many(bench));
  });
});
