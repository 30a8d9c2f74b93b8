/**
 * What Lighthouse says of the page at an address: `lighthouse.ts BROWSER ADDRESS`. Run by the bench of the page, which
 * keeps its packages to it.
 */
const [executablePath, url] = Deno.args;
/** Names that are only known when they are asked for, so that nobody else installs them. */
const LIGHTHOUSE = "npm:lighthouse@13.5.0";
const PUPPETEER = "npm:puppeteer-core@25.16.0";

try {
  const [{ default: run, desktopConfig }, { default: puppeteer }] = await Promise.all([
    import(LIGHTHOUSE),
    import(PUPPETEER),
  ]);
  const browser = await puppeteer.launch({ executablePath, args: Deno.uid() === 0 ? ["--no-sandbox"] : [] });
  for (const path of ["/", "/alerts"]) {
    const page = await browser.newPage();
    const { lhr } = await run(
      `${url}${path}`,
      { onlyCategories: ["performance", "accessibility"] },
      desktopConfig,
      page,
    );
    const { performance, accessibility } = lhr.categories;
    console.log(`Lighthouse ${path.padEnd(10)} performance ${performance.score}, accessibility ${accessibility.score}`);
    await page.close();
  }
  await browser.close();
} catch (error) {
  console.log(`Lighthouse was not run: ${(error as Error).message.split("\n")[0]}`);
}
Deno.exit(0);
