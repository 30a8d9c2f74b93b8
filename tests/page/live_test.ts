/** Triage while things happen: by keyboard, over a link that breaks, in many tabs. */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { type AppProcess, startAppProcess, temporaryHome } from "../fixtures/app.ts";
import { testInBrowser, withBrowser } from "../fixtures/browser.ts";
import { ask } from "../fixtures/graphql.ts";
import { openPage, sendStep, settled } from "../fixtures/page.ts";
import { until } from "../fixtures/until.ts";

testInBrowser("triage", async (t, executablePath) => {
  const home = await temporaryHome();
  const port = String(freePort());
  const env = { MILLWRIGHT_PORT: port };
  let app = await startAppProcess(home, { env });
  try {
    for (let i = 0; i < 12; i++) await sendStep(app.url, `before-${i}`);
    await withBrowser({ executablePath }, async (browser) => {
      await t.step("by keyboard alone: move, open, go back to where one was", () => byKeyboard(browser, app));
      await t.step("the back button restores filter and place", () => goesBack(browser, app));
      await t.step("new rows wait behind a line", () => newRowsWait(browser, app));
      await t.step("eight tabs are live at once", () => eightTabs(browser, app));
      await t.step("the gateway is killed and comes back: nothing is missing, nothing twice, no reload", async () => {
        const { page, close } = await openPage(browser, `${app.url}/alerts?state=all`);
        await settled(page);
        await app.end("SIGKILL");
        await page.getByText("The link to the service is lost").waitFor();
        app = await startAppProcess(home, { env });
        await sendStep(app.url, "while-away");
        await page.locator(".link.live").waitFor();
        // It waits above the line, or is in the list already when that had to be read again.
        await page.getByRole("button", { name: /new above/ }).or(page.locator(".row", { hasText: "while-away" }))
          .first()
          .waitFor();
        await page.keyboard.press(".");
        await until("the list to be the store's", async () => {
          const [shown, stored] = [await numbers(page), await storedNumbers(app.url)];
          return shown.join() === stored.join() || undefined;
        });
        assert.equal(await page.getByText("The link to the service is lost").count(), 0);
        await close();
      });
    });
  } finally {
    await app.end("SIGTERM");
    await rm(home, { recursive: true });
  }
});

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

async function numbers(page: Page): Promise<number[]> {
  const ids = await page.locator(".row").evaluateAll((rows) => rows.map((row) => (row as { id: string }).id));
  return ids.map((id) => Number(id.replace("alert-", ""))).sort((a, b) => b - a);
}

async function storedNumbers(url: string): Promise<number[]> {
  const { alerts } = await ask(url, "{ alerts(first: 100) { edges { node { number } } } }");
  return alerts.edges.map(({ node }: { node: { number: number } }) => node.number);
}

async function byKeyboard(browser: Browser, { url }: AppProcess): Promise<void> {
  const { page, complaints, close } = await openPage(browser, `${url}/alerts?state=all`);
  await settled(page);
  await page.locator(".row").first().waitFor();
  for (const key of ["j", "j", "j", "k"]) await page.keyboard.press(key);
  const chosen = page.locator('.row[aria-selected="true"]');
  assert.equal(await chosen.getAttribute("aria-posinset"), "2");
  const id = (await chosen.getAttribute("id"))!;
  assert.equal(await page.getByRole("listbox").getAttribute("aria-activedescendant"), id);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Contributions" }).waitFor();
  assert.match(page.url(), new RegExp(`/alerts/${id.replace("alert-", "")}$`));
  await page.goBack();
  await page.locator(`#${id}[aria-selected="true"]`).waitFor();
  // Keys do nothing of that in a field.
  await page.keyboard.press("/");
  await page.keyboard.type("before-1");
  await until("the filter in the address", () => page.url().includes("q=before-1") || undefined);
  await until("the rows that match", async () => (await numbers(page)).length === 3 || undefined);
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();
  assert.deepEqual(complaints, []);
  await close();
}

async function goesBack(browser: Browser, { url }: AppProcess): Promise<void> {
  const { page, close } = await openPage(browser, `${url}/alerts?state=all&q=before`, { height: 420 });
  await settled(page);
  const view = page.locator(".window");
  await page.locator(".row").first().waitFor();
  await view.evaluate((box) => (box as unknown as { scrollTop: number }).scrollTop = 60);
  await until("the place in the state", async () => await page.evaluate("history.state?.top") === 60 || undefined);
  await page.locator(".row .opens").nth(5).click();
  await page.getByRole("heading", { name: "Contributions" }).waitFor();
  await page.goBack();
  await page.locator(".row").first().waitFor();
  assert.match(page.url(), /q=before/);
  assert.equal(await page.getByRole("searchbox").first().inputValue(), "before");
  await until(
    "the place",
    async () => await view.evaluate((box) => (box as unknown as { scrollTop: number }).scrollTop) === 60 || undefined,
  );
  await close();
}

async function newRowsWait(browser: Browser, { url }: AppProcess): Promise<void> {
  const { page, close } = await openPage(browser, `${url}/alerts?state=all`);
  await settled(page);
  await page.locator(".row").first().waitFor();
  const before = await numbers(page);
  await sendStep(url, "comes-later");
  await page.getByRole("button", { name: /new above/ }).waitFor();
  assert.deepEqual(await numbers(page), before);
  await page.keyboard.press(".");
  await page.locator(".row", { hasText: "comes-later" }).first().waitFor();
  assert.deepEqual(await numbers(page), await storedNumbers(url));
  await close();
}

async function eightTabs(browser: Browser, { url }: AppProcess): Promise<void> {
  const context = await browser.newContext();
  const tabs = [];
  for (let i = 0; i < 8; i++) tabs.push(await openPage(browser, `${url}/alerts?state=all`, { context }));
  for (const { page } of tabs) await settled(page);
  await sendStep(url, "for-all-tabs");
  for (const { page } of tabs) await page.getByRole("button", { name: /new above/ }).waitFor();
  await context.close();
}
