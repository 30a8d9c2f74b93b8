/** Triage by keyboard alone: counts on the filters, by asset, and the chosen one beside the list. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { withApp } from "../fixtures/app.ts";
import { testInBrowser, withBrowser } from "../fixtures/browser.ts";
import { ask } from "../fixtures/graphql.ts";
import { assertAccessible, openPage, sendStep, settled } from "../fixtures/page.ts";
import { until } from "../fixtures/until.ts";

const ALERTS = 8;
const REGISTER = `mutation ($asset: RegisterAssetInput!, $sensor: RegisterSensorInput!) {
  registerAsset(input: $asset) { __typename } registerSensor(input: $sensor) { __typename } }`;

const GROUPS = "{ alertGroups { groups { asset { key } count } } }";

/** How many alerts the store has in these states. */
async function counted(url: string, states: readonly string[]): Promise<number> {
  const { alertCounts } = await ask(url, "{ alertCounts { state count } }");
  return alertCounts.filter(({ state }: { state: string }) => states.includes(state))
    .reduce((sum: number, { count }: { count: number }) => sum + count, 0);
}

const chosen = (page: Page) => page.locator('.row[aria-selected="true"]');

testInBrowser("triage by keyboard", async (t, executablePath) => {
  await withApp(async ({ url }) => {
    for (let i = 0; i < ALERTS; i++) {
      if (i > 0) await ask(url, REGISTER, { asset: { key: "mill" }, sensor: { key: `mill-${i}`, assetKey: "mill" } });
      await sendStep(url, i === 0 ? "loose" : `mill-${i}`);
    }
    await withBrowser({ executablePath }, async (browser) => {
      const { page, complaints, asked, close } = await openPage(browser, `${url}/alerts`, {
        width: 1_440,
        height: 700,
      });
      await settled(page);
      await page.locator(".row").first().waitFor();
      const button = (name: RegExp) => page.getByRole("button", { name });

      await t.step("each filter says how many there would be, and says so anew when something happens", async () => {
        const returned = await counted(url, ["RETURNED_UNACKNOWLEDGED"]);
        const standing = await counted(url, ["UNACKNOWLEDGED", "ACKNOWLEDGED"]);
        await button(new RegExp(`^returned ${returned}$`)).waitFor();
        await button(new RegExp(`^standing ${standing}$`)).waitFor();
        const { alertCounts } = await ask(url, "{ alertCounts { severity count } }");
        const high = alertCounts.filter(({ severity }: { severity: string }) => severity === "HIGH")
          .reduce((sum: number, { count }: { count: number }) => sum + count, 0);
        await button(new RegExp(`^high ${high}$`)).waitFor();
        await sendStep(url, "mill-comes");
        const now = await counted(url, ["RETURNED_UNACKNOWLEDGED"]);
        assert.ok(now > returned);
        await button(new RegExp(`^returned ${now}$`)).waitFor();
        await page.keyboard.press(".");
        await page.getByText(`${now + standing} alerts match`, { exact: true }).waitFor();
      });
      await t.step("keys that move ask about the one where they stop, and nothing else", async () => {
        const before = asked.length;
        for (const key of ["j", "j", "j", "k", "j"]) await page.keyboard.press(key);
        await page.locator(".glance h2").first().waitFor();
        await page.getByRole("complementary").getByRole("heading", { name: "Timeline" }).waitFor();
        assert.deepEqual(asked.slice(before), ["Glance"]);
      });
      await t.step("the chosen one is acted on where it stands, and what is beside it tells so", async () => {
        const beside = page.getByRole("complementary", { name: "The chosen alert" });
        await page.keyboard.press("i");
        await page.getByRole("textbox", { name: "Who looks after it" }).fill("kb");
        await page.keyboard.press("Enter");
        await beside.getByText("kb looks after it.").waitFor();
        await page.keyboard.press("u");
        await page.getByText("Taken back: 1.").waitFor();
        await until(
          "nobody to look after it",
          async () => await beside.getByText("kb looks after it.").count() === 0 || undefined,
        );
        await page.keyboard.press("c");
        await page.getByRole("textbox", { name: "Comment" }).fill("bearing is warm");
        await page.keyboard.press("Enter");
        await beside.getByRole("table", { name: "Timeline" }).getByText("bearing is warm").waitFor();
        await assertAccessible(page, "the chosen one beside the list");
      });
      await t.step("by asset: with counts, the rest read when asked for, closed and opened", async () => {
        await page.keyboard.press("b");
        await until("the address to say so", () => page.url().includes("group=asset") || undefined);
        const { alertGroups: { groups } } = await ask(url, GROUPS);
        assert.equal(groups.length, 2);
        for (const { asset, count } of groups) {
          await page.getByRole("option", { name: new RegExp(`${asset?.key ?? "of no asset"}.*${count} alerts`) })
            .waitFor();
        }
        const all: number = groups.reduce((sum: number, { count }: { count: number }) => sum + count, 0);
        const first: number = groups.reduce((sum: number, { count }: { count: number }) => sum + Math.min(count, 5), 0);
        assert.ok(first < all);
        await assertAccessible(page, "by asset");
        await page.keyboard.press("g");
        assert.equal(await chosen(page).getAttribute("aria-posinset"), "1");
        // Asset, five of its alerts, and the line for the others.
        for (let i = 0; i < 20 && !await chosen(page).getByText(/\d more/).isVisible(); i++) {
          await page.keyboard.press("j");
        }
        const rows = () => page.locator(".row[id^=alert-]").count();
        assert.equal(await rows(), first);
        await page.keyboard.press("Enter");
        await until("the others", async () => await rows() === all || undefined);
        await page.keyboard.press("G");
        const last = await chosen(page).getAttribute("id");
        await page.keyboard.press("Enter");
        await page.getByRole("heading", { name: "Contributions" }).waitFor();
        await page.goBack();
        await page.locator(`#${last}`).waitFor();
        await page.keyboard.press("g");
        await page.keyboard.press("Enter");
        await page.getByRole("option", { name: /closed/ }).waitFor();
        await until("its rows to be put away", async () => await rows() < all || undefined);
        await page.keyboard.press("Enter");
        await until(
          "its rows again",
          async () => await page.getByRole("option", { name: /closed/ }).count() === 0 || undefined,
        );
        await page.keyboard.press("b");
        await until("one list again", () => !page.url().includes("group=asset") || undefined);
      });
      await t.step("many are marked over a change of order, and seen at once", async () => {
        await page.locator(".row[id^=alert-]").first().waitFor();
        for (const key of ["g", "x", "j", "x"]) await page.keyboard.press(key);
        await page.getByText(/^2 alerts, worst/).waitFor();
        await page.keyboard.press("a");
        await page.getByText("Seen: 2.").waitFor();
        await page.keyboard.press("u");
        await page.getByText("Taken back: 2.").waitFor();
      });
      assert.deepEqual(complaints, []);
      await close();
    });
  });
});
