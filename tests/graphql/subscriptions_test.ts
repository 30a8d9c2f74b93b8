/**
 * Where subscriptions begin and go on, what they show, and how many there may be. Through SSE and WebSocket, on the
 * whole service.
 */
import { createClient } from "graphql-ws";
import assert from "node:assert/strict";
import { withApp } from "../fixtures/app.ts";
import { type Answer, ask, INGEST_COLUMNS, minutes } from "../fixtures/graphql.ts";
import { openSse } from "../fixtures/sse.ts";
import { until } from "../fixtures/until.ts";
import { within } from "../fixtures/within.ts";

const ALIASED =
  "subscription ($after: String) { a: alerts(after: $after) { what: change alert { of: sensor { key name } } } }";
const BEGINNING = btoa("event:0");

function address(url: string): string {
  return `${url.replace("http", "ws")}/graphql`;
}

async function send(url: string, sensor: string, { from, values }: { from: string; values: number[] }): Promise<void> {
  const input = { source: sensor, idempotencyKey: `${sensor} ${from}`, ...minutes(sensor, from, values) };
  await ask(url, INGEST_COLUMNS, { input, wait: true });
}

/** Opens an alert of the sensor, and closes it again. */
async function sendStep(url: string, sensor: string): Promise<void> {
  const values = Array.from({ length: 500 }, (_, i) => 20 + Math.sin(i / 7) + (i >= 400 && i < 402 ? 20 : 0));
  await send(url, sensor, { from: "2024-01-01T00:00:00Z", values });
}

async function rename(url: string, key: string, name: string): Promise<void> {
  const register = "mutation ($input: RegisterSensorInput!) { registerSensor(input: $input) { __typename } }";
  await ask(url, register, { input: { key, name } });
}

/** The bytes with which a stream begins, up to its first empty line. */
async function firstBlock(url: string): Promise<string> {
  const query = encodeURIComponent("subscription { alerts { change } }");
  const opening = fetch(`${url}/graphql?query=${query}`, { headers: { accept: "text/event-stream" } });
  const response = await within("a stream to open", opening);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n\n")) text += (await within("its first bytes", reader.read())).value ?? "\n\n";
  await reader.cancel();
  return text.split("\n\n")[0];
}

Deno.test("subscriptions", async (t) => {
  await withApp(async ({ url }) => {
    await sendStep(url, "one");

    await t.step("every event has its cursor as id, whatever the operation asks for", async () => {
      const stream = await openSse(url, ALIASED, { variables: { after: BEGINNING } });
      const ids = [(await stream.next())!.id!, (await stream.next())!.id!];
      await stream.close();
      assert.equal(new Set(ids).size, 2);
      for (const id of ids) assert.match(atob(id), /^event:\d+$/);
    });

    await t.step("a stream has an id before its first event: the cursor of now", async () => {
      const { eventCursor } = await ask(url, "{ eventCursor }");
      assert.equal(/^id: (.*)$/m.exec(await firstBlock(url))?.[1], eventCursor);
    });

    await t.step("Last-Event-ID counts before `after`, as a browser that reconnects sends both", async () => {
      const all = await openSse(url, ALIASED, { variables: { after: BEGINNING } });
      const [first, second] = [await all.next(), await all.next()];
      await all.close();
      const resumed = await openSse(url, ALIASED, {
        variables: { after: BEGINNING },
        headers: { "last-event-id": first!.id! },
      });
      assert.equal((await resumed.next())!.id, second!.id);
      await resumed.close();
    });

    await t.step("a list and what follows it leave no gap: the list carries the cursor of its state", async () => {
      const { alerts: { eventCursor, edges } } = await ask(
        url,
        "{ alerts { eventCursor edges { node { sensor { key } } } } }",
      );
      assert.deepEqual(edges.map(({ node }: Answer) => node.sensor.key), ["one"]);
      await sendStep(url, "two");
      const stream = await openSse(url, ALIASED, { variables: { after: eventCursor } });
      assert.equal((await stream.next())!.data.data.a.alert.of.key, "two");
      await stream.close();
    });

    await t.step("what an event leads to is shown as it is when the event comes", async () => {
      const { eventCursor: after } = await ask(url, "{ eventCursor }");
      const stream = await openSse(url, ALIASED, { variables: { after } });
      const socket = createClient({ url: address(url), webSocketImpl: WebSocket, retryAttempts: 0 });
      const results = socket.iterate<Answer>({ query: ALIASED, variables: { after } });
      const calmThenStep = Array.from({ length: 402 }, (_, i) => 20 + Math.sin(i / 7) + (i >= 400 ? 20 : 0));
      await rename(url, "three", "before");
      await send(url, "three", { from: "2024-01-01T00:00:00Z", values: calmThenStep });
      assert.equal((await stream.next())!.data.data.a.alert.of.name, "before");
      assert.equal((await within("an event", results.next())).value.data.a.alert.of.name, "before");
      await rename(url, "three", "after");
      await send(url, "three", { from: "2024-01-01T06:42:00Z", values: calmThenStep.slice(0, 100) });
      assert.equal(await nameAtClosing(async () => (await stream.next())!.data.data.a), "after");
      assert.equal(await nameAtClosing(async () => (await within("an event", results.next())).value.data.a), "after");
      await stream.close();
      await socket.dispose();
    });
  });
});

async function nameAtClosing(next: () => Promise<Answer>): Promise<string> {
  for (let event = await next();; event = await next()) if (event.what === "CLOSED") return event.alert.of.name;
}

Deno.test("a client may have so many subscriptions, over SSE and WebSocket together", async () => {
  await withApp(async ({ url }) => {
    await sendStep(url, "one");
    const query = `${url}/graphql?query=${encodeURIComponent("subscription { alerts { change } }")}`;
    const open = () => within("a stream to open", fetch(query, { headers: { accept: "text/event-stream" } }));
    const [first, second] = [await open(), await open()];
    const socket = createClient({ url: address(url), webSocketImpl: WebSocket, retryAttempts: 0 });
    const results = socket.iterate<Answer>({ query: ALIASED, variables: { after: BEGINNING } });
    assert.ok((await within("an event", results.next())).value.data);
    const refused = await open();
    assert.equal(refused.status, 429);
    assert.match(await refused.text(), /MILLWRIGHT_SUBSCRIPTIONS_PER_CLIENT_MAX/);
    const { value } = await within("the refusal", socket.iterate<Answer>({ query: ALIASED }).next());
    assert.equal(value.errors[0].extensions.code, "TOO_MANY_SUBSCRIPTIONS");
    // One that ends makes room, however it ends.
    await first.body!.cancel();
    const roomFor = async () => {
      const answer = await open();
      if (answer.status === 200) return answer;
      await answer.body!.cancel();
    };
    const third = await until("room", roomFor);
    await results.return!();
    const fourth = await until("room", roomFor);
    for (const answer of [second, third, fourth]) await answer.body!.cancel();
    await socket.dispose();
  }, { MILLWRIGHT_SUBSCRIPTIONS_PER_CLIENT_MAX: "3" });
});
