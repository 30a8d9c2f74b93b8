import {
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
} from "graphql";
import assert from "node:assert/strict";
import { schema } from "../../graphql/schema.ts";
import { assertGolden } from "../golden/parts.ts";

Deno.test("the schema is the committed one: what clients see changes on purpose only", async () => {
  await assertGolden("schema");
});

const TYPES = Object.values(schema.getTypeMap()).filter((type) =>
  !isIntrospectionType(type) && !isSpecifiedScalarType(type)
);

/** All of a type that a client reads about, by name. */
function partsOf(type: GraphQLNamedType): [string, { readonly description?: string | null }][] {
  if (isEnumType(type)) return type.getValues().map((value) => [`${type.name}.${value.name}`, value]);
  if (isInputObjectType(type)) {
    return Object.values(type.getFields()).map((field) => [`${type.name}.${field.name}`, field]);
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).flatMap((field) => [
    [`${type.name}.${field.name}`, field],
    ...field.args.map((arg) => [`${type.name}.${field.name}(${arg.name}:)`, arg] as [string, typeof arg]),
  ]);
}

Deno.test("every type, field, argument and value says what it is, in a sentence", () => {
  const parts = TYPES.flatMap((type) => [[type.name, type] as const, ...partsOf(type)]);
  const silent = parts.filter(([, { description }]) => !description?.trim()).map(([name]) => name);
  assert.deepEqual(silent, [], "give each a description where it is declared");
  const unfinished = parts.filter(([, { description }]) => !/[.`)]$/.test(description!)).map(([name]) => name);
  assert.deepEqual(unfinished, [], "end each description with a full stop");
});

Deno.test("every scalar says where it is specified", () => {
  const unspecified = TYPES.filter((type) => isScalarType(type) && !type.specifiedByURL).map(({ name }) => name);
  assert.deepEqual(unspecified, []);
});

Deno.test("limits are in the descriptions: readings of a batch, bytes of a request, rows of each list", () => {
  const described = new Map(TYPES.flatMap(partsOf).map(([name, { description }]) => [name, description ?? ""]));
  assert.match(described.get("IngestBatchInput.readings")!, /10,000 readings.* 8 MiB/);
  assert.match(schema.getType("IngestColumnsInput")!.description!, /10,000 readings.* 8 MiB/);
  for (const [name, description] of described) {
    if (name.endsWith("(first:)")) assert.match(description, /1 to [\d,]+\.$/, name);
  }
});
