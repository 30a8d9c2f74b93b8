/** How the page goes over HTTP: what it was built from, caching, compression, and what it may load. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { buildPage } from "../../src/page/build_page.ts";
import { servePage } from "../../src/page/serve_page.ts";

const get = (path: string, headers: Record<string, string> = {}) =>
  new Request(`http://localhost${path}`, { headers: { accept: "text/html", ...headers } });

Deno.test({
  name: "the page over HTTP",
  // esbuild's process outlives the test by some milliseconds.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const folder = await mkdtemp(join(tmpdir(), "millwright-page-"));
    try {
      const [built, again] = await Promise.all([buildPage(folder), buildPage(folder)]);
      const serve = servePage(Promise.resolve(built));
      const answer = async (path: string, headers?: Record<string, string>) => (await serve(get(path, headers)))!;

      await t.step("two that build it at once end with the same, and leave nothing behind", async () => {
        assert.equal(built.version, again.version);
        assert.deepEqual(await readdir(folder), [`page-${built.version}`]);
      });
      await t.step("a folder that is named from where the service was started is that one", async () => {
        const named = relative(Deno.cwd(), join(folder, "named"));
        assert.equal((await buildPage(named)).version, built.version);
        assert.deepEqual(await readdir(join(folder, "named")), [`page-${built.version}`]);
        await rm(join(folder, "named"), { recursive: true });
      });
      await t.step("built before, it is read", async () => {
        assert.deepEqual([...(await buildPage(folder)).files.keys()].sort(), [...built.files.keys()].sort());
      });
      await t.step("the document loads from here alone, and holds no script", async () => {
        const response = await answer("/");
        const text = await response.text();
        const policy = response.headers.get("content-security-policy")!;
        assert.match(policy, /default-src 'self'/);
        assert.doesNotMatch(policy, /unsafe/);
        assert.doesNotMatch(text, /<script(?![^>]*\bsrc=)|\son\w+=|https?:\/\/(?!www\.w3\.org)/);
        assert.equal(response.headers.get("cache-control"), "no-cache");
      });
      await t.step("its files never change under their names", async () => {
        const response = await answer(`/page/${built.script}`);
        assert.match(response.headers.get("cache-control")!, /immutable/);
        assert.match(response.headers.get("content-type")!, /javascript/);
        await response.body?.cancel();
      });
      await t.step("what a browser has is not sent again", async () => {
        const first = await answer("/");
        await first.body?.cancel();
        const second = await answer("/", { "if-none-match": first.headers.get("etag")! });
        assert.deepEqual([second.status, await second.text()], [304, ""]);
      });
      await t.step("it goes compressed to who takes it so", async () => {
        const packed = await answer(`/page/${built.script}`, { "accept-encoding": "gzip, br" });
        const plain = await answer(`/page/${built.script}`, { "accept-encoding": "identity" });
        assert.equal(packed.headers.get("content-encoding"), "gzip");
        const unpacked = packed.body!.pipeThrough(new DecompressionStream("gzip"));
        assert.equal(await new Response(unpacked).text(), await plain.text());
      });
      await t.step("addresses of screens get the document, others get it with 404", async () => {
        const statuses = await Promise.all(
          ["/", "/plant/a%2Fb", "/alerts/3", "/nowhere", "/page/missing.js"].map(async (path) => {
            const response = await answer(path);
            await response.body?.cancel();
            return response.status;
          }),
        );
        assert.deepEqual(statuses, [200, 200, 200, 404, 404]);
      });
      await t.step("an address names all the scripts that it will ask for, and no others", async () => {
        const named = async (path: string) => {
          const text = await (await answer(path)).text();
          return Array.from(text.matchAll(/rel="modulepreload" href="\/page\/([^"]+)"/g), ([, name]) => name);
        };
        for (const path of ["/", "/alerts", "/alerts/3", "/sensors/a", "/system", "/nowhere"]) {
          for (const name of await named(path)) assert.ok(built.files.has(name), name);
        }
        assert.ok((await named("/alerts")).some((name) => name.startsWith("triage-")));
        assert.ok(!(await named("/alerts")).some((name) => name.startsWith("chart-")));
        assert.ok((await named("/alerts/3")).some((name) => name.startsWith("chart-")));
        assert.ok(!(await named("/nowhere")).some((name) => /^(triage|plant|chart)-/.test(name)));
      });
      await t.step("programs that ask for no page get none", async () => {
        assert.equal(await serve(get("/", { accept: "application/json" })), undefined);
        assert.equal(await serve(new Request("http://localhost/", { method: "POST" })), undefined);
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  },
});

Deno.test("a page that could not be built says why, and nothing else stops for it", async () => {
  const serve = servePage(Promise.reject(new Error("no room on the disk")));
  const response = (await serve(get("/")))!;
  assert.equal(response.status, 503);
  assert.match(await response.text(), /no room on the disk/);
});
