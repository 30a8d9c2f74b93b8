/**
 * What clients get wrong without meaning harm: each is told what is wrong, with a code, and none is a fault of the
 * service.
 */
import assert from "node:assert/strict";
import { withApp } from "../fixtures/app.ts";
import { type Answer, ingest, post } from "../fixtures/graphql.ts";

const NUL = "a\\u0000b";

const readings = (args: string) =>
  `{ readings(sensor: "s", from: "2024-01-01T00:00:00Z", to: "2025-01-01T00:00:00Z", ${args}) { truncated } }`;
const readingsFrom = (from: string) =>
  `{ readings(sensor: "s", from: "${from}", to: "2025-01-01T00:00:00Z") { truncated } }`;

const INVALID: readonly string[] = [
  `{ sensor(key: "${NUL}") { key } }`,
  `{ asset(key: "${NUL}") { key } }`,
  `{ alerts(filter: { kinds: ["${NUL}"] }) { eventCursor } }`,
  readings("").replace('"s"', `"${NUL}"`),
  ...["P100000000D", "P99999999999D", "PT0.0000001S", "PT0S", "P", "PT", "-PT5M", "PT0.0015S", "fortnight"].map((
    duration,
  ) => readings(`resolution: "${duration}"`)),
  readings("first: 0"),
  readings("first: 10001"),
  ...[
    "0000-01-01T00:00:00Z",
    "2024-01-01T24:00:00Z",
    "2024-02-30T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "2024-01-01T00:00:00",
  ]
    .map(readingsFrom),
  readingsFrom("2024-01-01T00:00:00Z").replace("2025-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00"),
  ...[-1, 0, 1_001].map((first) =>
    `{ batches(first: 1) { edges { node { quarantine(first: ${first}) { index } } } } }`
  ),
  ...[-1, 0, 1_001].map((first) => `{ batches(first: 1) { edges { node { alerts(first: ${first}) { id } } } } }`),
  ...[-1, 0, 1_001].map((first) => `{ sensors(first: ${first}) { edges { cursor } } }`),
  `{ batches(after: "forged") { edges { cursor } } }`,
  `{ node(id: "forged") { id } }`,
  `{ node(id: "${btoa("Nope:1")}") { id } }`,
  `{ batch(id: "${btoa("Sensor:1")}") { id } }`,
  `{ nodes(ids: ["forged"]) { id } }`,
];

const NOTHING_THERE: readonly string[] = [
  ...[
    "Batch:999999",
    "Batch:abc",
    "Batch:-1",
    "Batch:1e3",
    "Batch:99999999999999999999",
    "Sensor:3000000000",
    "Alert:0",
  ].map((id) => `{ node(id: "${btoa(id)}") { id } }`),
  `{ batch(id: "${btoa("Batch:99999999999999999999")}") { id } }`,
  `{ alert(id: "${btoa("Alert:x")}") { id } }`,
  `{ reprocessing(id: "${btoa("ReprocessRun:x")}") { id } }`,
  `{ node(id: "${btoa("ReprocessRun:7")}") { id } }`,
];

Deno.test("mistakes of clients", async (t) => {
  await withApp(async (app) => {
    const { url } = app;
    await ingest(url, "one", [{ sensor: "s", time: "2024-01-01T00:00:00Z", value: "x" }]);

    for (const query of INVALID) {
      await t.step(`invalid: ${query}`, async () => {
        const { body } = await post(url, { query });
        assert.deepEqual(
          body.errors.map((error: Answer) => error.extensions.code),
          ["INVALID_INPUT"],
          JSON.stringify(body),
        );
        assert.doesNotMatch(body.errors[0].message, /Unexpected/);
      });
    }
    for (const query of NOTHING_THERE) {
      await t.step(`nothing there: ${query}`, async () => {
        const { body } = await post(url, { query });
        assert.equal(body.errors, undefined);
        assert.deepEqual(Object.values(body.data), [null]);
      });
    }
    await t.step("a filter by a key that nothing can have finds nothing", async () => {
      const { body } = await post(url, { query: `{ alerts(sensor: "${NUL}") { eventCursor } }` });
      assert.equal(body.errors[0].extensions.code, "NOT_FOUND");
    });
    await t.step("a mutation for an id that nothing has answers that it is not found", async () => {
      const query = `mutation { giveUpBatch(input: { batch: "${btoa("Batch:x")}", reason: "r" }) { __typename } }`;
      assert.equal((await post(url, { query })).body.data.giveUpBatch.__typename, "NotFoundError");
    });
    await t.step("errors of documents and variables have codes too", async () => {
      for (
        const request of [{ query: "{ nope }" }, { query: "{" }, {
          query: "query ($n: Int) { batches(first: $n) { edges { cursor } } }",
          variables: { n: "x" },
        }]
      ) {
        const { body } = await post(url, request);
        assert.ok(body.errors[0].extensions.code, JSON.stringify(body));
      }
    });
    await t.step(
      "a mistake in each row of a list, beside what takes a moment, ends nothing but the request",
      async () => {
        const register = `mutation ($input: RegisterAssetInput!) { registerAsset(input: $input) { __typename } }`;
        for (const input of [{ key: "hall" }, { key: "a", parentKey: "hall" }, { key: "b", parentKey: "hall" }]) {
          await post(url, { query: register, variables: { input } });
        }
        const query = "{ assets { edges { node { parent { key } sensors(first: -1) { key } } } } }";
        for (let i = 0; i < 2; i++) {
          const { body } = await post(url, { query });
          assert.equal(body.errors[0].extensions.code, "INVALID_INPUT");
        }
      },
    );
    await t.step("none of it was a fault of the service", () => {
      assert.doesNotMatch(app.log(), /request\.failed/);
    });
  });
});
