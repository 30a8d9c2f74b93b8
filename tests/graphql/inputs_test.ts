/** What people give to mutations and queries arrives, each field of it, or is refused with the name of the field. */
import { type GraphQLInputObjectType } from "graphql";
import assert from "node:assert/strict";
import { schema } from "../../graphql/schema.ts";
import { ENGINES } from "../fixtures/engines.ts";
import { type GatewayBench, withGateway } from "../fixtures/gateway.ts";
import type { Answer } from "../fixtures/graphql.ts";

/** A value for a field of an input, two that differ, and where the answer shows it. */
interface FieldCase {
  readonly values: readonly [unknown, unknown];
  /** Selection on the payload's noun, and what the value is then; left out: the same field and value. */
  readonly shown?: { readonly selection: string; readonly of: (noun: Answer) => unknown };
}

interface SavingMutation {
  readonly mutation: string;
  readonly input: string;
  readonly noun: string;
  readonly fields: Readonly<Record<string, FieldCase>>;
}

const keyOf = (field: string): FieldCase["shown"] => ({
  selection: `${field} { key }`,
  of: (noun) => noun[field]?.key,
});

/** Every input that saves a noun. A field of the schema without a case here fails the test. */
const SAVING: readonly SavingMutation[] = [
  {
    mutation: "registerAsset",
    input: "RegisterAssetInput",
    noun: "asset",
    fields: {
      name: { values: ["Pump", "Насос"] },
      parentKey: { values: ["plant", "hall"], shown: keyOf("parent") },
      criticality: { values: ["A", "C"] },
      level: { values: [6, 7] },
      reorderWindow: { values: ["PT30S", "PT60S"] },
    },
  },
  {
    mutation: "registerSensor",
    input: "RegisterSensorInput",
    noun: "sensor",
    fields: {
      name: { values: ["Bearing", "Lager"] },
      assetKey: { values: ["plant", "hall"], shown: keyOf("asset") },
      quantity: { values: ["pressure", "flow"] },
      unit: { values: ["bar", "Cel"] },
      rangeMin: { values: [-1.5, 0] },
      rangeMax: { values: [10.5, 20] },
      expectedIntervalMs: { values: [1_000, 60_000] },
      reorderWindow: { values: ["PT30S", "PT60S"] },
    },
  },
  {
    mutation: "configureTenant",
    input: "ConfigureTenantInput",
    noun: "tenant",
    fields: {
      unknownSensors: { values: ["QUARANTINE", "REGISTER"] },
      timeZone: { values: ["Europe/Berlin", "Asia/Kolkata"] },
    },
  },
];

function operation({ mutation, input, noun, fields }: SavingMutation): string {
  const selection = Object.entries(fields).map(([name, { shown }]) => shown?.selection ?? name).join(" ");
  const payload = `${mutation[0].toUpperCase()}${mutation.slice(1)}Payload`;
  return `mutation ($input: ${input}!) { result: ${mutation}(input: $input) {
    __typename ... on ${payload} { ${noun} { ${selection} } } ... on Error { message } ... on InvalidInputError { field } } }`;
}

const KEY = "the-one";
const HOSTILE = ["nul \u0000", "lone \ud800", "\u202eturned", "x".repeat(1_000_000)];

async function allFieldsArrive({ ask }: GatewayBench, saving: SavingMutation): Promise<void> {
  const type = schema.getType(saving.input) as GraphQLInputObjectType;
  const names = Object.keys(type.getFields()).filter((name) => name !== "key").sort();
  assert.deepEqual(names, Object.keys(saving.fields).sort(), `Give each field of ${saving.input} a case in this test.`);
  const withKey = "key" in type.getFields() ? { key: KEY } : {};
  for (const which of [0, 1]) {
    const given = Object.fromEntries(Object.entries(saving.fields).map(([name, { values }]) => [name, values[which]]));
    const { result } = await ask(operation(saving), { input: { ...withKey, ...given } });
    const noun = result[saving.noun];
    const shown = Object.entries(saving.fields).map(([name, { shown }]) => [name, shown ? shown.of(noun) : noun[name]]);
    assert.deepEqual(Object.fromEntries(shown), given);
  }
}

for (const engine of ENGINES) {
  Deno.test(`on the ${engine.name} store`, async (t) => {
    await withGateway(engine, async (bench) => {
      const { ask, post } = bench;
      const register = (input: unknown) => ask(operation(SAVING[0]), { input });
      await register({ key: "plant" });
      await register({ key: "hall" });

      for (const saving of SAVING) {
        await t.step(
          `every field of ${saving.mutation} arrives, and can be changed`,
          () => allFieldsArrive(bench, saving),
        );
      }

      await t.step(
        "texts that nobody can have meant are invalid by their field's name, and change nothing",
        async () => {
          for (
            const [saving, field] of [[SAVING[0], "name"], [SAVING[1], "name"], [SAVING[1], "unit"], [
              SAVING[1],
              "quantity",
            ]] as const
          ) {
            for (const text of [...HOSTILE, "", " "]) {
              const { result } = await ask(operation(saving), { input: { key: KEY, [field]: text } });
              assert.deepEqual([result.__typename, result.field], ["InvalidInputError", field]);
              assert.match(result.message, new RegExp(`^The ${field} (is|holds) `));
            }
          }
          const { asset, sensor } = await ask(
            `{ asset(key: "${KEY}") { name } sensor(key: "${KEY}") { name unit quantity } }`,
          );
          assert.deepEqual([asset.name, sensor], ["Насос", { name: "Lager", unit: "Cel", quantity: "flow" }]);
        },
      );

      await t.step("keys that cannot be keys name nothing, wherever one may ask for them", async () => {
        for (const key of [...HOSTILE.slice(0, 3), "", "k".repeat(10_000)]) {
          for (const noun of ["asset", "sensor"]) {
            const { errors } = await post(`query ($key: String!) { ${noun}(key: $key) { key } }`, { key });
            assert.deepEqual([errors[0].extensions.code, errors[0].extensions.field], ["INVALID_INPUT", "key"]);
          }
          const data = await ask(`query ($key: String!) { batches(source: $key) { edges { cursor } } }`, { key });
          assert.deepEqual(data, { batches: { edges: [] } });
          for (
            const query of [
              "query ($key: String!) { alerts(sensor: $key) { edges { cursor } } }",
              `query ($key: String!) { readings(sensor: $key, from: "2024-01-01T00:00:00Z", to: "2024-01-02T00:00:00Z") { truncated } }`,
            ]
          ) {
            const { errors } = await post(query, { key });
            assert.match(errors[0].extensions.code, /^(NOT_FOUND|INVALID_INPUT)$/);
            assert.equal(errors[0].extensions.field, "sensor");
          }
          const range = { from: "2024-01-01T00:00:00Z", to: "2024-01-02T00:00:00Z" };
          const [reprocess, retry] = [
            `mutation ($input: StartReprocessingInput!) { result: startReprocessing(input: $input) { __typename ... on NotFoundError { field } } }`,
            `mutation ($input: RetryBatchesInput!) { result: retryBatches(input: $input) { __typename ... on NotFoundError { field } } }`,
          ];
          const named = [
            await ask(reprocess, { input: { sensorKey: key, ...range } }),
            await ask(reprocess, { input: { assetKey: key, ...range } }),
            await ask(retry, { input: { source: key } }),
            await ask(operation(SAVING[0]).replace("InvalidInputError", "NotFoundError"), {
              input: { key: "b", parentKey: key },
            }),
            await ask(operation(SAVING[1]).replace("InvalidInputError", "NotFoundError"), {
              input: { key: "b", assetKey: key },
            }),
          ];
          assert.deepEqual(named.map(({ result }) => result.field), [
            "sensorKey",
            "assetKey",
            "source",
            "parentKey",
            "assetKey",
          ]);
        }
      });
    });
  });
}
