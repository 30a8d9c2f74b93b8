/** Settings in a real browser: a draft from the form to its promotion and back, with its faults beside the field. */
import assert from "node:assert/strict";
import { withApp } from "../fixtures/app.ts";
import { testInBrowser, withBrowser } from "../fixtures/browser.ts";
import { ask } from "../fixtures/graphql.ts";
import { assertAccessible, openPage, settled } from "../fixtures/page.ts";
import { until } from "../fixtures/until.ts";

const THRESHOLD = "sensor.episode.threshold";
const FIELDS = "{ settings { fields { path value } } }";

async function threshold(url: string): Promise<number> {
  const { settings } = await ask(url, FIELDS);
  return settings.fields.find(({ path }: { path: string }) => path === THRESHOLD).value;
}

testInBrowser("settings", async (t, executablePath) => {
  await withApp(async ({ url }) => {
    await withBrowser({ executablePath }, async (browser) => {
      const { page, complaints, close } = await openPage(browser, `${url}/settings`);
      await settled(page);
      const field = page.getByRole("spinbutton", { name: THRESHOLD });
      await field.waitFor();
      const before = await threshold(url);

      await t.step("for everybody, in the form too", () => assertAccessible(page, "/settings"));
      await t.step("a fault stands beside its field, and nothing can be saved", async () => {
        await field.fill("7");
        await page.getByRole("row", { name: THRESHOLD }).getByRole("alert").waitFor();
        assert.equal(await page.getByRole("button", { name: "Save as a draft" }).isDisabled(), true);
        assert.equal(await field.getAttribute("aria-invalid"), "true");
      });
      await t.step("what it would change is shown before it is saved", async () => {
        await field.fill("0.45");
        const row = page.getByRole("table", { name: "What the draft would change" }).getByRole("row", {
          name: THRESHOLD,
        });
        await row.getByText("0.45").waitFor();
        await row.getByText(String(before)).waitFor();
      });
      await t.step("saved, it changes nothing; promoted, it is live", async () => {
        await page.getByLabel("Why").fill("too many in the night <b>shift</b>");
        await page.getByRole("button", { name: "Save as a draft" }).click();
        await page.getByRole("heading", { name: "Draft for all sensors" }).waitFor();
        assert.equal(await threshold(url), before);
        await page.getByRole("button", { name: "Promote" }).click();
        await page.getByText("It is live.").waitFor();
        assert.equal(await threshold(url), 0.45);
        await page.getByRole("table", { name: "Versions" }).getByText("too many in the night <b>shift</b>").waitFor();
      });
      await t.step("rolled back, the release's value holds again", async () => {
        await page.getByRole("button", { name: "Back to what the release says" }).click();
        await until("the former value", async () => await threshold(url) === before || undefined);
      });
      await t.step("the alarm budget is set, and a fault of it is told", async () => {
        await page.getByLabel("Alerts a day").fill("25");
        await page.getByRole("button", { name: "Set", exact: true }).click();
        await page.getByText("At most 25 alerts on an ordinary day").waitFor();
        const { alarmBudget } = await ask(url, "{ alarmBudget { alertsPerDay } }");
        assert.equal(alarmBudget.alertsPerDay, 25);
      });
      assert.deepEqual(complaints, []);
      await close();
    });
  });
});
