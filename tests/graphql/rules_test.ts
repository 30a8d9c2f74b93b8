/**
 * The schema by graphql-schema-linter's rules, and the gateway by the audits of the GraphQL-over-HTTP specification.
 */
import { auditServer } from "graphql-http";
import { printSchema } from "graphql";
import linter from "graphql-schema-linter";
import assert from "node:assert/strict";
import { schema } from "../../graphql/schema.ts";
import { withApp } from "../fixtures/app.ts";
import { fetchInTime } from "../fixtures/graphql.ts";

interface Fault {
  readonly ruleName: string;
  readonly message: string;
}

/** Rules that the schema breaks on purpose, each with the reason: none so far. */
const EXCEPTIONS: Readonly<Record<string, string>> = {};

Deno.test("the schema keeps the linter's rules, but for the exceptions", () => {
  const { configuration: { Configuration }, validator: { validateSchemaDefinition } } = linter;
  const source = { definition: printSchema(schema), sourceMap: undefined };
  const configuration = new Configuration(source);
  const rules = configuration.getRules();
  assert.ok(rules.length > 15, `${rules.length} rules`);
  const faults: Fault[] = validateSchemaDefinition(source, rules, configuration);
  const unknown = faults.filter(({ ruleName }) => !(ruleName in EXCEPTIONS));
  assert.deepEqual(unknown.map(({ ruleName, message }) => `${ruleName}: ${message}`), []);
});

/** Audits of things that a server MAY do: GET without a header of ours, which would let other sites' pages send. */
const NOTICES = ["5A70", "D6D5", "6A70"];

Deno.test("the gateway passes the audits of GraphQL over HTTP", async () => {
  await withApp(async ({ url }) => {
    const results = await auditServer({ url: `${url}/graphql`, fetchFn });
    assert.ok(results.length >= 61, `${results.length} audits`);
    const others = results.filter(({ status, id }) =>
      status !== "ok" && !(status === "notice" && NOTICES.includes(id))
    );
    assert.deepEqual(others.map(({ id, name, status }) => `${id} ${name}: ${status}`), []);
  });
});

/** A fetch that leaves no answer half read. */
async function fetchFn(address: string, init?: RequestInit): Promise<Response> {
  const answer = await fetchInTime(address, init);
  const text = await answer.text();
  return new Response(text === "" ? null : text, answer);
}
