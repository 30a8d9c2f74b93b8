/** Coming in and going, and what a page of another site can do meanwhile: nothing. */
import assert from "node:assert/strict";
import type { BrowserContext } from "playwright-core";
import { makeKey } from "../fixtures/access.ts";
import { withApp } from "../fixtures/app.ts";
import { testInBrowser, withBrowser } from "../fixtures/browser.ts";
import { ask, post } from "../fixtures/graphql.ts";
import { assertAccessible, openPage, settled } from "../fixtures/page.ts";
import { until } from "../fixtures/until.ts";

const REGISTER = `mutation { registerAsset(input: { key: "from-elsewhere" }) { __typename } }`;

testInBrowser("sessions and other sites", async (t, executablePath) => {
  await withApp(async ({ url }) => {
    const ending = new AbortController();
    const foreign = Deno.serve(
      { port: 0, hostname: "127.0.0.1", signal: ending.signal, onListen: () => {} },
      () => new Response("<!doctype html><title>another site</title>", { headers: { "content-type": "text/html" } }),
    );
    const evil = `http://evil.example:${foreign.addr.port}`;
    await t.step("the plant's time zone is set by hand, and everybody reads times in it", async () => {
      await withBrowser({ executablePath }, async (browser) => {
        const { page, close } = await openPage(browser, `${url}/system`);
        await settled(page);
        const zone = page.getByRole("combobox", { name: "The plant's time zone" });
        await zone.fill("Mars/Olympus");
        await page.keyboard.press("Enter");
        await page.getByText(/"Mars\/Olympus" is no time zone/).waitFor();
        await zone.fill("Asia/Kolkata");
        await page.keyboard.press("Enter");
        await page.getByRole("button", { name: /GMT\+5:30.*the plant's/ }).waitFor();
        await assertAccessible(page, "the zone's form");
        const other = await openPage(browser, url);
        await other.page.getByRole("button", { name: /GMT\+5:30/ }).waitFor();
        // From there to UTC, to the browser's own, and back.
        for (const name of [/UTC/, /CET.*this browser's/, /GMT\+5:30/]) {
          await other.page.keyboard.press("z");
          await other.page.getByRole("button", { name }).waitFor();
        }
        await other.close();
        await close();
      });
    });
    const bench = {
      post: async (query: string, variables?: Record<string, unknown>) => (await post(url, { query, variables })).body,
    };
    const { secret, headers } = await makeKey(bench as never, { name: "kb", scopes: ["ADMIN"] });
    await withBrowser({ executablePath, hostRules: "MAP evil.example 127.0.0.1" }, async (browser) => {
      const context = await browser.newContext({ viewport: { width: 1_440, height: 800 } });
      const { page, close } = await openPage(browser, url, { context });

      await t.step("a wrong key is refused in words, the right one opens", async () => {
        await page.getByLabel("Key", { exact: true }).fill("wrong");
        await assertAccessible(page, "signing in");
        await page.keyboard.press("Enter");
        await page.getByText("The service does not know this key.").waitFor();
        assert.equal(await page.getByRole("button", { name: /Sign out/ }).count(), 0);
        await page.getByLabel("Key", { exact: true }).fill(secret);
        await page.keyboard.press("Enter");
        await settled(page);
        await page.getByRole("button", { name: "Sign out kb" }).waitFor();
        assert.doesNotMatch(String(await page.evaluate("JSON.stringify({ ...localStorage }) + document.cookie")), /mw/);
      });
      await t.step(
        "a page of another site can use that session for nothing",
        () => fromElsewhere(context, { url, evil }),
      );
      await t.step("nothing of it was done", async () => {
        const response = await fetch(`${url}/graphql`, {
          method: "POST",
          headers: { ...headers, "content-type": "application/json" },
          body: JSON.stringify({ query: `{ asset(key: "from-elsewhere") { key } }` }),
        });
        assert.equal((await response.json()).data.asset, null);
      });
      await t.step("signing out ends the session and its live link, also in other tabs", async () => {
        const other = await openPage(browser, `${url}/alerts`, { context });
        await settled(other.page);
        const [cookie] = await context.cookies();
        assert.equal(cookie.httpOnly, true);
        await page.getByRole("button", { name: "Sign out kb" }).click();
        await page.getByRole("heading", { name: "Sign in" }).waitFor();
        assert.deepEqual(await context.cookies(), []);
        await other.page.getByRole("heading", { name: "Sign in" }).waitFor();
        await other.page.getByText("standing: unknown").waitFor();
        const kept = await fetch(`${url}/graphql`, {
          method: "POST",
          headers: { cookie: `${cookie.name}=${cookie.value}`, "content-type": "application/json" },
          body: JSON.stringify({ query: "{ eventCursor }" }),
        });
        assert.equal(kept.status, 401);
        await kept.body?.cancel();
        await other.close();
      });
      await close();
      await context.close();
    });
    ending.abort();
    await foreign.finished;
  });
});

/** What a page of another site tries, in a browser that has signed in: to read, to write, to follow, to frame. */
async function fromElsewhere(context: BrowserContext, { url, evil }: { url: string; evil: string }): Promise<void> {
  const page = await context.newPage();
  await page.goto(evil);
  const tried = await page.evaluate(async ([url, query]) => {
    const json = { "content-type": "application/json" };
    const body = JSON.stringify({ query });
    const outcome = (asked: Promise<Response>) =>
      asked.then((response) => `${response.type} ${response.status}`, (error) => String(error));
    const socket = await new Promise<string>((resolve) => {
      const socket = new WebSocket(`${url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
      socket.onopen = () => resolve("open");
      socket.onerror = () => resolve("refused");
    });
    return {
      page: await outcome(fetch(url, { credentials: "include" })),
      read: await outcome(fetch(`${url}/graphql`, { method: "POST", headers: json, body, credentials: "include" })),
      session: await outcome(fetch(`${url}/session`, { method: "DELETE", credentials: "include" })),
      socket,
    };
  }, [url, REGISTER]);
  for (const [what, outcome] of Object.entries(tried)) assert.match(outcome, /Failed to fetch|refused/, what);
  await posts(context, { url, evil });
  // A frame of the page shows nothing of it.
  await page.goto(evil);
  await page.evaluate((url) => {
    // deno-lint-ignore no-explicit-any -- runs in the browser
    const { document } = globalThis as any;
    document.body.append(Object.assign(document.createElement("iframe"), { src: url }));
  }, url);
  const frame = await until("the frame", () => page.frames().find((frame) => frame !== page.mainFrame()));
  await until("it to have been refused", () => /chrome-error/.test(frame.url()) || undefined);
  await page.close();
}

/** A form can be sent anywhere; what comes of it is looked at by the gateway. */
async function posts(context: BrowserContext, { url, evil }: { url: string; evil: string }): Promise<void> {
  for (const path of ["/graphql", "/session", "/"]) {
    const page = await context.newPage();
    await page.goto(evil);
    const answered = page.waitForResponse((response) => response.url() === `${url}${path}`);
    await page.evaluate(([action, query]) => {
      // deno-lint-ignore no-explicit-any -- runs in the browser
      const { document } = globalThis as any;
      const form = Object.assign(document.createElement("form"), { action, method: "post", enctype: "text/plain" });
      form.append(Object.assign(document.createElement("input"), { name: `{"query":"${query}","x":"`, value: `"}` }));
      document.body.append(form);
      form.submit();
    }, [`${url}${path}`, REGISTER.replaceAll('"', '\\"')]);
    assert.ok((await answered).status() >= 400, path);
    await page.close();
  }
}
