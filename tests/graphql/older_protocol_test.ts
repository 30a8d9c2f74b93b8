/**
 * Clients that offer both protocols and then speak the older one, as Python's gql does: its words, over a real socket.
 */
import assert from "node:assert/strict";
import { withApp } from "../fixtures/app.ts";
import type { Answer } from "../fixtures/graphql.ts";
import { within } from "../fixtures/within.ts";

/** A socket that has been acknowledged; `next` answers its messages one by one. */
async function connect(url: string) {
  const socket = new WebSocket(`${url.replace("http", "ws")}/graphql`, ["graphql-ws", "graphql-transport-ws"]);
  const messages: Answer[] = [];
  let arrived = Promise.withResolvers<void>();
  socket.onmessage = ({ data }) => {
    messages.push(JSON.parse(data));
    arrived.resolve();
    arrived = Promise.withResolvers();
  };
  const closed = new Promise<void>((resolve) => socket.onclose = () => resolve());
  await within("the socket to open", new Promise((resolve) => socket.onopen = resolve));
  const send = (message: unknown) => socket.send(JSON.stringify(message));
  const next = async () => {
    while (messages.length === 0) await within("a message", arrived.promise);
    return messages.shift()!;
  };
  send({ type: "connection_init", payload: {} });
  assert.deepEqual(await next(), { type: "connection_ack" });
  return { send, next, closed };
}

Deno.test("the older protocol's words are understood", async (t) => {
  await withApp(async ({ url }) => {
    await t.step("a query, a mistake, a subscription that is stopped, and the end", async () => {
      const { send, next, closed } = await connect(url);
      send({ id: "1", type: "start", payload: { query: "{ __typename }" } });
      assert.deepEqual(await next(), { id: "1", type: "data", payload: { data: { __typename: "Query" } } });
      assert.deepEqual(await next(), { id: "1", type: "complete" });
      send({ id: "2", type: "start", payload: { query: "{ nope }" } });
      const { type, payload } = await next();
      assert.deepEqual([type, payload.data, payload.errors.length], ["data", null, 1]);
      send({ id: "3", type: "start", payload: { query: "subscription { alerts { change } }" } });
      send({ id: "3", type: "stop" });
      assert.deepEqual(await next(), { id: "3", type: "complete" });
      send({ type: "connection_terminate" });
      await within("the socket to close", closed);
    });
    await t.step("the newer protocol's words stay as they are", async () => {
      const { send, next, closed } = await connect(url);
      send({ id: "1", type: "subscribe", payload: { query: "{ eventCursor }" } });
      assert.equal((await next()).type, "next");
      assert.equal((await next()).type, "complete");
      send("no message");
      await within("the socket to close", closed);
    });
  });
});
