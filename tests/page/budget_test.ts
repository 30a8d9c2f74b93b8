/** What the page may cost: bytes, nodes, requests, points. Milliseconds are the bench's business. */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { connectStore } from "../../src/timescale/connect.ts";
import { migrate } from "../../src/timescale/migrate.ts";
import { startAppProcess, temporaryHome } from "../fixtures/app.ts";
import { testInBrowser, withBrowser } from "../fixtures/browser.ts";
import { MIGRATIONS } from "../fixtures/engines.ts";
import { fill } from "../fixtures/filled.ts";
import { ask, INGEST_COLUMNS } from "../fixtures/graphql.ts";
import { openPage, sendStep, settled } from "../fixtures/page.ts";
import { until } from "../fixtures/until.ts";

const KIB = 1_024;
const FIRST_LOAD_BYTES = 25 * KIB;
const WITH_PLOT_BYTES = 60 * KIB;
const STYLE_BYTES = 6 * KIB;
const NODES = 1_500;
const ALERTS = 100_000;
const HEAP_BYTES = 25 * KIB * KIB;

testInBrowser("budgets", async (t, executablePath) => {
  const home = await temporaryHome();
  await fillStore(home);
  const app = await startAppProcess(home);
  try {
    await sendStep(app.url, "looked-at");
    await sendSpike(app.url);
    await withBrowser({ executablePath }, async (browser) => {
      await t.step("bytes of scripts and styles", () => bytes(browser, app.url));
      await t.step(
        `${ALERTS} alerts: nodes of the document, and rows that are held`,
        () => manyAlerts(browser, app.url),
      );
      await t.step("an alert by its address: two requests beside the stream's", async () => {
        const number = await numberOf(app.url, "looked-at");
        const { page, asked, close } = await openPage(browser, `${app.url}/alerts/${number}`);
        await settled(page);
        await page.locator(".plot canvas").first().waitFor();
        assert.deepEqual(asked.filter((name) => name !== "Frame").sort(), ["Alert", "Picture"]);
        await close();
      });
      await t.step("a spike of one reading in 22,695 is seen at full width", () => spike(browser, app.url));
    });
  } finally {
    await app.end("SIGTERM");
    await rm(home, { recursive: true });
  }
});

async function fillStore(home: string): Promise<void> {
  const connection = await connectStore({
    databaseUrl: undefined,
    dataFolder: join(home, "store"),
    poolSize: 2,
    report: () => {},
  });
  await migrate(connection.sql, { folder: MIGRATIONS, report: () => {} });
  await fill(connection.sql, { batches: 100, events: 100, alerts: ALERTS, sensors: 500 });
  await connection.sql`UPDATE batch SET state = 'processed', finished_at = now() WHERE finished_at IS NULL`;
  await connection.close();
}

async function numberOf(url: string, sensor: string): Promise<number> {
  const { alerts } = await ask(
    url,
    `query ($sensor: String) { alerts(sensor: $sensor) { edges { node { number } } } }`,
    {
      sensor,
    },
  );
  return alerts.edges[0].node.number;
}

async function bytes(browser: Browser, url: string): Promise<void> {
  const sizes = { script: 0, style: 0 };
  const { page, close } = await openPage(browser, "about:blank");
  page.on("response", async (response) => {
    const { pathname } = new URL(response.url());
    if (pathname.endsWith(".js")) sizes.script += gzipSync(await response.body()).length;
    if (pathname.endsWith(".css")) sizes.style += gzipSync(await response.body()).length;
  });
  await page.goto(url);
  await settled(page);
  await page.waitForLoadState("networkidle");
  assert.ok(sizes.script > 0 && sizes.script <= FIRST_LOAD_BYTES, `${sizes.script} bytes of script`);
  assert.ok(sizes.style > 0 && sizes.style <= STYLE_BYTES, `${sizes.style} bytes of style`);
  sizes.script = 0;
  await page.goto(`${url}/alerts/${await numberOf(url, "looked-at")}`);
  await page.locator(".plot canvas").first().waitFor();
  await page.waitForLoadState("networkidle");
  // What the first load brought came out of the browser's cache: it counts all the same.
  assert.ok(sizes.script > 0 && sizes.script <= WITH_PLOT_BYTES, `${sizes.script} bytes of script with a plot`);
  await close();
}

/** Whether the rows in view are those of that place, and none is being read. */
const READ_IN_VIEW = `(() => {
  const rows = [...document.querySelectorAll(".row")];
  const top = document.querySelector(".window").scrollTop;
  const first = Number(rows[0]?.getAttribute("aria-posinset")) * rows[0]?.offsetHeight;
  return rows.length > 5 && Math.abs(first - top) < 500 && rows.every((row) => row.querySelector("time") !== null);
})()`;

async function manyAlerts(browser: Browser, url: string): Promise<void> {
  const { page, asked, close } = await openPage(browser, `${url}/alerts?state=all`);
  await settled(page);
  await page.getByText("100,0").first().waitFor();
  const nodes = () => page.evaluate("document.querySelectorAll('*').length") as Promise<number>;
  assert.ok(await nodes() <= NODES, `${await nodes()} nodes`);
  // Anywhere the scroll bar is let go, what is there is asked for once, with at most the page beside it.
  for (let part = 1; part <= 40; part++) {
    const before = asked.length;
    await page.locator(".window").evaluate((box, part) => {
      const view = box as unknown as { scrollTop: number; scrollHeight: number };
      view.scrollTop = view.scrollHeight * part / 41;
    }, part);
    await until("rows that are read", async () => await page.evaluate(READ_IN_VIEW) || undefined);
    assert.ok(asked.length - before <= 2, asked.slice(before).join());
  }
  assert.ok(await nodes() <= NODES, `${await nodes()} nodes further down`);
  const last = await page.evaluate("document.querySelector('.row').getAttribute('aria-setsize')");
  for (const [key, place] of [["G", last], ["k", String(Number(last) - 1)], ["g", "1"]] as const) {
    const before = asked.length;
    await page.keyboard.press(key);
    await page.locator(`.row[aria-selected="true"][aria-posinset="${place}"]`).waitFor();
    await page.locator(".found", { hasText: /match$/ }).waitFor();
    const read = asked.slice(before).filter((name) => name !== "Glance");
    assert.ok(read.length <= 2, `${key}: ${read.join()}`);
  }
  // A filter is asked of the service, once.
  const before = asked.length;
  await page.getByRole("button", { name: /^low/ }).click();
  await page.locator(".found", { hasText: /match$/ }).waitFor();
  await page.locator(".row time").first().waitFor();
  assert.deepEqual(asked.slice(before).filter((name) => name !== "Glance"), ["Triage"]);
  await page.keyboard.press("b");
  await page.locator(".row.asset").first().waitFor();
  assert.ok(await nodes() <= NODES, `${await nodes()} nodes by asset`);
  const heap = await heldBytes(page);
  assert.ok(heap <= HEAP_BYTES, `${heap} bytes are held`);
  await close();
}

/** Of the page's heap once what nobody needs has gone. */
async function heldBytes(page: Page): Promise<number> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("HeapProfiler.collectGarbage");
  return (await devtools.send("Runtime.getHeapUsage")).usedSize;
}

const SPIKE_READINGS = 22_695;

async function sendSpike(url: string): Promise<void> {
  const start = Date.parse("2024-01-01T00:00:00Z");
  for (let from = 0; from < SPIKE_READINGS; from += 10_000) {
    const places = Array.from({ length: Math.min(10_000, SPIKE_READINGS - from) }, (_, i) => from + i);
    const input = {
      source: "spike",
      idempotencyKey: `spike-${from}`,
      sensors: ["spike"],
      sensor: places.map(() => 0),
      time: places.map((place) => start + place * 60_000),
      value: places.map((place) => place === 11_111 ? 100 : 20 + Math.sin(place / 50)),
    };
    await ask(url, INGEST_COLUMNS, { input, wait: true });
  }
}

async function spike(browser: Browser, url: string): Promise<void> {
  const to = new Date(Date.parse("2024-01-01T00:00:00Z") + SPIKE_READINGS * 60_000).toISOString();
  const { page, close } = await openPage(browser, `${url}/sensors/spike?from=2024-01-01T00:00:00Z&to=${to}`);
  await page.locator(".plot canvas").first().waitFor();
  await page.getByText("to 100").first().waitFor();
  // Where the values lie between 30 and 90 there is nothing but the line up to the spike and back.
  const columns = await page.locator(".plot canvas").first().evaluate((element) => {
    // deno-lint-ignore no-explicit-any -- a canvas
    const canvas = element as any;
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d").getImageData(0, Math.floor(height * 0.3), width, 1);
    const dark = [];
    for (let x = Math.floor(width * 0.1); x < width * 0.98; x++) {
      if (data[4 * x + 3] > 0 && data[4 * x] < 190) dark.push(x / width);
    }
    return dark;
  });
  assert.ok(columns.length > 0 && columns.length < 30, `${columns.length} columns of pixels are drawn on`);
  await close();
}
