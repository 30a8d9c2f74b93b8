/**
 * How long the page takes on loopback, in a real browser: until something is painted, until the list and the plot are
 * there, from a key to the next paint; and what Lighthouse says, when its package can be fetched.
 */
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { withApp } from "../fixtures/app.ts";
import { findBrowser, withBrowser } from "../fixtures/browser.ts";
import { ask } from "../fixtures/graphql.ts";
import { openPage, sendPlant, settled } from "../fixtures/page.ts";

const LIGHTHOUSE = fileURLToPath(new URL("./lighthouse.ts", import.meta.url));
const ROUNDS = 5;
const KEYS = 40;

function median(values: readonly number[], part = 0.5): number {
  return [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))];
}

export async function run(): Promise<void> {
  const executablePath = findBrowser();
  if (executablePath === undefined) {
    console.log("The page was not measured: there is no Chromium on the path (apt-get install chromium).");
    return;
  }
  await withApp(async ({ url }) => {
    await sendPlant(url, 2);
    const { urgentAlerts } = await ask(url, "{ urgentAlerts(first: 1) { number } }");
    await withBrowser({ executablePath }, async (browser) => {
      console.log("page                          budget  median     p95");
      await report("first paint, ms", 400, await rounds(browser, `${url}/alerts?state=all`, firstPaint));
      await report("list there, ms", 700, await rounds(browser, `${url}/alerts?state=all`, untilThere(".row")));
      const address = `${url}/alerts/${urgentAlerts[0].number}`;
      await report("plot drawn, ms", 1_000, await rounds(browser, address, untilThere(".plot canvas")));
      await report("key to paint, ms", 33, await keyToPaint(browser, `${url}/alerts?state=all`));
      await report("frames while panning, ms", 33, await panning(browser, address));
    });
    // In a process of its own: what it needs is fetched for it alone, and stays out of the lock.
    await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "--no-lock", "--node-modules-dir=none", LIGHTHOUSE, executablePath, url],
      cwd: Deno.env.get("TMPDIR") ?? "/tmp",
      stdout: "inherit",
      stderr: "inherit",
    }).output();
  });
}

function report(name: string, budget: number, values: readonly number[]): void {
  const [middle, high] = [median(values), median(values, 0.95)].map((value) => value.toFixed(0).padStart(7));
  console.log(`${name.padEnd(30)}${String(budget).padStart(6)} ${middle} ${high}`);
}

async function rounds(
  browser: Browser,
  address: string,
  measure: (page: Page) => Promise<number>,
): Promise<number[]> {
  const values: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const { page, close } = await openPage(browser, address);
    values.push(await measure(page));
    await close();
  }
  return values;
}

async function firstPaint(page: Page): Promise<number> {
  await settled(page);
  return Number(await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"));
}

/** Time since the navigation began at which something is in the document. */
function untilThere(selector: string): (page: Page) => Promise<number> {
  return async (page) => {
    await page.locator(selector).first().waitFor();
    return Number(await page.evaluate("performance.now()"));
  };
}

async function keyToPaint(browser: Browser, address: string): Promise<number[]> {
  const { page, close } = await openPage(browser, address);
  await page.locator(".row").first().waitFor();
  const values = await page.evaluate(async (keys) => {
    // deno-lint-ignore no-explicit-any -- runs in the browser
    const { dispatchEvent, KeyboardEvent, requestAnimationFrame } = globalThis as any;
    const values: number[] = [];
    for (let i = 0; i < keys; i++) {
      const began = performance.now();
      dispatchEvent(new KeyboardEvent("keydown", { key: i % 2 === 0 ? "j" : "k", bubbles: true, cancelable: true }));
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      values.push(performance.now() - began);
    }
    return values;
  }, KEYS);
  await close();
  return values;
}

async function panning(browser: Browser, address: string): Promise<number[]> {
  const { page, close } = await openPage(browser, address);
  await page.locator(".plot canvas").first().waitFor();
  await page.evaluate(`
    globalThis.frames_ = [];
    let last = performance.now();
    const step = (now) => { globalThis.frames_.push(now - last); last = now; requestAnimationFrame(step); };
    requestAnimationFrame(step);
  `);
  for (let i = 0; i < 12; i++) {
    await page.keyboard.press(i % 2 === 0 ? "ArrowLeft" : "ArrowRight");
    await page.waitForTimeout(120);
  }
  const frames = await page.evaluate("globalThis.frames_") as number[];
  await close();
  return frames;
}
