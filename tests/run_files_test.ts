/** Who has broken a test sees the failure, and not the tests that pass. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { countsOf, type FilesRun, runFiles } from "./run_files.ts";

const PASSING = Array.from({ length: 50 }, (_, i) => `Deno.test("passes ${i}", () => console.log("noise"));`).join(
  "\n",
);

/** Runs a test file of these lines. */
async function runText(text: string, limitMs = 60_000): Promise<FilesRun> {
  const folder = await mkdtemp(join(tmpdir(), "millwright-run-"));
  try {
    const file = join(folder, "some_test.ts");
    await writeFile(file, text);
    return await runFiles([file], { folder, environment: {}, parallel: false, limitMs });
  } finally {
    await rm(folder, { recursive: true });
  }
}

Deno.test("of a file that fails, each failure is shown with its message, its cause and its place, and nothing of what passes", async () => {
  const { passed, failed, failures } = await runText(`${PASSING}
Deno.test("breaks", () => { throw new Error("outer <&>", { cause: new Error("inner") }); });
Deno.test("has steps", async (t) => {
  await t.step("one", () => {});
  await t.step("two", () => { throw new Error("in a step"); });
});`);
  assert.deepEqual([passed, failed], [51, 3]);
  for (
    const text of ["breaks => ", "some_test.ts:51:6", "outer <&>", "Caused by: Error: inner", "two => ", "in a step"]
  ) {
    assert.ok(failures.includes(text), `${text} is not in:\n${failures}`);
  }
  for (const text of ["passes", "noise", "ext:"]) assert.ok(!failures.includes(text), failures);
  assert.ok(failures.split("\n").length < 20, failures);
});

Deno.test("a file that passes shows nothing", async () => {
  const { passed, failed, failures } = await runText(PASSING);
  assert.deepEqual([passed, failed, failures], [50, 0, ""]);
});

Deno.test("a file that breaks outside of its tests is a failure, and shows its end", async () => {
  for (const text of [`${PASSING}\nthrow new Error("at the top");`, `Deno.exit(3);`, "const x = ;"]) {
    const { failed, failures } = await runText(text);
    assert.equal(failed, 1, text);
    assert.notEqual(failures, "", text);
  }
});

Deno.test("a file that does not come to its end is ended, with what it started, and says so", async () => {
  const text = `Deno.test("waits for ever", async () => {
    const child = new Deno.Command("sleep", { args: ["600"], stdout: "inherit" }).spawn();
    await child.status;
  });`;
  const { failed, failures, seconds } = await runText(text, 4_000);
  assert.equal(failed, 1);
  assert.match(failures, /did not end within 4 s: some wait in it has no bound/);
  assert.ok(seconds < 20);
});

Deno.test("a report that was not written to its end counts nothing", () => {
  assert.deepEqual(countsOf(""), { passed: 0, failed: 0, notRun: 0 });
  assert.deepEqual(countsOf(`<testsuites name="x" tests="5" failures="1" errors="1" time="0">`), {
    passed: 3,
    failed: 2,
    notRun: 0,
  });
});
