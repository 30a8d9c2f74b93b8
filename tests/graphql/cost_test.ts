/** What operations cost before they are carried out. */
import { parse } from "graphql";
import assert from "node:assert/strict";
import { COST_MAX, costFault } from "../../graphql/cost.ts";
import { schema } from "../../graphql/schema.ts";

function faultOf(query: string, variables: Record<string, unknown> = {}, operationName?: string): string | undefined {
  return costFault({ schema, document: parse(query), variableValues: variables, operationName })?.message;
}

/** What the message says that the operation may answer; 0 when it is admitted. */
function valuesOf(query: string, variables?: Record<string, unknown>): number {
  return Number(/may answer (\d+) values/.exec(faultOf(query, variables) ?? "")?.[1] ?? 0);
}

Deno.test("what people and pages ask for is admitted", () => {
  const operations = [
    "{ batches(first: 1000) { edges { node { number source state readings stored quarantined late alertsOpened receivedAt } } } }",
    `{ alerts(first: 100) { edges { node { id kind severity state reason evidence { value score contributions { detector score
       facts { name value } } } } } } }`,
    `{ readings(sensor: "s", from: "2024-01-01T00:00:00Z", to: "2025-01-01T00:00:00Z", first: 10000) {
       truncated points { time value min max count status } } }`,
    "{ batches { edges { node { number quarantine { index reason detail raw } alerts { id } } } } }",
    "{ reprocessings(first: 1) { edges { node { state readings alerts { openedAt severity live } } } } }",
    "subscription { alerts { cursor alert { evidence { value contributions { detector facts { name value } } } } } }",
  ];
  for (const operation of operations) assert.equal(faultOf(operation), undefined, operation);
});

Deno.test("the size of a list counts for all that is asked of each row, and again inside of it", () => {
  const rows = (first: number) =>
    `{ batches(first: ${first}) { edges { node { quarantine(first: 100) { index raw } } } } }`;
  assert.equal(valuesOf(rows(10)), 0);
  assert.ok(valuesOf(rows(1000)) > 200_000);
  assert.ok(valuesOf(rows(1000)) / valuesOf(rows(500)) > 1.9);
});

Deno.test("a size that comes as a variable counts as well, as does one by default", () => {
  const query = "query ($n: Int = 1000) { batches(first: $n) { edges { node { quarantine { index } } } } }";
  assert.ok(valuesOf(query) > COST_MAX);
  assert.ok(valuesOf(query, { n: 500 }) > COST_MAX);
  assert.equal(valuesOf(query, { n: 5 }), 0);
});

Deno.test("lists without a size of their own have one", () => {
  const evidence = "{ alerts(first: 1000) { edges { node { evidence { contributions { facts { name } } } } } } }";
  const lists = [
    evidence,
    "{ batches(first: 1000) { edges { node { alerts { id } } } } }",
    "{ assets(first: 1000) { edges { node { sensors { key } } } } }",
    "{ reprocessings(first: 1000) { edges { node { alerts { live } } } } }",
  ];
  for (const list of lists) assert.ok(valuesOf(list) > COST_MAX, list);
});

Deno.test("fragments count as often as they are spread, however many levels deep", () => {
  const doubling = (levels: number, end: string) =>
    "{ ...F0 }" + Array.from({ length: levels }, (_, i) =>
      `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`).join(" ") +
    `fragment F${levels} on Query { ${end} }`;
  assert.match(faultOf(doubling(200, "__typename"))!, /more than 500 fields/);
  assert.ok(valuesOf(doubling(10, "batches(first: 1) { edges { cursor } }")) > COST_MAX);
  assert.throws(() => faultOf(doubling(20, "...F0")), /cyclic/);
});

Deno.test("aliases count each, and the operation that is carried out counts, not the first one", () => {
  const aliases = Array.from({ length: 40 }, (_, i) => `a${i}: sensor(key: "s") { key }`).join(" ");
  assert.ok(valuesOf(`{ ${aliases} }`) > COST_MAX);
  const two = `query Cheap { eventCursor } query Dear { ${aliases} }`;
  assert.equal(faultOf(two, {}, "Cheap"), undefined);
  assert.match(faultOf(two, {}, "Dear")!, /may answer/);
});

Deno.test("nodes by their ids count as many as there are", () => {
  const query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }";
  const ids = (count: number) => ({ ids: Array.from({ length: count }, (_, i) => btoa(`Batch:${i}`)) });
  assert.equal(valuesOf(query, ids(1_000)), 0);
  assert.ok(valuesOf(query, ids(20_000)) > COST_MAX);
});
