import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runForest } from "../../src/cli/score_forest.ts";
import { evaluateOutliers } from "../../src/evaluation/outliers.ts";
import { missedAt, rocAuc } from "../../src/evaluation/roc_auc.ts";
import { seededRandom } from "../../src/domain/detection/stats/random.ts";

/** 300 rows about 0, every 30th far from it. */
function table(): string {
  const random = seededRandom(6);
  const rows = Array.from({ length: 300 }, (_, i) => {
    const far = i % 30 === 0 ? 6 : 0;
    return `${random() + far},${random() - far},${far === 0 ? 0 : 1}`;
  });
  return ["f1,f2,label", ...rows, ""].join("\r\n");
}

async function withFolder(files: Record<string, string>, body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "outliers-"));
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    await body(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What `body` writes to the console's error stream. */
async function errorsOf(body: () => Promise<void>): Promise<string> {
  const original = console.error;
  const lines: unknown[] = [];
  console.error = (...parts: unknown[]) => lines.push(...parts);
  try {
    await body();
  } finally {
    console.error = original;
  }
  return lines.join("\n");
}

Deno.test("plain outliers are found by every method, and the same figures come again", async () => {
  await withFolder({ "plain.csv": table(), "README.md": "not data" }, async (folder) => {
    const told: string[] = [];
    const figures = await evaluateOutliers(folder, (done, of) => told.push(`${done}/${of}`));
    assert.deepEqual(told, ["0/1", "1/1"]);
    const [{ set, rows, features, outliers, forest, forestMean, forestDeviation, robustZ, mahalanobis }] = figures;
    assert.deepEqual([set, rows, features, outliers], ["plain", 300, 2, 10]);
    for (const auc of [forest, forestMean, robustZ, mahalanobis]) assert.ok(auc > 0.99, `${auc}`);
    assert.ok(forestDeviation < 0.01);
    assert.deepEqual(await evaluateOutliers(folder, () => {}), figures);
  });
});

Deno.test("the area under the curve counts ties half, and the threshold at a false-alarm rate keeps to it", () => {
  assert.equal(rocAuc(Float64Array.of(1, 2, 3, 4), Uint8Array.of(0, 0, 1, 1)), 1);
  assert.equal(rocAuc(Float64Array.of(4, 3, 2, 1), Uint8Array.of(0, 0, 1, 1)), 0);
  assert.equal(rocAuc(Float64Array.of(1, 1, 1, 1), Uint8Array.of(0, 1, 0, 1)), 0.5);
  assert.equal(rocAuc(Float64Array.of(1, 2, 2, 3), Uint8Array.of(0, 0, 1, 1)), 0.875);
  const scores = Float64Array.from({ length: 20 }, (_, i) => i % 10);
  const labels = Uint8Array.from({ length: 20 }, (_, i) => i < 10 ? 0 : 1);
  assert.equal(missedAt(0.2, { scores, labels }), 0.8);
});

Deno.test("score --forest writes one score a row, the same for the same seed, whatever the labels", async () => {
  await withFolder({ "a.csv": table(), "b.csv": table().replaceAll(/,[01]\r/g, ",\r") }, async (folder) => {
    const at = (name: string) => join(folder, name);
    const scored = async (from: string, to: string, ...more: string[]) => {
      let code = -1;
      await errorsOf(async () => {
        code = await runForest(["--forest", "--in", at(from), "--out", at(to), "--trees", "30", ...more]);
      });
      assert.equal(code, 0);
      return await readFile(at(to), "utf8");
    };
    const first = await scored("a.csv", "1.csv");
    const lines = first.trimEnd().split("\n");
    assert.equal(lines[0], "score");
    assert.equal(lines.length, 301);
    assert.ok(lines.slice(1).every((line) => Number(line) > 0 && Number(line) < 1));
    assert.equal(await scored("b.csv", "2.csv"), first);
    assert.equal(await scored("a.csv", "3.csv", "--seed", "1"), first);
    assert.notEqual(await scored("a.csv", "4.csv", "--seed", "2"), first);
  });
});

Deno.test("score --forest names every bad row by file and line and writes nothing", async () => {
  const text = "f1,f2\n1,2\n3,x\n4,5,6\nInfinity,1\n7,8\n";
  await withFolder({ "bad.csv": text, "numbers.csv": "1,2\n3,4\n" }, async (folder) => {
    const out = join(folder, "out.csv");
    const errorsFor = (name: string) =>
      errorsOf(async () => assert.equal(await runForest(["--in", join(folder, name), "--out", out]), 1));
    const errors = await errorsFor("bad.csv");
    assert.match(errors, /bad\.csv:3: f2 is "x", not a finite number/);
    assert.match(errors, /bad\.csv:4: 3 columns, the header has 2/);
    assert.match(errors, /bad\.csv:5: f1 is "Infinity"/);
    assert.match(await errorsFor("numbers.csv"), /numbers\.csv:1: numbers where the column names belong/);
    assert.match(await errorsFor("absent.csv"), /absent\.csv: cannot be read/);
    await assert.rejects(readFile(out), /ENOENT/);
  });
});

Deno.test("score --forest refuses wrong options and says how it is used", async () => {
  for (const args of [[], ["--in", "a"], ["--in", "a", "--out", "b", "--seed", "x"], ["--wrong"]]) {
    const errors = await errorsOf(async () => assert.equal(await runForest(args), 2));
    assert.match(errors, /usage: deno task score --forest/);
  }
});
