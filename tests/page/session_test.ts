/** Coming in and going, and what a page of another site can do meanwhile: nothing. */
import assert from "node:assert/strict";
import { makeKey } from "../fixtures/access.ts";
import { withApp } from "../fixtures/app.ts";
import { testInBrowser, withBrowser } from "../fixtures/browser.ts";
import { tryFromElsewhere } from "../fixtures/foreign_site.ts";
import { post } from "../fixtures/graphql.ts";
import { assertAccessible, openPage, settled } from "../fixtures/page.ts";

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
        () => tryFromElsewhere(context, { url, evil }),
      );
      await t.step("nothing of it was done", async () => {
        const { body } = await post(url, { query: `{ asset(key: "from-elsewhere") { key } }` }, headers);
        assert.equal(body.data.asset, null);
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
        const copied = { cookie: `${cookie.name}=${cookie.value}` };
        assert.equal((await post(url, { query: "{ eventCursor }" }, copied)).status, 401);
        await other.close();
      });
      await close();
      await context.close();
    });
    ending.abort();
    await foreign.finished;
  });
});
