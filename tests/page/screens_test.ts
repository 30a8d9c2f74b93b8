/** Each screen of the page in a real browser: that it shows what is there, that everybody can use it, and bad input. */
import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { type AppProcess, withApp } from "../fixtures/app.ts";
import { testInBrowser, withBrowser } from "../fixtures/browser.ts";
import { ask, ingest } from "../fixtures/graphql.ts";
import { assertAccessible, type ColorScheme, colouredPixels, openPage, sendPlant, settled } from "../fixtures/page.ts";
import { until } from "../fixtures/until.ts";

/** A key in Arabic of 200 characters. */
const ARABIC = "حساس-المضخة-".repeat(20).slice(0, 200);
const MARKUP = `<img src=x onerror="document.title='markup'"><b>bold</b>`;

const REGISTER = `mutation ($input: RegisterSensorInput!) { registerSensor(input: $input) { __typename } }`;

testInBrowser("screens", async (t, executablePath) => {
  await withApp(async (app) => {
    await withBrowser({ executablePath }, async (browser) => {
      await t.step("nothing stands: the page is grey, in both themes", () => greyWhenCalm(browser, app));
      await sendPlant(app.url);
      await ingest(app.url, "bad", [{ sensor: "pump-7.bearing", time: "yesterday", value: 50 }]);
      await ask(app.url, REGISTER, { input: { key: ARABIC, assetKey: "pump-7" } });
      await ask(app.url, REGISTER, { input: { key: "markup", name: MARKUP, assetKey: "pump-7" } });
      for (const colorScheme of ["light", "dark"] as const) {
        await t.step(`every screen, ${colorScheme}`, (t) => everyScreen(browser, app, { colorScheme, t }));
      }
      await t.step("every screen fits into 320 pixels", () => narrowScreens(browser, app));
      await t.step("addresses that lead to nothing say so", () => wrongAddresses(browser, app));
      await t.step("text with markup in it stays text", async () => {
        const { page, close } = await openPage(browser, `${app.url}/plant/pump-7`);
        await page.getByRole("link", { name: MARKUP }).waitFor();
        assert.equal(await page.locator("table img, table b").count(), 0);
        assert.notEqual(await page.title(), "markup");
        await close();
      });
      await t.step("a range without data says so", async () => {
        const range = "from=1999-01-01T00:00:00Z&to=1999-01-02T00:00:00Z";
        const { page, complaints, close } = await openPage(browser, `${app.url}/sensors/pump-7.bearing?${range}`);
        await page.getByText("No readings in this range.").first().waitFor();
        assert.deepEqual(complaints, []);
        await close();
      });
      await t.step("Ctrl K leads to anything", () => jumps(browser, app));
      await t.step("times are in the zone of the address", async () => {
        const { page, close } = await openPage(browser, `${app.url}/alerts?state=all&tz=Asia/Kolkata`);
        await settled(page);
        await page.getByRole("button", { name: /GMT\+5:30/ }).waitFor();
        const time = page.locator(".row time").first();
        const shown = await time.textContent();
        const iso = (await time.getAttribute("datetime"))!;
        const india = new Date(Date.parse(iso) + 5.5 * 3_600_000).toISOString();
        assert.ok(shown!.endsWith(india.slice(11, 16)), `${shown} for ${iso}`);
        await close();
      });
    });
  });
});

async function greyWhenCalm(browser: Browser, { url }: AppProcess): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    const { page, close } = await openPage(browser, url, { colorScheme });
    await settled(page);
    await page.getByText("No asset and no sensor is known yet.").waitFor();
    assert.equal(await colouredPixels(page), 0, colorScheme);
    await close();
  }
}

interface Theme {
  readonly colorScheme: ColorScheme;
  readonly t: Deno.TestContext;
}

async function everyScreen(browser: Browser, { url }: AppProcess, { colorScheme, t }: Theme): Promise<void> {
  const { alerts, batches } = await ask(
    url,
    "{ alerts(first: 1) { edges { node { number } } } batches(first: 1) { edges { node { number } } } }",
  );
  const screens: [path: string, shows: string][] = [
    ["/", "Needs a person now"],
    ["/plant/pump-7", "Bearing temperature"],
    ["/alerts", "match"],
    [`/alerts/${alerts.edges[0].node.number}`, "Contributions"],
    ["/sensors/pump-7.bearing", "Judged up to"],
    [`/sensors/${encodeURIComponent(ARABIC)}`, "unheard"],
    ["/batches", "gateway-line-1"],
    [`/batches/${batches.edges[0].node.number}`, "Sender's name for it"],
    ["/quarantine", "unreadable timestamp"],
    ["/settings", "sensor.episode.threshold"],
    ["/system", "IEC 62682"],
  ];
  for (const [path, shows] of screens) {
    await t.step(path.slice(0, 40), async () => {
      const { page, complaints, close } = await openPage(browser, `${url}${path}`, { colorScheme });
      await settled(page);
      await page.getByText(shows).first().waitFor();
      await assertAccessible(page, path);
      assert.deepEqual(complaints, []);
      await close();
    });
  }
}

async function narrowScreens(browser: Browser, { url }: AppProcess): Promise<void> {
  const paths = ["/", "/plant/pump-7", "/alerts", "/sensors/pump-7.bearing", `/sensors/${encodeURIComponent(ARABIC)}`];
  for (const path of [...paths, "/batches", "/quarantine", "/system"]) {
    const { page, close } = await openPage(browser, `${url}${path}`, { width: 320, height: 640 });
    await settled(page);
    // Tables scroll by themselves; the page as a whole does not.
    const width = await page.evaluate("document.documentElement.scrollWidth");
    assert.ok(Number(width) <= 320, `${path} is ${width} wide`);
    await close();
  }
}

async function wrongAddresses(browser: Browser, { url }: AppProcess): Promise<void> {
  const addresses: [path: string, says: string][] = [
    ["/nowhere", "There is no such page"],
    ["/alerts/999999", "There is no such alert"],
    ["/alerts/abc", "There is no such alert"],
    ["/alerts/1/2", "There is no such page"],
    ["/plant/none", "There is no such asset"],
    ["/sensors/none", "There is no such sensor"],
    ["/sensors/%E0%A4%A", "There is no such sensor"],
    ["/batches/0", "There is no such batch"],
  ];
  for (const [path, says] of addresses) {
    const { page, close } = await openPage(browser, `${url}${path}`);
    await page.getByRole("heading", { name: says }).waitFor();
    await close();
  }
}

async function jumps(browser: Browser, { url }: AppProcess): Promise<void> {
  const { page, close } = await openPage(browser, url);
  await settled(page);
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("discharge");
  await page.getByRole("option", { name: "compressor-1.discharge" }).waitFor();
  await assertAccessible(page, "Ctrl K");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await until("the sensor", () => page.url().includes("/sensors/") || undefined);
  await page.getByRole("heading", { level: 1, name: /Discharge/ }).waitFor();
  await close();
}
