/** Makes the pictures of the page in docs/images, on a service of its own that the sample plant has filled. */
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { withApp } from "../fixtures/app.ts";
import { findBrowser, withBrowser } from "../fixtures/browser.ts";
import { ask } from "../fixtures/graphql.ts";
import { openPage, sendPlant, settled } from "../fixtures/page.ts";
import { HISTORY_DAYS } from "../../src/cli/plant_feed.ts";

const FOLDER = fileURLToPath(new URL("../../docs/images/", import.meta.url));

const executablePath = findBrowser();
if (executablePath === undefined) {
  console.error("There is no Chromium on the path: apt-get install chromium");
  Deno.exit(1);
}
await mkdir(FOLDER, { recursive: true });
await withApp(async ({ url }) => {
  await sendPlant(url, HISTORY_DAYS);
  const { urgentAlerts } = await ask(url, "{ urgentAlerts(first: 20) { number sensor { key } } }");
  const alert = urgentAlerts.find(({ sensor }: { sensor: { key: string } }) => sensor.key === "pump-7.bearing") ??
    urgentAlerts[0];
  await withBrowser({ executablePath }, async (browser) => {
    for (
      const [name, path, colorScheme] of [["plant", "/", "light"], [
        "alert",
        `/alerts/${alert.number}`,
        "dark",
      ]] as const
    ) {
      const { page, close } = await openPage(browser, `${url}${path}`, { colorScheme, width: 1_280, height: 720 });
      await settled(page);
      if (name === "alert") await page.locator(".plot canvas").nth(1).waitFor();
      await page.screenshot({ path: `${FOLDER}${name}.png` });
      console.log(`docs/images/${name}.png`);
      await close();
    }
  });
});
