/**
 * Bodies that are too long, too slow, or break off. Through HTTP on the gateway alone: none of them gets as far as an
 * operation.
 */
import assert from "node:assert/strict";
import { OPEN_RING } from "../doubles/open_ring.ts";
import { createGateway } from "../../graphql/server.ts";
import type { Observation } from "../../src/observation.ts";
import { serve } from "../../src/serve.ts";
import { sendRaw } from "../fixtures/raw_http.ts";
import { until } from "../fixtures/until.ts";

const BODY_BYTES_MAX = 10_000;
const HEAD = "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";

async function withGateway(test: (url: string, observed: Observation[]) => Promise<void>): Promise<void> {
  const observed: Observation[] = [];
  const observe = (observation: Observation) => void observed.push(observation);
  const gateway = createGateway({
    scope: () => {
      throw new Error("no operation is carried out here");
    },
    keys: OPEN_RING,
    auditLog: { record: () => Promise.resolve(), refuse: () => {}, close: () => Promise.resolve() },
    observe,
    allowed: { hosts: [], origins: [] },
    bodyBytesMax: BODY_BYTES_MAX,
    bodyMaxMs: 300,
    graphiql: false,
    subscriptions: { perClientMax: 1, max: 1 },
    waitMaxMs: 0,
    page: () => Promise.resolve(undefined),
    checkHealth: () => Promise.resolve({ ok: true, checks: {} }),
    health: () => Promise.resolve(undefined),
  });
  const onFault = (cause: unknown) => observe({ kind: "fault", part: "gateway", cause });
  const server = serve(gateway.fetch, { host: "127.0.0.1", port: 0, onFault });
  try {
    await test(server.url, observed);
  } finally {
    await gateway.dispose();
    await server.stop(1_000);
  }
}

function codeIn(text: string): string {
  return JSON.parse(text).errors[0].extensions.code;
}

Deno.test("bodies", async (t) => {
  await withGateway(async (url, observed) => {
    await t.step("one that says that it is too long is refused before it is sent", async () => {
      const { status, text } = await sendRaw(url, `${HEAD}content-length: ${BODY_BYTES_MAX + 1}\r\n\r\n`);
      assert.deepEqual([status, codeIn(text)], [413, "PAYLOAD_TOO_LARGE"]);
      assert.match(text, /longer than 10000 bytes: send smaller batches/);
    });
    await t.step("one that does not say how long it is is cut when it is too long", async () => {
      const chunk = `1000\r\n${"x".repeat(0x1000)}\r\n`;
      const { status, text } = await sendRaw(url, `${HEAD}transfer-encoding: chunked\r\n\r\n${chunk.repeat(4)}`);
      assert.deepEqual([status, codeIn(text)], [413, "PAYLOAD_TOO_LARGE"]);
    });
    await t.step("one that does not come in time is given up", async () => {
      const { status, text } = await sendRaw(url, `${HEAD}content-length: 100\r\n\r\n{"query":`);
      assert.deepEqual([status, codeIn(text)], [408, "REQUEST_TIMEOUT"]);
    });
    await t.step("one that is no JSON is refused", async () => {
      const { status, text } = await sendRaw(
        url,
        `${HEAD}accept: application/graphql-response+json\r\ncontent-length: 5\r\n\r\n{nope`,
      );
      assert.deepEqual([status, codeIn(text)], [400, "BAD_REQUEST"]);
    });
    await t.step("one that breaks off leaves one record, and no fault", async () => {
      observed.length = 0;
      const { hostname, port } = new URL(url);
      for (let i = 0; i < 5; i++) {
        const connection = await Deno.connect({ hostname, port: Number(port) });
        await connection.write(new TextEncoder().encode(`${HEAD}content-length: 100\r\n\r\n{"query":`));
        connection.close();
      }
      await until("the records", () => observed.length >= 5 || undefined);
      assert.deepEqual(observed.map(({ kind }) => kind), Array(5).fill("request.broken_off"));
    });
  });
});

Deno.test("a gateway ends in time while a request hangs", async () => {
  let connection: Deno.Conn | undefined;
  const beganMs = performance.now();
  await withGateway(async (url) => {
    const { hostname, port } = new URL(url);
    connection = await Deno.connect({ hostname, port: Number(port) });
    await connection.write(new TextEncoder().encode(`${HEAD}content-length: 100\r\n\r\n{"query":`));
  });
  connection!.close();
  assert.ok(performance.now() - beganMs < 5_000);
});
