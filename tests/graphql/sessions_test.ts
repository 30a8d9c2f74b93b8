/** Sessions of browsers, and what ends what a key or a session has opened. */
import assert from "node:assert/strict";
import { createClient } from "graphql-ws";
import { firstKey, makeKey, type TestKey } from "../fixtures/access.ts";
import { ENGINES } from "../fixtures/engines.ts";
import { type GatewayBench, withGateway } from "../fixtures/gateway.ts";
import { serve } from "../../src/serve.ts";
import { within } from "../fixtures/within.ts";

const ENGINE = ENGINES.at(-1)!;
const GATEWAY = "http://gateway.test";

interface Opened {
  readonly status: number;
  /** What a browser sends from then on. */
  readonly cookie: string;
  readonly setCookie: string;
}

async function open({ send }: GatewayBench, headers: Record<string, string>, body?: string): Promise<Opened> {
  const length: Record<string, string> = body === undefined ? {} : { "content-length": String(body.length) };
  const request = new Request(`${GATEWAY}/session`, { method: "POST", headers: { ...length, ...headers }, body });
  const answer = await send(request);
  await answer.body?.cancel();
  const setCookie = answer.headers.get("set-cookie") ?? "";
  return { status: answer.status, setCookie, cookie: setCookie.split(";")[0] };
}

let clients = 0;

/** Each asks from an address of its own, where its wrong keys are the first. */
async function codeOf({ post }: GatewayBench, headers: Record<string, string>): Promise<string> {
  const { data, errors } = await post("{ eventCursor }", {}, headers, `10.0.2.${clients++}`);
  return data?.eventCursor === undefined ? errors[0].extensions.code : "let in";
}

Deno.test("a browser opens a session with a key, and goes by its cookie", async (t) => {
  await withGateway(ENGINE, async (bench) => {
    const nothing = await open(bench, { authorization: "Bearer x" });
    assert.deepEqual([nothing.status, nothing.setCookie], [204, ""], "while nobody needs a key there is none to open");
    const admin = await firstKey(bench);
    const reader = await makeKey(bench, { name: "reader", scopes: ["READ"] }, admin);
    const { cookie, setCookie, status } = await open(bench, reader.headers);

    await t.step("which no script can read and no other site can have sent", async () => {
      assert.equal(status, 200);
      assert.match(setCookie, /^millwright_session=mws_\w+; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/);
      const behindTls = await open(bench, { ...reader.headers, "x-forwarded-proto": "https" });
      assert.match(behindTls.setCookie, /; Secure$/);
      assert.equal(await codeOf(bench, { cookie }), "let in");
      assert.equal(await codeOf(bench, { cookie: `other=1; ${cookie}; third="x"` }), "let in");
    });
    await t.step("as JSON too, but in no other form, and not at any length", async () => {
      const json = { "content-type": "application/json" };
      assert.equal((await open(bench, json, JSON.stringify({ key: reader.secret }))).status, 200);
      for (const body of ["", "null", "[]", "{", `{"key":1}`, `{"key":"${"a".repeat(2_000)}"}`]) {
        assert.equal((await open(bench, json, body)).status, 401, body.slice(0, 40));
      }
      const form = { "content-type": "application/x-www-form-urlencoded" };
      assert.equal((await open(bench, form, `key=${reader.secret}`)).status, 401);
      assert.equal((await open(bench, {}, `key=${reader.secret}`)).status, 401);
      const answer = await bench.send(new Request(`${GATEWAY}/session`));
      assert.deepEqual([answer.status, answer.headers.get("allow")], [405, "POST, DELETE"]);
      await answer.body?.cancel();
    });
    await t.step("it may what its key may", async () => {
      const { errors } = await bench.post("{ keys { prefix } }", {}, { cookie });
      assert.equal(errors[0].extensions.code, "FORBIDDEN");
    });
    await t.step("it can be told whose it is, which who comes with a key cannot", async () => {
      const whose = async (headers: Record<string, string>) =>
        (await bench.post("{ session { name scopes } }", {}, headers)).data.session;
      assert.deepEqual(await whose({ cookie }), { name: "reader", scopes: ["READ"] });
      assert.equal(await whose(reader.headers), null);
    });
    await t.step("a session is no key, and a key is no session", async () => {
      const text = cookie.split("=")[1];
      assert.equal(await codeOf(bench, { authorization: `Bearer ${text}` }), "UNAUTHENTICATED");
      assert.equal(await codeOf(bench, { cookie: `millwright_session=${reader.secret}` }), "UNAUTHENTICATED");
      assert.equal((await open(bench, { authorization: `Bearer ${text}` })).status, 401, "none is made out of another");
    });
    await t.step("pages of other ports and sites get nothing by it, and open none", async () => {
      const elsewhere: Record<string, string>[] = [
        { host: "localhost:4000", origin: "http://localhost:3000" },
        { host: "localhost:4000", origin: "http://127.0.0.1:4000" },
        { host: "localhost:4000", "sec-fetch-site": "same-site", "sec-fetch-mode": "navigate" },
        { host: "localhost:4000", "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" },
      ];
      for (const headers of elsewhere) {
        assert.equal(await codeOf(bench, { cookie, ...headers }), "UNAUTHENTICATED", JSON.stringify(headers));
        assert.equal((await open(bench, { ...reader.headers, ...headers })).status, 401);
        assert.equal(await codeOf(bench, { ...reader.headers, ...headers }), "let in", "a key is no cookie");
      }
      const own: Record<string, string>[] = [
        { host: "localhost:4000", origin: "http://localhost:4000" },
        { host: "gateway.test", origin: "https://gateway.test" },
        { host: "localhost:4000", "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors" },
      ];
      for (const headers of own) {
        assert.equal(await codeOf(bench, { cookie, ...headers }), "let in", JSON.stringify(headers));
      }
    });
    await t.step("a forged one is refused", async () => {
      const [name, text] = cookie.split("=");
      for (
        const forged of [text.slice(0, -1), `${text.slice(0, -1)}${text.endsWith("a") ? "b" : "a"}`, "", "mws_", "x"]
      ) {
        assert.equal(await codeOf(bench, { cookie: `${name}=${forged}` }), "UNAUTHENTICATED");
      }
    });
    await t.step("signing out ends it, also for who kept a copy", async () => {
      const end = (cookie: string) =>
        bench.send(new Request(`${GATEWAY}/session`, { method: "DELETE", headers: { cookie } }));
      for (let i = 0; i < 2; i++) {
        const answer = await end(cookie);
        assert.equal(answer.status, 204);
        assert.match(answer.headers.get("set-cookie")!, /^millwright_session=; Path=\/; Max-Age=0; /);
        assert.equal(await codeOf(bench, { cookie }), "UNAUTHENTICATED");
      }
      assert.equal(await codeOf(bench, reader.headers), "let in");
    });
    await t.step("it ends after hours, and with its key", async () => {
      const expiring = (await open(bench, reader.headers)).cookie;
      await bench.sql`UPDATE api_key SET expires_at = now() - interval '1 second' WHERE opened_by IS NOT NULL`;
      await bench.keys.refresh();
      assert.equal(await codeOf(bench, { cookie: expiring }), "UNAUTHENTICATED");
      const replayed = (await open(bench, reader.headers)).cookie;
      assert.equal(await codeOf(bench, { cookie: replayed }), "let in");
      await bench.post(`mutation { revokeKey(prefix: "${reader.prefix}") { __typename } }`, {}, admin.headers);
      assert.equal(await codeOf(bench, { cookie: replayed }), "UNAUTHENTICATED");
    });
    await t.step("a key has a bounded number of them: the oldest end", async () => {
      const first = await open(bench, admin.headers);
      for (let i = 0; i < 20; i++) await open(bench, admin.headers);
      assert.equal(await codeOf(bench, { cookie: first.cookie }), "UNAUTHENTICATED");
      const [{ count }] = await bench
        .sql`SELECT count(*)::int AS count FROM api_key WHERE opened_by IS NOT NULL AND name = 'admin'`;
      assert.equal(count, 20);
    });
  });
});

/** Serves the gateway on a port, since sockets need one. */
async function served(bench: GatewayBench, test: (url: string) => Promise<void>): Promise<void> {
  const server = serve(bench.send, { host: "127.0.0.1", port: 0, onFault: (cause) => console.error(cause) });
  try {
    await test(server.url);
  } finally {
    await server.stop(1_000);
  }
}

/** How a subscription over WebSocket ends: with an event, or closed with a code. */
function follow(url: string, options: { params?: Record<string, unknown>; headers?: Record<string, string> }) {
  class Socket extends WebSocket {
    constructor(address: string, protocols?: string | string[]) {
      super(address, { protocols: [protocols ?? []].flat(), headers: options.headers } as unknown as string[]);
    }
  }
  const client = createClient({
    url: `${url.replace("http", "ws")}/graphql`,
    webSocketImpl: options.headers === undefined ? WebSocket : Socket,
    connectionParams: options.params,
    retryAttempts: 0,
    lazy: false,
    onNonLazyError: () => {},
  });
  const opened = new Promise<void>((resolve) => client.on("connected", () => resolve()));
  const closed = new Promise<number>((resolve) => client.on("closed", (event) => resolve((event as CloseEvent).code)));
  return { client, opened: () => within("the connection", opened), closed: () => within("its end", closed) };
}

Deno.test("a WebSocket is opened with a key in its first message, or with the cookie, and ends with them", async (t) => {
  await withGateway(ENGINE, async (bench) => {
    const admin = await firstKey(bench);
    await served(bench, async (url) => {
      const { host } = new URL(url);
      await t.step("without, with a wrong one, or one that is not spelt right it is closed", async () => {
        for (
          const params of [undefined, {}, { authorization: admin.secret }, { authorization: `Bearer ${admin.secret}a` }]
        ) {
          assert.equal(await follow(url, { params }).closed(), 4401);
        }
      });
      const reader = await makeKey(bench, { name: "reader", scopes: ["READ"] }, admin);
      const ask = async ({ client }: ReturnType<typeof follow>, query: string) => {
        for await (const { data, errors } of client.iterate({ query })) return data ?? errors?.[0].extensions?.code;
      };
      await t.step("with a key it may what the key may, and ends when the key is revoked", async () => {
        const socket = follow(url, { params: { authorization: `Bearer ${reader.secret}` } });
        await socket.opened();
        assert.deepEqual(await within("an answer", ask(socket, "{ __typename }")), { __typename: "Query" });
        const refused = await within(
          "a refusal",
          ask(socket, "mutation { applyRetention { __typename } }").catch(String),
        );
        assert.match(String(refused), /FORBIDDEN|object/);
        const stream = await bench.send(
          new Request(`${GATEWAY}/graphql?query=subscription{alerts{cursor}}`, {
            headers: { accept: "text/event-stream", ...reader.headers },
          }),
        );
        const text = within("the end of the stream", stream.text());
        await bench.post(`mutation { revokeKey(prefix: "${reader.prefix}") { __typename } }`, {}, admin.headers);
        assert.equal(await socket.closed(), 4401);
        assert.match(await text, /event: complete/);
      });
      await t.step("with the cookie of its own address alone", async () => {
        const { cookie } = await open(bench, admin.headers);
        const own = follow(url, { headers: { cookie, origin: `http://${host}` } });
        await own.opened();
        assert.ok(await within("an answer", ask(own, "{ eventCursor }")));
        assert.notEqual(await follow(url, { headers: { cookie, origin: "http://localhost:1" } }).closed(), 1000);
        await bench.sql`UPDATE api_key SET expires_at = now() - interval '1 second' WHERE opened_by IS NOT NULL`;
        assert.equal(await own.closed(), 4401, "found out by the gateway's own looks");
      });
    });
  });
});

Deno.test("guesses are slowed, and hold up nobody else", async () => {
  await withGateway(ENGINE, async (bench) => {
    const admin = await firstKey(bench);
    const ask = async (key: Pick<TestKey, "headers">, client: string) => {
      const answer = await bench.send(
        new Request(`${GATEWAY}/graphql?query={eventCursor}`, {
          headers: { ...key.headers, "x-graphql-yoga-csrf": "1" },
        }),
        client,
      );
      await answer.body?.cancel();
      return answer.status;
    };
    const unknown = { headers: { authorization: `Bearer mwk_aaaaaaaa_${"b".repeat(32)}` } };
    const guess = { headers: { authorization: `Bearer ${admin.prefix}_${"b".repeat(32)}` } };
    const statuses: number[] = [];
    for (let i = 0; i < 50; i++) statuses.push(await ask(unknown, "10.0.0.1"), await ask(guess, "10.0.0.2"));
    assert.ok(statuses.filter((status) => status === 401).length <= 20, "some are answered");
    assert.ok(statuses.filter((status) => status === 429).length >= 80, "most are told to wait");
    assert.equal(await ask(admin, "10.0.0.1"), 200, "who has a key is not held up by wrong ones of his address");
    assert.equal(await ask(admin, "10.0.0.2"), 429, "unless they are guesses at this very key");
    assert.equal(await ask(admin, "10.0.0.3"), 200);
    assert.ok(bench.observed.every((observation) => !JSON.stringify(observation).includes("b".repeat(32))));
  });
});
