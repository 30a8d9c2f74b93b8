/** Alerts by asset, and jumps in long lists: what triage is made of. */
import assert from "node:assert/strict";
import { SEVERITIES } from "../../src/domain/detection/severity.ts";
import { followAlerts } from "../../src/operations/alerting/follow_alerts.ts";
import { actOn, decide, sensorOf, T0 } from "../fixtures/alerts.ts";
import { ENGINES } from "../fixtures/engines.ts";
import { type GatewayBench, withGateway } from "../fixtures/gateway.ts";
import type { Answer } from "../fixtures/graphql.ts";
import { within } from "../fixtures/within.ts";

const GROUPS = `query ($filter: AlertFilter, $first: Int, $each: Int) {
  alertGroups(filter: $filter, first: $first) {
    eventCursor
    groups { asset { key } count unacknowledged worst worstUnacknowledged alerts(first: $each) { number severity } }
  } }`;

const LIST = `query ($filter: AlertFilter, $orderBy: AlertOrder, $first: Int, $after: String, $skip: Int) {
  alerts(filter: $filter, orderBy: $orderBy, first: $first, after: $after, skip: $skip) {
    totalCount edges { node { number severity } } pageInfo { endCursor } } }`;

const REGISTER = `mutation ($asset: RegisterAssetInput!, $sensor: RegisterSensorInput!) {
  registerAsset(input: $asset) { __typename } registerSensor(input: $sensor) { __typename } }`;

/** 30 alerts on a mill (in a hall) and its sensor, 6 on the hall's own sensor, 4 on a sensor of no asset. */
async function fill({ scope, ask }: GatewayBench): Promise<void> {
  await ask(REGISTER, { asset: { key: "hall" }, sensor: { key: "air", assetKey: "hall" } });
  await ask(REGISTER, { asset: { key: "mill", parentKey: "hall" }, sensor: { key: "drive", assetKey: "mill" } });
  for (const [key, count, worst] of [["drive", 30, 3], ["air", 6, 4], ["lone", 4, 1]] as const) {
    const sensor = await sensorOf(scope, key);
    for (let i = 0; i < count; i++) {
      const episode = { start: T0 + i, kind: `k${i}`, severity: SEVERITIES[i % worst] };
      await decide(scope, { sensor, type: "opened", episode });
    }
  }
}

async function grouped({ ask }: GatewayBench): Promise<void> {
  const { alertGroups: { groups, eventCursor } } = await ask(GROUPS, { each: 3 });
  assert.match(atob(eventCursor), /^event:\d+$/);
  const told = groups.map(({ asset, count, unacknowledged, worst, worstUnacknowledged }: Answer) => {
    assert.equal(worstUnacknowledged, worst);
    return [asset?.key, count, unacknowledged, worst];
  });
  // That with a critical alert first, although it has fewer.
  assert.deepEqual(told, [["hall", 6, 6, "CRITICAL"], ["mill", 30, 30, "HIGH"], [undefined, 4, 4, "LOW"]]);
  for (const { asset, alerts, count } of groups) {
    const filter = asset === null ? { unplaced: true } : { onAsset: asset.key };
    const list = (await ask(LIST, { filter, orderBy: "SEVERITY" })).alerts;
    assert.equal(list.totalCount, count);
    assert.deepEqual(alerts, list.edges.slice(0, 3).map(({ node }: Answer) => node), asset?.key);
  }
}

/** The critical one of the hall and all of the lone sensor are seen, or put aside: they ask for nobody any more. */
async function handled({ ask }: GatewayBench): Promise<void> {
  const ids = async (filter: Answer): Promise<string[]> =>
    (await ask("query ($filter: AlertFilter) { alerts(filter: $filter) { edges { node { id } } } }", { filter }))
      .alerts.edges.map(({ node }: Answer) => node.id);
  const act = actOn(ask);
  const targets = (all: string[]) => all.map((id) => ({ id }));
  await act("acknowledgeAlerts", targets(await ids({ severities: ["CRITICAL"] })));
  const until = new Date(Date.now() + 3_600_000).toISOString();
  await act("shelveAlerts", targets(await ids({ sensor: "lone" })), { until, reason: "being changed" });
  const { alertGroups: { groups } } = await ask(GROUPS);
  assert.deepEqual(
    groups.map(({ asset, count, unacknowledged, worst, worstUnacknowledged }: Answer) => [
      ...[asset?.key, count, unacknowledged, worst, worstUnacknowledged],
    ]),
    [
      ["hall", 6, 5, "CRITICAL", "HIGH"],
      ["mill", 30, 30, "HIGH", "HIGH"],
      [undefined, 4, 0, "LOW", null],
    ],
  );
}

async function filtered(bench: GatewayBench): Promise<void> {
  const { ask, post } = bench;
  const groups = async (variables: Answer) =>
    (await ask(GROUPS, variables)).alertGroups.groups.map(({ asset, count }: Answer) => [asset?.key, count]);
  assert.deepEqual(await groups({ filter: { severities: ["CRITICAL"] } }), [["hall", 1]]);
  assert.deepEqual(await groups({ filter: { onAsset: "hall" } }), [["hall", 6]]);
  assert.deepEqual(await groups({ filter: { asset: "hall", onAsset: "mill" } }), [["mill", 30]]);
  assert.deepEqual(await groups({ filter: { asset: "mill", onAsset: "hall" } }), []);
  assert.deepEqual(await groups({ filter: { unplaced: false }, first: 1 }), [["hall", 6]]);
  assert.deepEqual(await groups({ filter: { text: "nothing has this text" } }), []);
  for (
    const [variables, code, field] of [
      [{ filter: { onAsset: "nowhere" } }, "NOT_FOUND", "onAsset"],
      [{ first: 201, each: 1 }, "INVALID_INPUT", "first"],
      [{ first: 0 }, "INVALID_INPUT", "first"],
      [{ each: 21 }, "INVALID_INPUT", "first"],
    ] as const
  ) {
    const { errors } = await post(GROUPS, variables);
    assert.deepEqual([errors[0].extensions.code, errors[0].extensions.field], [code, field]);
  }
}

async function jumped({ ask, post }: GatewayBench): Promise<void> {
  const numbers = async (variables: Answer): Promise<number[]> =>
    (await ask(LIST, variables)).alerts.edges.map(({ node }: Answer) => node.number);
  for (const filter of [{}, { severities: ["MEDIUM", "LOW"] }, { states: ["ACKNOWLEDGED"] }, { onAsset: "mill" }]) {
    for (const orderBy of ["SEVERITY", "NEWEST"]) {
      const all = await numbers({ filter, orderBy, first: 100 });
      for (const skip of [0, 1, 7, 13, 14, 29, 39, 40, 1_000_000]) {
        const page = await numbers({ filter, orderBy, first: 5, skip });
        assert.deepEqual(page, all.slice(skip, skip + 5), `${orderBy} ${JSON.stringify(filter)} ${skip}`);
      }
      const { alerts } = await ask(LIST, { filter, orderBy, first: 3, skip: 2 });
      if (all.length < 6) continue;
      // A page that was jumped to is gone on behind as any other.
      const next = await numbers({ filter, orderBy, first: 3, after: alerts.pageInfo.endCursor });
      assert.deepEqual(next, all.slice(5, 8));
    }
  }
  const { alerts } = await ask(LIST, { first: 3 });
  for (const variables of [{ skip: -1 }, { skip: 1_000_001 }, { skip: 3, after: alerts.pageInfo.endCursor }]) {
    const { errors } = await post(LIST, variables);
    assert.deepEqual([errors[0].extensions.code, errors[0].extensions.field], ["INVALID_INPUT", "skip"]);
  }
}

/** What a stream under the filter tells first: the alert that `wanted` is about, and not the one before it. */
async function followed({ scope }: GatewayBench): Promise<void> {
  for (
    const [filter, other, wanted] of [
      [{ unplaced: true }, "drive", "lone"],
      [{ unplaced: false }, "lone", "air"],
      [{ onAssetKey: "hall" }, "drive", "air"],
    ] as const
  ) {
    const leaving = new AbortController();
    const { events } = await followAlerts(scope, { filter, signal: leaving.signal });
    const first = events[Symbol.asyncIterator]().next();
    for (const key of [other, wanted]) {
      const episode = { start: T0 + 1_000, kind: JSON.stringify(filter), severity: "LOW" } as const;
      await decide(scope, { sensor: await sensorOf(scope, key), type: "opened", episode });
    }
    const { value } = await within("the event", first);
    assert.equal(value!.alert.sensorId, (await sensorOf(scope, wanted)).id, JSON.stringify(filter));
    leaving.abort();
  }
}

for (const engine of ENGINES) {
  Deno.test(`triage's lists, on the ${engine.name} store`, async (t) => {
    await withGateway(engine, async (bench) => {
      await fill(bench);
      await t.step("by asset, the most urgent first, each with its first alerts", () => grouped(bench));
      await t.step("by asset under a filter; what makes no sense is said", () => filtered(bench));
      await t.step("what is seen or put aside asks for nobody", () => handled(bench));
      await t.step("a page may begin anywhere, in either order and under a filter", () => jumped(bench));
      await t.step("what is about no asset, or about one alone, is followed", () => followed(bench));
    });
  });
}
