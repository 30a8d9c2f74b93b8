/** What people do to alerts, by keyboard in a real browser: one and many, taken back, refused in words. */
import assert from "node:assert/strict";
import { withApp } from "../fixtures/app.ts";
import { testInBrowser, withBrowser } from "../fixtures/browser.ts";
import { ask, INGEST_COLUMNS, minutes } from "../fixtures/graphql.ts";
import { assertAccessible, openPage, sendStep, settled } from "../fixtures/page.ts";
import { until } from "../fixtures/until.ts";

const STATES =
  "{ alerts(first: 50) { edges { node { number state assignee shelf { reason } history { change note } } } } }";

interface Node {
  readonly number: number;
  readonly state: string;
  readonly assignee: string | null;
  readonly shelf: { readonly reason: string } | null;
  readonly history: readonly { readonly change: string; readonly note: string | null }[];
}

testInBrowser("acting on alerts", async (t, executablePath) => {
  await withApp(async ({ url }) => {
    for (let i = 0; i < 4; i++) await sendStep(url, `act-${i}`);
    const nodes = async (): Promise<Node[]> =>
      (await ask(url, STATES)).alerts.edges.map(({ node }: { node: Node }) => node);
    const seen = async () => (await nodes()).filter(({ state }) => !state.includes("UNACKNOWLEDGED")).length;
    await withBrowser({ executablePath }, async (browser) => {
      const { page, complaints, close } = await openPage(browser, `${url}/alerts?state=all`);
      await settled(page);
      await page.locator(".row").first().waitFor();

      await t.step("one: acknowledged with a key, and taken back with another", async () => {
        await page.keyboard.press("j");
        await page.keyboard.press("a");
        await page.getByText("Seen: 1.").waitFor();
        assert.equal(await seen(), 1);
        await page.keyboard.press("u");
        await page.getByText("Taken back: 1.").waitFor();
        assert.equal(await seen(), 0);
      });
      await t.step("many: marked, with their number and the worst among them", async () => {
        await page.keyboard.press("x");
        await page.keyboard.press("j");
        await page.keyboard.press("x");
        await page.getByText(/^2 alerts, worst/).waitFor();
        await assertAccessible(page, "triage with marks");
        await page.keyboard.press("a");
        await page.getByText("Seen: 2.").waitFor();
        assert.equal(await seen(), 2);
      });
      await t.step("shelved for a time and a reason", async () => {
        await page.keyboard.press("G");
        await page.keyboard.press("s");
        await page.getByLabel("Why").fill("sensor is being <i>changed</i>");
        await assertAccessible(page, "the form");
        await page.getByRole("dialog").getByRole("button", { name: "Shelve" }).click();
        await until(
          "the shelf",
          async () =>
            (await nodes()).some(({ shelf }) => shelf?.reason === "sensor is being <i>changed</i>") || undefined,
        );
        await page.getByText("Put aside: 1.").waitFor();
      });
      await t.step("on its own page: assigned, said something about, and the history tells", async () => {
        await page.keyboard.press("Enter");
        await page.getByRole("heading", { name: "Timeline" }).waitFor();
        await page.getByRole("button", { name: "Assign" }).click();
        await page.getByRole("textbox", { name: "Who looks after it" }).fill("kb");
        await page.keyboard.press("Enter");
        await page.getByText("kb looks after it.").waitFor();
        await page.keyboard.press("c");
        await page.getByRole("textbox", { name: "Comment" }).fill("looked at the bearing");
        await page.keyboard.press("Enter");
        await page.getByRole("table", { name: "Timeline" }).getByText("looked at the bearing").waitFor();
      });
      await t.step("who acts on what has changed meanwhile is told, and sees how it is now", async () => {
        const { page: other, close: closeOther } = await openPage(browser, page.url());
        await settled(other);
        const [{ alerts }] = [await ask(url, "{ alerts(first: 50) { edges { node { id number } } } }")];
        const number = Number(page.url().split("/").at(-1));
        const { id } = alerts.edges.map(({ node }: { node: { id: string; number: number } }) => node)
          .find((node: { number: number }) => node.number === number);
        await other.route("**/graphql", async (route) => {
          if (/mutation Comment/.test(route.request().postData() ?? "")) {
            await ask(
              url,
              `mutation ($id: ID!) { commentOnAlert(input: { alerts: [{ id: $id }], comment: "first" }) { __typename } }`,
              { id },
            );
          }
          await route.continue();
        });
        await other.keyboard.press("c");
        await other.getByRole("textbox", { name: "Comment" }).fill("second");
        await other.keyboard.press("Enter");
        await other.getByRole("alert").getByText(/by now, not/).first().waitFor();
        await closeOther();
      });
      await t.step("it is the new normal, by a person's word: the alert is over, and the history tells", async () => {
        const values = Array.from({ length: 500 }, (_, i) => 20 + Math.sin(i / 7) + (i >= 400 ? 20 : 0));
        const input = { source: "n", idempotencyKey: "n", ...minutes("stands", "2024-01-01T00:00:00Z", values) };
        await ask(url, INGEST_COLUMNS, { input, wait: true });
        const { alerts } = await ask(url, "{ alerts(first: 1) { edges { node { number sensor { key } } } } }");
        assert.equal(alerts.edges[0].node.sensor.key, "stands");
        await page.goto(`${url}/alerts/${alerts.edges[0].node.number}`);
        await settled(page);
        await page.getByRole("button", { name: "New normal" }).click();
        await page.getByRole("textbox", { name: "Why it is normal" }).fill("another product");
        await assertAccessible(page, "the new normal");
        await page.keyboard.press("Enter");
        await page.getByRole("table", { name: "Timeline" }).getByText("another product").waitFor();
        await page.getByRole("button", { name: "New normal" }).waitFor({ state: "detached" });
      });
      assert.deepEqual(complaints, []);
      await close();
    });
  });
});
