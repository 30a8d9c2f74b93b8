/** Alerts by what people ask for, through HTTP. */
import assert from "node:assert/strict";
import { withApp } from "../fixtures/app.ts";
import { type Answer, ask, INGEST_COLUMNS, minutes, post } from "../fixtures/graphql.ts";

const LIST = `query ($filter: AlertFilter, $sensor: String) { alerts(filter: $filter, sensor: $sensor, first: 100) {
  totalCount edges { node { sensor { key } severity endedAt openedAt } } } }`;

/** Calm for long, then a spike; with `calmAfter` long enough the episode ends. */
function withSpike(height: number, calmAfter: number): number[] {
  const calm = (n: number) => Array.from({ length: n }, (_, i) => 20 + Math.sin(i / 7));
  return [...calm(400), height, height + 1, ...calm(calmAfter)];
}

Deno.test("alerts are found by severity, state, kind, asset, source, time, standing and text, and counted", async (t) => {
  await withApp(async ({ url }) => {
    const register = `mutation ($asset: RegisterAssetInput!, $sensor: RegisterSensorInput!) {
      registerAsset(input: $asset) { __typename } registerSensor(input: $sensor) { __typename } }`;
    await ask(url, register, { asset: { key: "hall" }, sensor: { key: "lone" } });
    await ask(url, register, {
      asset: { key: "mill", parentKey: "hall" },
      sensor: { key: "mill/drive", assetKey: "mill" },
    });
    const sent = [
      ["lone", "east", "2024-01-01T00:00:00Z", withSpike(40, 80)],
      ["mill/drive", "west", "2024-02-01T00:00:00Z", withSpike(400, 3)],
    ] as const;
    for (const [sensor, source, from, values] of sent) {
      const input = { source, idempotencyKey: sensor, ...minutes(sensor, from, values) };
      await ask(url, INGEST_COLUMNS, { input, wait: true });
    }
    const found = async (filter: Answer, sensor?: string): Promise<string[]> => {
      const { alerts } = await ask(url, LIST, { filter, sensor });
      assert.equal(alerts.totalCount, alerts.edges.length);
      return [...new Set<string>(alerts.edges.map(({ node }: Answer) => node.sensor.key))].sort();
    };
    const { alerts } = await ask(url, LIST);
    assert.deepEqual([...new Set(alerts.edges.map(({ node }: Answer) => node.sensor.key))].sort(), [
      "lone",
      "mill/drive",
    ]);
    const worst = alerts.edges.find(({ node }: Answer) => node.sensor.key === "mill/drive").node.severity;

    const cases: [string, Answer, string[]][] = [
      ["no condition", {}, ["lone", "mill/drive"]],
      ["an asset with all below it", { asset: "hall" }, ["mill/drive"]],
      ["a sensor", { sensor: "lone" }, ["lone"]],
      ["a sensor that is not of the asset", { sensor: "lone", asset: "hall" }, []],
      ["a source", { source: "east" }, ["lone"]],
      ["standing", { standing: true }, ["mill/drive"]],
      ["ended", { standing: false }, ["lone"]],
      ["a time", { from: "2024-01-15T00:00:00Z" }, ["mill/drive"]],
      ["another time", { to: "2024-01-15T00:00:00Z" }, ["lone"]],
      ["a text in the key", { text: "DRIVE" }, ["mill/drive"]],
      ["a text that has a wildcard", { text: "%" }, []],
      ["a severity", { severities: [worst], asset: "hall" }, ["mill/drive"]],
      ["a state", { states: ["RETURNED_UNACKNOWLEDGED"] }, ["lone"]],
      ["a kind", { kinds: ["flatline"] }, []],
      ["none of nothing", { severities: [] }, []],
    ];
    for (const [name, filter, expected] of cases) {
      await t.step(`by ${name}`, async () => assert.deepEqual(await found(filter), expected));
    }
    await t.step("what is not there or makes no sense is said", async () => {
      const refused: [Answer, string, string][] = [
        [{ asset: "nowhere" }, "NOT_FOUND", "asset"],
        [{ source: "nowhere" }, "NOT_FOUND", "source"],
        [{ sensor: "nowhere" }, "NOT_FOUND", "sensor"],
        [{ text: "\u0000" }, "INVALID_INPUT", "text"],
        [{ from: "2024-01-02T00:00:00Z", to: "2024-01-01T00:00:00Z" }, "INVALID_INPUT", "from"],
      ];
      for (const [filter, code, field] of refused) {
        const { body } = await post(url, { query: LIST, variables: { filter } });
        assert.deepEqual([body.errors[0].extensions.code, body.errors[0].extensions.field], [code, field]);
      }
    });
  });
});
