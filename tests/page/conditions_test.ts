/** The page when things are not as they should be: slow, away, of another version; and for who sees or moves little. */
import assert from "node:assert/strict";
import type { Browser, Page, Route } from "playwright-core";
import { deferred } from "../../src/deferred.ts";
import { type AppProcess, withApp } from "../fixtures/app.ts";
import { testInBrowser, withBrowser } from "../fixtures/browser.ts";
import { ask } from "../fixtures/graphql.ts";
import { assertAccessible, colouredPixels, openPage, sendPlant, settled } from "../fixtures/page.ts";
import { until } from "../fixtures/until.ts";

testInBrowser("bad conditions", async (t, executablePath) => {
  await withApp(async (app) => {
    await sendPlant(app.url);
    await withBrowser({ executablePath }, async (browser) => {
      await t.step("a slow service: what is being read is said, and what was there stays", () => slow(browser, app));
      await t.step("a service that is away is said in words, and asked again by itself", () => away(browser, app));
      await t.step(
        "a service of another version is said, and so is a part that it has no more",
        () => old(browser, app),
      );
      await t.step("at 200 % everything is there, and nothing runs over", () => zoomed(browser, app));
      await t.step("who wants no motion gets none", () => still(browser, app));
      await t.step("all that stands is seen: no colour anywhere, in both themes", () => calm(browser, app));
    });
  });
});

/** Holds back what the page asks until it is let go. */
async function holding(page: Page): Promise<{ letGo(): Promise<void> }> {
  const { promise, resolve } = deferred<void>();
  const hold = async (route: Route) => {
    await promise;
    // The page may have given it up meanwhile.
    await route.continue().catch(() => {});
  };
  await page.route("**/graphql", hold);
  return {
    async letGo() {
      resolve();
      await page.unroute("**/graphql", hold);
    },
  };
}

async function slow(browser: Browser, { url }: AppProcess): Promise<void> {
  const { page, complaints, close } = await openPage(browser, "about:blank", { width: 1_440 });
  for (
    const [path, says, then] of [
      ["/", "Reading the plant", "Needs a person now"],
      ["/plant/pump-7", "Reading the asset", "Bearing temperature"],
      ["/alerts/1", "Reading the alert", "Contributions"],
    ]
  ) {
    const held = await holding(page);
    await page.goto(`${url}${path}`);
    await page.getByRole("status").getByText(says).waitFor();
    await assertAccessible(page, `${path} while it is being read`);
    await held.letGo();
    await page.getByText(then).first().waitFor();
  }
  await page.goto(`${url}/alerts?state=all`);
  await page.locator(".row").first().waitFor();
  const held = await holding(page);
  await page.getByRole("button", { name: /^low/ }).click();
  await page.getByText(/match …/).waitFor();
  assert.ok(await page.locator(".row").count() > 0, "rows stay until there are others");
  await page.keyboard.press("j");
  await page.locator('.row[aria-selected="true"]').waitFor();
  await held.letGo();
  await until("the rows that match", async () => await page.getByText(/match …/).count() === 0 || undefined);
  assert.deepEqual(complaints, []);
  await close();
}

async function away(browser: Browser, { url }: AppProcess): Promise<void> {
  const { page, close } = await openPage(browser, "about:blank");
  for (const [path, there] of [["/", "Needs a person now"], ["/alerts?state=all", "match"], ["/system", "IEC 62682"]]) {
    const refuse = (route: Route) => route.abort();
    await page.route("**/graphql", refuse);
    await page.goto(`${url}${path}`);
    await page.getByRole("alert").getByText("The service does not answer.").first().waitFor();
    await assertAccessible(page, `${path} without a service`);
    await page.unroute("**/graphql", refuse);
    await page.getByText(there).first().waitFor();
  }
  const noise = (route: Route) =>
    route.fulfill({ status: 502, contentType: "text/html", body: "<h1>Bad gateway</h1>" });
  await page.route("**/graphql", noise);
  await page.goto(`${url}/plant/pump-7`);
  await page.getByText("The service answers with status 502 and no data.").first().waitFor();
  await close();
}

async function old(browser: Browser, { url }: AppProcess): Promise<void> {
  const { page, close } = await openPage(browser, "about:blank");
  const message = 'Cannot query field "urgentAlerts" on type "Query".';
  await page.route(
    "**/graphql",
    (route) =>
      route.fulfill({
        status: 400,
        contentType: "application/graphql-response+json",
        body: JSON.stringify({ errors: [{ message, extensions: { code: "GRAPHQL_VALIDATION_FAILED" } }] }),
      }),
  );
  await page.goto(url);
  await page.getByText("This page is of another version than the service; load it again.").first().waitFor();
  await page.unrouteAll();
  // A screen whose file is gone when it is first shown.
  await page.goto(url);
  await settled(page);
  await page.route("**/page/settings-*", (route) => route.fulfill({ status: 404, body: "no such file" }));
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("alert").getByText("This part of the page could not be loaded").waitFor();
  await close();
}

const SCREENS = [
  ...["/", "/plant/pump-7", "/alerts?state=all", "/alerts?state=all&group=asset", "/alerts/1"],
  ...["/sensors/pump-7.bearing", "/batches", "/quarantine", "/settings", "/system"],
];

/** What 200 % does to a window of 1,280 pixels: half as many, each of twice the size. */
async function zoomed(browser: Browser, { url }: AppProcess): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 });
  for (const path of SCREENS) {
    const { page, close } = await openPage(browser, `${url}${path}`, { context });
    await settled(page);
    const width = Number(await page.evaluate("document.documentElement.scrollWidth"));
    assert.ok(width <= 640, `${path} is ${width} wide`);
    await page.getByRole("link", { name: "Alerts", exact: true }).click();
    await page.locator(".row").first().click();
    await page.getByRole("button", { name: /^Acknowledge/ }).click({ trial: true });
    await close();
  }
  await context.close();
}

async function still(browser: Browser, { url }: AppProcess): Promise<void> {
  const context = await browser.newContext({ reducedMotion: "reduce", viewport: { width: 1_440, height: 800 } });
  for (const path of SCREENS) {
    const { page, close } = await openPage(browser, `${url}${path}`, { context });
    await settled(page);
    const moving = await page.evaluate(() => {
      // deno-lint-ignore no-explicit-any -- runs in the browser
      const { document, getComputedStyle } = globalThis as any;
      return [...document.querySelectorAll("*")].filter((element) => {
        const { animationDuration, transitionDuration, scrollBehavior } = getComputedStyle(element);
        return [animationDuration, transitionDuration].some((text) => /[1-9]/.test(text)) || scrollBehavior !== "auto";
      }).length;
    });
    assert.equal(moving, 0, path);
    await close();
  }
  await context.close();
}

async function calm(browser: Browser, { url }: AppProcess): Promise<void> {
  const { alerts } = await ask(url, "{ alerts(first: 1000) { edges { node { id } } } }");
  const input = { alerts: alerts.edges.map(({ node }: { node: { id: string } }) => ({ id: node.id })) };
  await ask(url, "mutation ($input: AcknowledgeAlertsInput!) { acknowledgeAlerts(input: $input) { __typename } }", {
    input,
  });
  for (const colorScheme of ["light", "dark"] as const) {
    for (const path of SCREENS) {
      const { page, close } = await openPage(browser, `${url}${path}`, { colorScheme, width: 1_440 });
      await settled(page);
      assert.equal(await colouredPixels(page), 0, `${path}, ${colorScheme}`);
      await close();
    }
  }
}
