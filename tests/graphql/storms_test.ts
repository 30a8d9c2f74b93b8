/** Many alerts at once: which of them people see, through the gateway. */
import assert from "node:assert/strict";
import type { Alert } from "../../src/domain/alerting/alert.ts";
import type { EpisodeChange } from "../../src/domain/detection/episode.ts";
import { applyDecision } from "../../src/operations/alerting/change_alert.ts";
import { releaseHeld } from "../../src/operations/alerting/relate_alerts.ts";
import { watchFloods } from "../../src/operations/alerting/watch_floods.ts";
import { batchOf, decide, globalId, sensorOf, T0 } from "../fixtures/alerts.ts";
import { ENGINES } from "../fixtures/engines.ts";
import { type GatewayBench, withGateway } from "../fixtures/gateway.ts";
import type { Answer } from "../fixtures/graphql.ts";

const MINUTE_MS = 60_000;

async function registered({ ask }: GatewayBench): Promise<void> {
  const asset = `mutation ($input: RegisterAssetInput!) { registerAsset(input: $input) { __typename } }`;
  for (const [key, parentKey] of [["hall"], ["mill", "hall"]]) await ask(asset, { input: { key, parentKey } });
  const sensor = `mutation ($input: RegisterSensorInput!) { registerSensor(input: $input) { __typename } }`;
  for (const key of ["m1", "m2"]) await ask(sensor, { input: { key, assetKey: "mill" } });
}

/** The same as `decide`, for an asset. */
async function decideAsset(
  { scope }: GatewayBench,
  key: string,
  type: EpisodeChange["type"],
  ts: number,
): Promise<Alert> {
  const asset = (await scope.store.assets.byKey(scope.tenant.id, key))!;
  const evidence = { ts, value: 9, score: 0.5, threshold: 0.3, contributions: [], missing: [] };
  const peak = { score: 0.5, reason: "r" };
  const decision = {
    type,
    kind: "anomaly",
    episodeStart: T0,
    ts,
    reason: "r",
    peak,
    severity: "HIGH",
    evidence,
  } as EpisodeChange;
  const batchId = await batchOf(scope);
  return await scope.store.transaction(async (store) => {
    const event =
      (await applyDecision(store, { tenantId: scope.tenant.id, batchId, subject: { assetId: asset.id }, decision }))!;
    await store.events.append(scope.tenant.id, [event.record, ...event.further]);
    return event.alert;
  });
}

const ROOTS = `query ($filter: AlertFilter) { alerts(filter: $filter) { totalCount edges { node { id hidden suppressedBy
  sensor { key } asset { key } parent { id } members { sensor { key } suppressedBy } } } } }`;

async function list({ ask }: GatewayBench, filter: Answer): Promise<Answer[]> {
  return (await ask(ROOTS, { filter })).alerts.edges.map(({ node }: Answer) => node);
}

async function membersOfAnAsset(bench: GatewayBench): Promise<void> {
  const { scope } = bench;
  await registered(bench);
  const [m1, m2] = [await sensorOf(scope, "m1"), await sensorOf(scope, "m2")];
  await decide(scope, { sensor: m1, type: "opened" });
  const root = await decideAsset(bench, "mill", "opened", T0 + MINUTE_MS);
  await decide(scope, { sensor: m2, type: "opened", episode: { start: T0 + 2 * MINUTE_MS } });
  await decide(scope, { sensor: m2, type: "opened", episode: { kind: "flatline" } });
  const [seen, ...more] = await list(bench, { roots: true, asset: "hall", kinds: ["anomaly"] });
  assert.equal(more.length, 0, "one root is what a person sees");
  assert.equal(seen.id, globalId("Alert", root));
  assert.deepEqual(seen.members.map(({ sensor }: Answer) => sensor.key).sort(), ["m1", "m2"]);
  const [flatline] = await list(bench, { kinds: ["flatline"] });
  assert.deepEqual([flatline.hidden, flatline.parent], [false, null], "an instrument's fault stays its own");
  const top = await decideAsset(bench, "hall", "opened", T0 + 3 * MINUTE_MS);
  assert.deepEqual((await list(bench, { roots: true, kinds: ["anomaly"] })).map(({ id }) => id), [
    globalId("Alert", top),
  ]);
  await decideAsset(bench, "mill", "closed", T0 + 4 * MINUTE_MS);
  const handedOn = (await list(bench, { sensor: "m1" }))[0];
  assert.equal(handedOn.parent.id, globalId("Alert", top), "what stands belongs to the next one above");
  await decideAsset(bench, "hall", "closed", T0 + 5 * MINUTE_MS);
  assert.deepEqual((await list(bench, { sensor: "m1" }))[0].suppressedBy, []);
  const [ofFaulty] = await list(bench, { sensor: "m2", kinds: ["anomaly"] });
  assert.deepEqual(ofFaulty.suppressedBy, ["INSTRUMENT_FAULT"], "hidden as long as its own reason lasts");
}

async function chatters(bench: GatewayBench): Promise<void> {
  const { scope, sql } = bench;
  const sensor = await sensorOf(scope, "chatters");
  const opened: Alert[] = [];
  for (let i = 0; i < 6; i++) {
    const start = T0 + 3 * i * MINUTE_MS;
    opened.push((await decide(scope, { sensor, type: "opened", episode: { start } }))!);
    await decide(scope, { sensor, type: "closed", episode: { start, ts: start + MINUTE_MS } });
  }
  assert.deepEqual(opened.map(({ suppressedBy }) => suppressedBy.length), [0, 0, 1, 1, 1, 1]);
  const [first] = (await list(bench, { sensor: "chatters", roots: true })).slice(-1);
  assert.equal(first.members.length, 4);
  assert.deepEqual(first.members[0].suppressedBy, ["CHATTERING"]);
  const start = T0 + 20 * MINUTE_MS;
  const stays = (await decide(scope, { sensor, type: "opened", episode: { start } }))!;
  assert.deepEqual(stays.suppressedBy, ["chattering"]);
  assert.equal(await releaseHeld(scope), 0);
  await sql`UPDATE alert_transition SET known_at = now() - interval '11 minutes' WHERE alert_id = ${stays.id}`;
  assert.equal(await releaseHeld(scope), 1);
  const [shown] = await scope.store.alerts.byIds(scope.tenant.id, [stays.id]);
  assert.deepEqual(shown.suppressedBy, [], "what stays is no chatter");
  await decide(scope, { sensor, type: "closed", episode: { start, ts: start + MINUTE_MS } });
  const next = { start: start + 2 * MINUTE_MS, severity: "CRITICAL" } as const;
  await decide(scope, { sensor, type: "opened", episode: next });
  const raised = (await decide(scope, { sensor, type: "raised", episode: next }))!;
  const [worse] = await scope.store.alerts.byIds(scope.tenant.id, [raised.id]);
  assert.deepEqual(worse.suppressedBy, [], "nor is what becomes more urgent");
}

async function floods(bench: GatewayBench): Promise<void> {
  const { ask, scope, sql } = bench;
  await sql`UPDATE alert_transition SET known_at = now() - interval '1 hour'`;
  const open = async (from: number, n: number) => {
    for (let i = from; i < from + n; i++) {
      await decide(scope, { sensor: await sensorOf(scope, `f${i}`), type: "opened" });
    }
  };
  await open(0, 10);
  assert.equal(await watchFloods(scope), 0, "ten are not too many");
  await open(10, 2);
  assert.deepEqual(await Promise.all([watchFloods(scope), watchFloods(scope)]).then((both) => both[0] + both[1]), 1);
  await open(12, 5);
  assert.equal(await watchFloods(scope), 0);
  const query = "{ alertFloods { edges { node { endedAt peak alerts } } } }";
  const [{ node }] = (await ask(query)).alertFloods.edges;
  assert.deepEqual(node, { endedAt: null, peak: 17, alerts: 17 });
  await sql`UPDATE alert_transition SET known_at = now() - interval '1 hour'`;
  assert.equal(await watchFloods(scope), 1);
  assert.notEqual((await ask(query)).alertFloods.edges[0].node.endedAt, null);
  const events = await scope.store.events.after(scope.tenant.id, 0, { prefix: "flood.", limit: 10 });
  assert.deepEqual(events.map(({ type }) => type), ["flood.began", "flood.ended"]);
}

for (const engine of ENGINES) {
  Deno.test(`storms of alerts, on the ${engine.name} store`, async (t) => {
    await withGateway(engine, async (bench) => {
      await t.step(
        "an asset's alert stands for those of its sensors and of what is below",
        () => membersOfAnAsset(bench),
      );
      await t.step("what chatters is held, and shows if it stays", () => chatters(bench));
      await t.step("a flood is noticed when it begins and ends", () => floods(bench));
    });
  });
}
