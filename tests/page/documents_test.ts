/** Everything that the page may ask is in the schema, and costs no more than the gateway lets in. */
import { buildSchema, Kind, parse, validate } from "graphql";
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { COST_MAX, costFault } from "../../graphql/cost.ts";
import { schema } from "../../graphql/schema.ts";
import { pageDocuments, WEB } from "../fixtures/page_documents.ts";

Deno.test("every document of the page is valid", async () => {
  const all = await pageDocuments();
  assert.ok(all.length >= 12, `${all.length} documents`);
  for (const { name, text } of all) {
    assert.deepEqual(validate(schema, parse(text)).map(({ message }) => message), [], name);
  }
});

Deno.test("documents stand in the files of queries, where this test finds them", async () => {
  const others = (await readdir(WEB)).filter((name) => /\.tsx?$/.test(name) && !name.startsWith("queries_"));
  for (const name of others) {
    const text = await readFile(`${WEB}${name}`, "utf8");
    assert.doesNotMatch(text, /`\s*(query|mutation|subscription|fragment) \w+/, name);
  }
});

Deno.test("the gateway lets each of them in", async () => {
  const sensors = Array.from({ length: 24 }, (_, i) => `sensor-${i}`);
  const time = "2026-01-01T00:00:00Z";
  const variables: Record<string, unknown> = {
    ...{ first: 200, sensors, others: sensors.slice(0, 8), width: 1_400, number: 1 },
    ...{ text: "x", key: "x", sensor: "x", document: {}, from: time, to: time },
  };
  for (const { name, text } of await pageDocuments()) {
    // Mutations answer little.
    if (/^\s*mutation/.test(text)) continue;
    const document = parse(text);
    const operation = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
    assert.ok(operation, name);
    const fault = costFault({ schema, document, operationName: undefined, variableValues: variables });
    assert.equal(fault, undefined, `${name}: ${fault}, ${COST_MAX} at most`);
  }
});

Deno.test("the committed schema has them too", async () => {
  const golden = buildSchema(await readFile(new URL("../golden/schema.graphql", import.meta.url), "utf8"));
  for (const { name, text } of await pageDocuments()) {
    assert.deepEqual(validate(golden, parse(text)).map(({ message }) => message), [], name);
  }
});
