/** What pages in a real browser can do with the service: its own can do all, those of other sites nothing. */
import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { withApp } from "../fixtures/app.ts";
import { testInBrowser, withBrowser } from "../fixtures/browser.ts";
import { ask, INGEST_COLUMNS, minutes } from "../fixtures/graphql.ts";
import { until } from "../fixtures/until.ts";

const REGISTER = `mutation { registerAsset(input: { key: "from-a-web-page" }) { __typename } }`;
const ALERTS = "subscription { alerts { cursor change alert { sensor { key } } } }";

async function sendStep(url: string, sensor: string): Promise<void> {
  const values = Array.from({ length: 500 }, (_, i) => 20 + Math.sin(i / 7) + (i >= 400 && i < 402 ? 20 : 0));
  const input = { source: sensor, idempotencyKey: sensor, ...minutes(sensor, "2024-01-01T00:00:00Z", values) };
  await ask(url, INGEST_COLUMNS, { input, wait: true });
}

/** A page that another site serves, at `address`. */
async function withForeignPage(browser: Browser, address: string, test: (page: Page) => Promise<void>): Promise<void> {
  const page = await browser.newPage();
  await page.goto(address);
  await test(page);
  await page.close();
}

/** What becomes of a mutation that a page sends over a WebSocket. */
function mutateOverWebSocket(page: Page, url: string): Promise<string> {
  return page.evaluate(([address, query]) =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(address, "graphql-transport-ws");
      socket.onopen = () => socket.send(JSON.stringify({ type: "connection_init" }));
      socket.onmessage = ({ data }) => {
        const message = JSON.parse(data);
        if (message.type !== "connection_ack") return resolve(data);
        socket.send(JSON.stringify({ id: "1", type: "subscribe", payload: { query } }));
      };
      socket.onerror = () => resolve("refused");
    }), [`${url.replace("http", "ws")}/graphql`, REGISTER]);
}

/** What a page reads by fetch. */
function readByFetch(page: Page, address: string): Promise<string> {
  return page.evaluate(async (address) => {
    try {
      const body = JSON.stringify({ query: "{ batches { edges { node { number } } } }" });
      const response = await fetch(address, { method: "POST", headers: { "content-type": "application/json" }, body });
      return `${response.status} ${await response.text()}`;
    } catch (error) {
      return String(error);
    }
  }, address);
}

/**
 * The first `count` ids of events that an EventSource of the page gets; `reconnect` closes the stream's connection in
 * between.
 */
function followByEventSource(page: Page, address: string): Promise<void> {
  return page.evaluate((address) => {
    const source = new EventSource(address);
    const seen = { opened: false, failed: false, ids: [] as string[] };
    Object.assign(globalThis, { seen });
    source.onopen = () => seen.opened = true;
    source.onerror = () => seen.failed = true;
    source.addEventListener("next", (event) => seen.ids.push((event as MessageEvent).lastEventId));
  }, address);
}

interface Seen {
  readonly opened: boolean;
  readonly failed: boolean;
  readonly ids: readonly string[];
}

function seenBy(page: Page): Promise<Seen> {
  return page.evaluate(() => (globalThis as unknown as { seen: Seen }).seen);
}

/** Something in between that can cut the streams which go through it, and knows what each was asked to go on behind. */
async function withCutting(
  url: string,
  test: (proxy: { url: string; streams: (string | null)[]; cut(): void }) => Promise<void>,
): Promise<void> {
  let cutting = new AbortController();
  const ending = new AbortController();
  const streams: (string | null)[] = [];
  const options = { port: 0, hostname: "127.0.0.1", signal: ending.signal, onListen: () => {} };
  const server = Deno.serve(options, async (request) => {
    const { pathname, search } = new URL(request.url);
    const headers = new Headers();
    for (const name of ["accept", "last-event-id"]) {
      const value = request.headers.get(name);
      if (value !== null) headers.set(name, value);
    }
    const answer = await fetch(`${url}${pathname}${search}`, { headers });
    if (pathname === "/graphql") streams.push(headers.get("last-event-id"));
    return new Response(answer.body!.pipeThrough(new TransformStream(), { signal: cutting.signal }), answer);
  });
  try {
    await test({
      url: `http://127.0.0.1:${server.addr.port}`,
      streams,
      cut() {
        cutting.abort();
        cutting = new AbortController();
      },
    });
  } finally {
    cutting.abort();
    ending.abort();
    await server.finished;
  }
}

testInBrowser("pages in a browser", async (t, executablePath) => {
  await withApp(async ({ url }) => {
    const { port } = new URL(url);
    const ending = new AbortController();
    const foreign = Deno.serve(
      { port: 0, hostname: "127.0.0.1", signal: ending.signal, onListen: () => {} },
      () => new Response("<!doctype html><title>another site</title>", { headers: { "content-type": "text/html" } }),
    );
    const evil = `http://evil.example:${foreign.addr.port}`;
    await withBrowser({ executablePath, hostRules: "MAP evil.example 127.0.0.1" }, async (browser) => {
      await t.step("a page of another site can neither write over a WebSocket nor read by fetch", async () => {
        await withForeignPage(browser, evil, async (page) => {
          assert.equal(await mutateOverWebSocket(page, url), "refused");
          assert.match(await readByFetch(page, `${url}/graphql`), /Failed to fetch/);
        });
        assert.equal((await ask(url, `{ asset(key: "from-a-web-page") { key } }`)).asset, null);
      });

      await t.step("a name of another site that leads to this machine (DNS rebinding) gets nothing", async () => {
        const rebound = `http://evil.example:${port}`;
        const page = await browser.newPage();
        const answer = await page.goto(`${rebound}/graphql`);
        assert.equal(answer!.status(), 403);
        assert.match(await page.content(), /MILLWRIGHT_ALLOWED_HOSTS/);
        assert.match(await readByFetch(page, `${rebound}/graphql`), /^403 .*HOST_NOT_ALLOWED/);
        assert.equal(await mutateOverWebSocket(page, rebound), "refused");
        await page.close();
        assert.equal((await ask(url, `{ asset(key: "from-a-web-page") { key } }`)).asset, null);
      });

      await t.step("a page of another site cannot open a stream that it may not read", async () => {
        await withForeignPage(browser, evil, async (page) => {
          await followByEventSource(page, `${url}/graphql?query=${encodeURIComponent(ALERTS)}`);
          await until("the refusal", async () => (await seenBy(page)).failed || undefined);
          assert.equal((await seenBy(page)).opened, false);
        });
      });

      await t.step("GraphiQL loads without asking other sites, and its subscription gets an event", async () => {
        const page = await browser.newPage();
        const asked: string[] = [];
        page.on("request", (request) => asked.push(request.url()));
        await page.goto(`${url}/graphql?query=${encodeURIComponent(ALERTS)}`);
        await page.getByRole("button", { name: /execute query/i }).click();
        await page.getByRole("button", { name: /stop query/i }).waitFor();
        await sendStep(url, "graphiql");
        await page.locator(".result-window", { hasText: "graphiql" }).waitFor();
        await page.close();
        const elsewhere = asked.filter((address) => !/^(https?|ws):\/\/127\.0\.0\.1:|^(data|blob):/.test(address));
        assert.deepEqual(elsewhere, []);
      });

      await t.step("the text that GraphiQL begins with can be executed", async () => {
        const page = await browser.newPage();
        await page.goto(`${url}/graphql`);
        await page.getByRole("button", { name: /execute query/i }).click();
        await page.locator(".result-window", { hasText: "alertsOpened" }).waitFor();
        await page.close();
      });

      await t.step("an EventSource of the service's own page gets events with their ids", async () => {
        const page = await browser.newPage();
        await page.goto(`${url}/health/live`);
        await followByEventSource(page, `/graphql?query=${encodeURIComponent(ALERTS)}`);
        await until("the stream", async () => (await seenBy(page)).opened || undefined);
        await sendStep(url, "event-source");
        await until("the event", async () => (await seenBy(page)).ids.length > 0 || undefined);
        assert.match(atob((await seenBy(page)).ids[0]), /^event:\d+$/);
        await page.close();
      });

      await t.step("an EventSource whose stream breaks before its first event goes on where it began", async () => {
        await withCutting(url, async (proxy) => {
          const page = await browser.newPage();
          await page.goto(`${proxy.url}/health/live`);
          const devtools = await page.context().newCDPSession(page);
          await devtools.send("Network.enable");
          const began = new Promise((resolve) => devtools.once("Network.dataReceived", resolve));
          await followByEventSource(page, `/graphql?query=${encodeURIComponent(ALERTS)}`);
          await began;
          proxy.cut();
          await sendStep(url, "while-away");
          await until("the events of the time away", async () => (await seenBy(page)).ids.length >= 2 || undefined);
          assert.match(atob(proxy.streams[1]!), /^event:\d+$/);
          await page.close();
        });
      });
    });
    ending.abort();
    await foreign.finished;
  });
});
