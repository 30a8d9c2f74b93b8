/** What guards expectations must not remake them by accident. */
import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { changedLines, GOLDEN_PARTS, goldenFile, type GoldenName } from "./parts.ts";

const NAMES = Object.keys(GOLDEN_PARTS) as GoldenName[];

async function golden(...args: string[]): Promise<{ code: number; text: string; touched: GoldenName[] }> {
  const written = () => Promise.all(NAMES.map(async (name) => (await stat(goldenFile(name))).mtimeMs));
  const before = await written();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "tests/golden/remake.ts", ...args],
    signal: AbortSignal.timeout(60_000),
  }).output();
  const after = await written();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  return { code, text, touched: NAMES.filter((_, i) => before[i] !== after[i]) };
}

Deno.test("asked for help or for nothing, the golden command prints its parts and touches none", async () => {
  for (const args of [["--help"], [], ["settings", "--help"]]) {
    const { code, text, touched } = await golden(...args);
    assert.deepEqual([code, touched], [0, []]);
    for (const name of NAMES) assert.match(text, new RegExp(`^  ${name} `, "m"));
  }
});

Deno.test("a golden part that there is not is refused, and those beside it are left alone", async () => {
  const { code, text, touched } = await golden("settings", "histories");
  assert.deepEqual([code, touched], [2, []]);
  assert.match(text, /no golden part "histories"/);
});

Deno.test("a golden file that is as the code makes it is not written again", async () => {
  assert.deepEqual((await golden("settings")).touched, []);
});

Deno.test("what differs from a golden file is shown as its changed lines, with few around them", () => {
  const lines = Array.from({ length: 200 }, (_, i) => `line ${i}`);
  const before = `${lines.join("\n")}\n`;
  const changes = changedLines("a/file", { before, after: before.replace("line 100\n", "other\n") });
  assert.match(changes, /^--- a\/file\tas committed\n\+\+\+ a\/file\tas this code makes it\n/);
  assert.match(changes, /\n line 99\n-line 100\n\+other\n line 101\n/);
  assert.ok(changes.split("\n").length < 12, changes);
  assert.equal(changedLines("a/file", { before, after: before }), "");
});
