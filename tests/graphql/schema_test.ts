import { printSchema } from "graphql";
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { schema } from "../../graphql/schema.ts";

Deno.test("the schema is the committed one: what clients see changes on purpose only (deno task golden)", async () => {
  assert.equal(`${printSchema(schema)}\n`, await readFile("tests/golden/schema.graphql", "utf8"));
});
