/**
 * Operations that ask for too much are refused at once, over HTTP and WebSocket, and nobody who sends batches notices
 * them.
 */
import { createClient } from "graphql-ws";
import assert from "node:assert/strict";
import { withApp } from "../fixtures/app.ts";
import { type Answer, ask, INGEST_COLUMNS, minutes, post } from "../fixtures/graphql.ts";

const LEVELS = 20;
const DOUBLING = Array.from({ length: LEVELS }, (_, i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`).join(
  " ",
);

/** 813 bytes that double with each level, in a circle, and with a field at their end. */
const CIRCLE = `{ ...F0 } ${DOUBLING} fragment F${LEVELS} on Query { ...F0 }`;
const FANNED = `{ ...F0 } ${DOUBLING} fragment F${LEVELS} on Query { __typename }`;

/** Twenty lists of a thousand, with lists inside. */
const LISTS = `{ ${
  Array.from({ length: 20 }, (_, i) =>
    `a${i}: batches(first: 1000) { edges { node { number state quarantine(first: 100) { index }
     alerts { id evidence { value contributions { facts { name } } } } } } }`).join(" ")
} }`;

const HOSTILE: Readonly<Record<string, string>> = {
  "fragments in a circle, doubling": CIRCLE,
  "fragments that double": FANNED,
  "lists of a thousand in lists of a thousand": LISTS,
  "20,000 nested lists": `{ batches(first: ${"[".repeat(20_000)}${"]".repeat(20_000)}) }`,
  "50,000 nested selections": `${"{ a ".repeat(50_000)}${"}".repeat(50_000)}`,
  "100,000 fields": `{ ${"__typename ".repeat(100_000)} }`,
  "1,000 fields that have to be merged": `{ ${"batches { edges { node { number } } } ".repeat(1_000)} }`,
  "fragments for a thousand":
    Array.from({ length: 1_000 }, (_, i) => `fragment F${i} on Query { __typename }`).join(" ") + "{ a }",
  "the schema twenty times": `{ ${
    Array.from({ length: 20 }, (_, i) => `s${i}: __schema { types { fields { type { fields { name } } } } }`).join(" ")
  } }`,
  "fields of types under many names": `{ __schema { types { ${
    Array.from({ length: 100 }, (_, i) => `f${i}: fields { name }`).join(" ")
  } } } }`,
  "a text without an end": `{ a(b: "${"x".repeat(300_000)}") }`,
};

let sent = 0;

/** Milliseconds until a batch is acknowledged. */
async function acknowledge(url: string): Promise<number> {
  const key = `ack-${sent++}`;
  const input = {
    source: key,
    idempotencyKey: key,
    ...minutes("ack", new Date(1.6e12 + sent * 6e6).toISOString(), [1, 2, 3]),
  };
  const beganMs = performance.now();
  await ask(url, INGEST_COLUMNS, { input });
  return performance.now() - beganMs;
}

/** The median of 30 acknowledgements, one after the other. */
async function medianAcknowledgement(url: string): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 30; i++) times.push(await acknowledge(url));
  return times.sort((a, b) => a - b)[times.length / 2];
}

Deno.test("operations that ask for too much", async (t) => {
  await withApp(async ({ url }) => {
    for (const [name, query] of Object.entries(HOSTILE)) {
      await t.step(`${name}: refused in under a second`, async () => {
        const beganMs = performance.now();
        const { status, body } = await post(url, { query }, { accept: "application/graphql-response+json" });
        const tookMs = performance.now() - beganMs;
        assert.equal(status, 400);
        assert.ok(body.errors[0].extensions.code, JSON.stringify(body));
        assert.equal(body.data, undefined);
        assert.ok(tookMs < 1_000, `${tookMs} ms`);
      });
    }

    await t.step("they are refused over WebSocket too, and the connection goes on", async () => {
      const client = createClient({
        url: `${url.replace("http", "ws")}/graphql`,
        webSocketImpl: WebSocket,
        retryAttempts: 0,
      });
      const run = (query: string) =>
        new Promise<Answer>((resolve) =>
          client.subscribe<Answer>({ query }, {
            next: (result) => resolve(result),
            error: (errors) => resolve({ errors }),
            complete: () => {},
          })
        );
      for (
        const name of ["fragments that double", "lists of a thousand in lists of a thousand", "20,000 nested lists"]
      ) {
        const { errors } = await run(HOSTILE[name]);
        assert.equal(errors[0].extensions.code, "OPERATION_TOO_LARGE", name);
        assert.equal(errors[0].extensions.http, undefined);
      }
      assert.ok((await run("{ eventCursor }")).data.eventCursor);
      await client.dispose();
    });

    await t.step("meanwhile a batch is acknowledged as before: in less than three times as long", async () => {
      await medianAcknowledgement(url);
      const idleMs = await medianAcknowledgement(url);
      const ending = new AbortController();
      const attack = async (query: string) => {
        while (!ending.signal.aborted) await post(url, { query });
      };
      const attacks = [attack(CIRCLE), attack(LISTS)];
      const attackedMs = await medianAcknowledgement(url);
      ending.abort();
      await Promise.all(attacks);
      // The few milliseconds are for what a machine with other work on it does to either of them.
      assert.ok(attackedMs < 3 * idleMs + 5, `${attackedMs} ms, and ${idleMs} ms when idle`);
    });
  });
});
