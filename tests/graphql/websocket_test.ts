/** Subscriptions over the protocol graphql-transport-ws, with a client of its own, on the whole service. */
import { createClient } from "graphql-ws";
import assert from "node:assert/strict";
import { withApp } from "../fixtures/app.ts";
import { type Answer, ask, fetchInTime, INGEST_COLUMNS, minutes } from "../fixtures/graphql.ts";
import { within } from "../fixtures/within.ts";

const EVENTS_MAX_MS = 60_000;
const ALERTS =
  "subscription ($after: String) { alerts(after: $after) { cursor change alert { reason sensor { key } } } }";

async function sendSteps(url: string, sensor: string): Promise<void> {
  const values = Array.from({ length: 700 }, (_, i) => 20 + Math.sin(i / 7) + (i === 300 || i === 500 ? 20 + i : 0));
  const input = { source: sensor, idempotencyKey: sensor, ...minutes(sensor, "2024-01-01T00:00:00Z", values) };
  await ask(url, INGEST_COLUMNS, { input, wait: true });
}

Deno.test("subscriptions over WebSocket", async (t) => {
  await withApp(async ({ url }) => {
    const address = `${url.replace("http", "ws")}/graphql`;
    const connect = () => createClient({ url: address, webSocketImpl: WebSocket, retryAttempts: 0 });

    /** The first `count` events, as "key change". */
    function take(count: number, after: string): Promise<{ seen: string[]; cursor: string }> {
      return within(`${count} events`, follow(count, after), EVENTS_MAX_MS);
    }

    async function follow(count: number, after: string): Promise<{ seen: string[]; cursor: string }> {
      const client = connect();
      const seen: string[] = [];
      let cursor = after;
      for await (const { data, errors } of client.iterate<Answer>({ query: ALERTS, variables: { after } })) {
        assert.equal(errors, undefined);
        cursor = data!.alerts.cursor;
        seen.push(`${data!.alerts.alert.sensor.key} ${data!.alerts.change}`);
        if (seen.length === count) break;
      }
      await client.dispose();
      return { seen, cursor };
    }

    await t.step("a client that comes back with its cursor misses nothing and sees nothing twice", async () => {
      await sendSteps(url, "ws");
      const all = await take(4, btoa("event:0"));
      const first = await take(1, btoa("event:0"));
      const rest = await take(3, first.cursor);
      assert.deepEqual([...first.seen, ...rest.seen], all.seen);
      assert.ok(all.seen.includes("ws OPENED") && all.seen.includes("ws CLOSED"));
    });

    await t.step("a forged cursor ends the subscription with an error that has a code", async () => {
      const client = connect();
      const answering = new Promise<unknown>((resolve) => {
        client.subscribe({ query: ALERTS, variables: { after: "forged" } }, {
          next: (result) => resolve(result.errors),
          error: resolve,
          complete: () => resolve(undefined),
        });
      });
      const seen = await within("an answer", answering);
      assert.equal((seen as Answer[])[0].extensions.code, "INVALID_INPUT");
      await client.dispose();
    });

    await t.step("an operation that is too deep is refused here too", async () => {
      const client = connect();
      const deep = "{ assets { edges { node { " + "parent { ".repeat(20) + "key" + " }".repeat(20) + " } } } }";
      const answering = new Promise<unknown>((resolve) =>
        client.subscribe({ query: deep }, { next: resolve, error: resolve, complete: () => {} })
      );
      const seen = await within("an answer", answering);
      assert.equal((seen as Answer[])[0].extensions.code, "OPERATION_TOO_LARGE");
      await client.dispose();
    });

    await t.step("another subprotocol is refused", async () => {
      const response = await fetchInTime(`${url}/graphql`, {
        headers: {
          upgrade: "websocket",
          connection: "Upgrade",
          "sec-websocket-version": "13",
          "sec-websocket-key": btoa("0123456789abcdef"),
          "sec-websocket-protocol": "other",
        },
      });
      assert.equal(response.status >= 400, true);
      await response.body?.cancel();
    });

    await t.step("a reader that does not read holds up nobody else", async () => {
      const stalled = new WebSocket(address, "graphql-transport-ws");
      await within("the socket to open", new Promise((resolve) => stalled.onopen = resolve));
      stalled.send(JSON.stringify({ type: "connection_init" }));
      // Asks for everything, many times over, and takes nothing in.
      await within("the first message", new Promise((resolve) => stalled.onmessage = resolve));
      stalled.onmessage = null;
      for (let id = 0; id < 50; id++) {
        stalled.send(
          JSON.stringify({
            id: `${id}`,
            type: "subscribe",
            payload: { query: ALERTS, variables: { after: btoa("event:0") } },
          }),
        );
      }
      const { seen } = await take(2, btoa("event:0"));
      assert.equal(seen.length, 2);
      const closed = new Promise((resolve) => stalled.onclose = resolve);
      stalled.close();
      await within("the socket to close", closed);
    });
  });
});

Deno.test("a gateway that goes down leaves its subscribers a closed line to begin again behind, not a completed subscription", async () => {
  await withApp(async ({ url, end }) => {
    const address = `${url.replace("http", "ws")}/graphql`;
    await sendSteps(url, "down");
    const client = createClient({ url: address, webSocketImpl: WebSocket, retryAttempts: 0 });
    const following = Promise.withResolvers<void>();
    const ended = new Promise<string>((resolve) => {
      client.subscribe({ query: ALERTS, variables: { after: btoa("event:0") } }, {
        next: () => following.resolve(),
        error: (fault) => resolve(`closed with ${(fault as CloseEvent).code}`),
        complete: () => resolve("completed"),
      });
    });
    await within("the first event", following.promise, EVENTS_MAX_MS);
    assert.equal(await end("SIGTERM"), 0);
    assert.equal(await within("the end of the subscription", ended, EVENTS_MAX_MS), "closed with 1001");
  });
});
