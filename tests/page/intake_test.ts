/**
 * What the page tells of intake in a real browser: a sensor's lanes, quarantine and its replay, batches, the service.
 */
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { type AppProcess, withApp } from "../fixtures/app.ts";
import { testInBrowser, withBrowser } from "../fixtures/browser.ts";
import { type Answer, ask, INGEST, ingest, INGEST_COLUMNS, minutes, type ReadingRow } from "../fixtures/graphql.ts";
import { assertAccessible, openPage, settled } from "../fixtures/page.ts";

const T0 = Date.parse("2026-01-05T00:00:00Z");
const RANGE = "from=2026-01-05T00:00:00Z&to=2026-01-06T00:00:00Z";
const MARKUP = `<img src=x onerror="document.title='markup'"><b>bold</b>`;
/** A key in Arabic of 200 characters. */
const ARABIC = "حساس-المضخة-".repeat(20).slice(0, 200);
const UNCERTAIN = 0x40000000;
const NODES_MAX = 1_500;
/** What a year of lanes may weigh on the way: as much as the style sheet and the first script. */
const LANES_BYTES_MAX = 32 * 1_024;

const REGISTER = `mutation ($input: RegisterSensorInput!) {
  registerSensor(input: $input) { __typename ... on Error { message } } }`;

function at(minute: number): string {
  return new Date(T0 + minute * 60_000).toISOString();
}

async function correct(url: string, idempotencyKey: string, readings: readonly ReadingRow[]): Promise<Answer> {
  const input = { source: "lab", idempotencyKey, readings, correction: true };
  return (await ask(url, INGEST, { input, wait: true })).ingestBatch;
}

/** A sensor with late, corrected and doubtful readings, worked on, and with readings in quarantine. */
async function sendSensor(url: string): Promise<void> {
  await ask(url, REGISTER, { input: { key: "oil", unit: "Cel", rangeMax: 100, expectedIntervalMs: 60_000 } });
  const values = Array.from({ length: 600 }, (_, i) => 60 + Math.sin(i / 7));
  const input = { source: "line", idempotencyKey: "oil", ...minutes("oil", at(0), values) };
  await ask(url, INGEST_COLUMNS, { input, wait: true });
  const late = [0, 1, 2].map((i) => ({ sensor: "oil", time: at(300 + i + 0.5), value: 60 }));
  await ingest(url, "late", late, "slow");
  await correct(url, "right", [{ sensor: "oil", time: at(100), value: 61.5 }]);
  await ingest(url, "doubtful", [{ sensor: "oil", time: at(600), value: 60, status: UNCERTAIN }]);
  await ingest(url, "refused", [
    { sensor: "oil", time: at(700), value: 120 },
    { sensor: "oil", time: at(701), value: 130 },
    { sensor: "oil", time: at(702), value: 900 },
    { sensor: "oil", time: at(100), value: 70 },
    { sensor: MARKUP, time: at(1), value: MARKUP },
    { sensor: ARABIC, time: "ش".repeat(300), value: 5 },
  ]);
}

testInBrowser("intake on the page", async (t, executablePath) => {
  await withApp(async (app) => {
    await sendSensor(app.url);
    await withBrowser({ executablePath }, async (browser) => {
      await t.step("a sensor's lanes, and what detection makes of it", () => sensorPage(browser, app));
      await t.step("a range without data has no lanes, and says so", () => emptyRange(browser, app));
      await t.step(
        "thousands of late and corrected readings cost neither nodes nor bytes",
        () => manyLate(browser, app),
      );
      await t.step("quarantine is sent again, and says what became of it", () => replays(browser, app));
      await t.step("conflicts replace what is stored only when somebody says so twice", () => conflicts(browser, app));
      await t.step("a refusal stands beside the button, in the service's words", () => refusal(browser, app));
      await t.step("a key in Arabic of 200 characters is a filter like any other", () => arabicKey(browser, app));
      await t.step("batches, and the service with its processes and alarms", () => theRest(browser, app));
    });
  });
});

async function sensorPage(browser: Browser, { url }: AppProcess): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    const { page, asked, complaints, close } = await openPage(browser, `${url}/sensors/oil?${RANGE}`, { colorScheme });
    await settled(page);
    await page.locator(".plot canvas").first().waitFor();
    await page.getByRole("img", { name: "late: 3 readings: stored, not judged" }).waitFor();
    await page.getByRole("img", { name: "corrected: 1 reading" }).waitFor();
    await page.getByRole("img", { name: "doubtful: 1 reading of uncertain quality" }).waitFor();
    await page.getByText("Nothing in this range: ").waitFor();
    assert.deepEqual(asked.filter((name) => name !== "Frame").sort(), ["Lanes", "Picture", "Sensor"]);
    await page.getByText("What the lanes show").first().click();
    const row = page.getByRole("table", { name: "What the lanes show" }).getByRole("row", { name: /late/ });
    assert.match(await row.innerText(), /3 readings, batch \d+/);
    await page.getByText(/judged, from 601 readings/).waitFor();
    await page.getByText(/comes every 60 s; expected every 60 s/).waitFor();
    await page.getByText(/version 1: mean 60/).waitFor();
    await page.getByRole("link", { name: "4 readings" }).waitFor();
    const settings = page.getByRole("link", { name: /^generic-/ });
    assert.match(await settings.getAttribute("href") ?? "", /^\/settings\?sensor=oil$/);
    await assertAccessible(page, `sensor, ${colorScheme}`);
    assert.deepEqual(complaints, []);
    await close();
  }
}

async function emptyRange(browser: Browser, { url }: AppProcess): Promise<void> {
  const range = "from=1999-01-01T00:00:00Z&to=1999-01-02T00:00:00Z";
  const { page, complaints, close } = await openPage(browser, `${url}/sensors/oil?${range}`);
  await page.getByText("No readings in this range.").first().waitFor();
  await page.getByText("Nothing in this range: episodes, late, corrected").waitFor();
  assert.equal(await page.locator(".lane-row").count(), 0);
  assert.deepEqual(complaints, []);
  await close();
}

async function manyLate(browser: Browser, { url }: AppProcess): Promise<void> {
  const values = Array.from({ length: 6_000 }, (_, i) => i % 7);
  const send = (source: string, from: number, more: object) => {
    const columns = minutes("many", at(from), values);
    return ask(url, INGEST_COLUMNS, {
      input: { source, idempotencyKey: `${source} ${from}`, ...columns, ...more },
      wait: true,
    });
  };
  await send("line", 0, {});
  // All but the last lie behind the watermark.
  const time = values.map((_, i) => T0 + i * 60_000 + 30_000);
  await send("slow", 0, { time });
  await send("lab", 0, { correction: true, value: values.map((value) => value + 0.5) });
  const { page, close } = await openPage(browser, "about:blank");
  let bytes = 0;
  page.on("response", async (response) => {
    if (!(response.request().postData() ?? "").includes("query Lanes")) return;
    bytes = Math.max(bytes, gzipSync(await response.body()).length);
  });
  await page.goto(`${url}/sensors/many?from=2026-01-01T00:00:00Z&to=2026-01-12T00:00:00Z`);
  await settled(page);
  await page.getByRole("img", { name: "late: 5,999 readings: stored, not judged" }).waitFor();
  await page.getByRole("img", { name: "corrected: 6,000 readings" }).waitFor();
  await page.locator(".plot canvas").first().waitFor();
  await page.getByText("What the lanes show").first().click();
  const nodes = Number(await page.evaluate("document.querySelectorAll('*').length"));
  assert.ok(nodes <= NODES_MAX, `${nodes} nodes`);
  assert.ok(bytes > 0 && bytes <= LANES_BYTES_MAX, `${bytes} bytes of lanes`);
  console.log(`lanes of 12,000 readings: ${nodes} nodes, ${bytes} bytes compressed`);
  await close();
}

/** The row of a reason, when it is there. */
function reasonRow(page: Page, reason: string) {
  return page.getByRole("table", { name: "Reasons" }).getByRole("row", { name: new RegExp(reason) });
}

async function replays(browser: Browser, { url }: AppProcess): Promise<void> {
  await ask(url, REGISTER, { input: { key: "oil", rangeMax: 200 } });
  const { page, complaints, close } = await openPage(browser, `${url}/quarantine`);
  await settled(page);
  // Text with markup in it stays text.
  await page.getByText("<b>bold</b>").first().waitFor();
  assert.equal(await page.locator("table img, table b").count(), 0);
  assert.notEqual(await page.title(), "markup");
  const row = reasonRow(page, "outside physical range");
  await row.getByRole("button", { name: "Send again: outside physical range" }).click();
  await row.getByText(/3 readings sent again with batch \d+: 2 stored, 1 refused again\./).waitFor();
  await row.getByText("1", { exact: true }).waitFor();
  await assertAccessible(page, "quarantine with a result");
  await row.getByRole("link").click();
  await page.getByText("the quarantine of batch").waitFor();
  await page.getByRole("table", { name: "Stages" }).getByRole("row", { name: /^validate .* s 1 passed$/ }).waitFor();
  await page.getByRole("heading", { name: "Quarantine (1)" }).waitFor();
  await assertAccessible(page, "a batch out of quarantine");
  const origin = page.getByRole("definition").filter({ hasText: "the quarantine of batch" }).getByRole("link");
  await origin.click();
  await page.getByText(/with batch \d+/).first().waitFor();
  await page.goto(`${url}/quarantine?sent=again`);
  await page.getByRole("columnheader", { name: "Went to batch" }).waitFor();
  assert.equal(await page.getByRole("table", { name: "Readings in quarantine" }).getByRole("row").count(), 4);
  assert.deepEqual(complaints, []);
  await close();
}

async function conflicts(browser: Browser, { url }: AppProcess): Promise<void> {
  const { page, close } = await openPage(browser, `${url}/quarantine?reason=conflict_with_stored`);
  await settled(page);
  const row = reasonRow(page, "conflict with stored");
  await row.getByRole("button", { name: /Replace what is stored/ }).click();
  await row.getByRole("button", { name: "Leave them" }).click();
  await row.getByRole("button", { name: /Replace what is stored/ }).click();
  await row.getByRole("button", { name: "Replace them" }).click();
  await page.getByText("No reading is here for this reason.").waitFor();
  const { revisions } = await ask(
    url,
    `{ revisions(sensor: "oil", from: "${at(0)}", to: "${at(700)}") { value } }`,
  );
  assert.deepEqual(revisions.map(({ value }: Answer) => value)[0], 61.5);
  await close();
}

async function refusal(browser: Browser, { url }: AppProcess): Promise<void> {
  const { page, close } = await openPage(browser, `${url}/quarantine`);
  await settled(page);
  // What the button asks is made into what makes no sense, so that the service refuses it.
  await page.route("**/graphql", (route) => {
    const text = route.request().postData() ?? "";
    const senseless = text.replace(/"input":\{[^}]*\}/, '"input":{"correction":false}');
    return route.continue({ postData: text.includes("mutation Replay") ? senseless : text });
  });
  const row = reasonRow(page, "not a number");
  await row.getByRole("button", { name: /Send again/ }).click();
  await row.getByRole("alert").getByText("Say which readings: a reason, a batch, a sensor").waitFor();
  await assertAccessible(page, "quarantine with a refusal");
  await close();
}

async function arabicKey(browser: Browser, { url }: AppProcess): Promise<void> {
  const path = `/quarantine?sensor=${encodeURIComponent(ARABIC)}`;
  for (const width of [1_440, 360]) {
    const { page, complaints, close } = await openPage(browser, `${url}${path}`, { width });
    await settled(page);
    const row = reasonRow(page, "unreadable timestamp");
    await row.getByText("1", { exact: true }).waitFor();
    assert.equal(await page.getByRole("table", { name: "Reasons" }).getByRole("row").count(), 2);
    const wide = Number(await page.evaluate("document.documentElement.scrollWidth"));
    assert.ok(wide <= width, `${wide} at ${width}`);
    await page.getByRole("button", { name: /^only/ }).click();
    await reasonRow(page, "not a number").waitFor();
    assert.deepEqual(complaints, []);
    await close();
  }
}

async function theRest(browser: Browser, { url }: AppProcess): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    const { page, complaints, close } = await openPage(browser, `${url}/system`, { colorScheme });
    await settled(page);
    await page.getByRole("table", { name: "Processes" }).getByRole("row", { name: /worker/ }).waitFor();
    await page.getByRole("table", { name: "What is done from time to time" }).getByRole("row", { name: /retention/ })
      .waitFor();
    const alarms = page.getByRole("table", { name: "Alarms against their targets" });
    await alarms.getByRole("row", { name: /Time in a flood.*1 % at most.*normal/ }).waitFor();
    await assertAccessible(page, `system, ${colorScheme}`);
    await page.goto(`${url}/batches?state=processed`);
    await settled(page);
    await page.getByRole("link", { name: /^Batch \d+ in Temporal$/ }).first().waitFor();
    await assertAccessible(page, `batches, ${colorScheme}`);
    assert.deepEqual(complaints, []);
    await close();
  }
}
