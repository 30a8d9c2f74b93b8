import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { evaluateSkab } from "../../src/evaluation/skab.ts";
import { readSkab } from "../../src/evaluation/skab_files.ts";
import { seededRandom } from "../../src/domain/detection/stats/random.ts";

const HEADER = "datetime;Flow;Heat;anomaly;changepoint";

/** An experiment of 700 rows: a steady flow that falls by `fall` in rows 500 to 599, and a heat that drifts. */
function experiment(seed: number, fall: number): string {
  const random = seededRandom(seed);
  let heat = 70;
  const lines = Array.from({ length: 700 }, (_, i) => {
    const anomalous = i >= 500 && i < 600;
    heat += 0.1 * (random() - 0.5);
    const time = new Date(Date.UTC(2020, 2, 9, 10, 0, i)).toISOString().slice(0, 19).replace("T", " ");
    return `${time};${32 + random() - (anomalous ? fall : 0)};${heat};${anomalous ? "1.0" : "0.0"};0.0`;
  });
  return [HEADER, ...lines, ""].join("\n");
}

async function withFolder(files: Record<string, string>, body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "skab-"));
  try {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(join(folder, name, ".."), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    await body(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

Deno.test("the asset stream finds the falls of a flow that a plain T-squared loses in a drift", async () => {
  const files = {
    "valve/0.csv": experiment(1, 2),
    "valve/1.csv": experiment(2, 1),
    "other/0.csv": experiment(3, 3),
    "free/free.csv": "datetime;Flow;Heat\n2020-03-09 10:00:00;1;2\n",
    "README.md": "not data",
  };
  await withFolder(files, async (folder) => {
    const told: string[] = [];
    const figures = await evaluateSkab(folder, (done, of) => told.push(`${done}/${of}`));
    assert.deepEqual(told, ["0/3", "1/3", "2/3", "3/3"]);
    assert.equal(figures.rows, 900);
    assert.equal(figures.anomalousRows, 300);
    const [ensemble, withoutForest, stream, ...others] = figures.methods;
    assert.equal(stream.method, "asset stream");
    for (const { method, aucPooled } of [ensemble, withoutForest]) {
      assert.ok(aucPooled > 0.95, `${method}: ${aucPooled}`);
    }
    assert.ok(stream.aucPooled > 0.95 && stream.marAtFar < 0.1, JSON.stringify(stream));
    const hotelling = others.find(({ method }) => method.startsWith("T-squared"));
    assert.ok(hotelling && hotelling.aucPooled < stream.aucPooled, JSON.stringify(hotelling));
    for (const { atTraining: { f1, far, mar } } of figures.methods) {
      for (const share of [f1, far, mar]) assert.ok(share >= 0 && share <= 1);
    }
    assert.deepEqual(Object.keys(figures.byFile), ["other/0.csv", "valve/0.csv", "valve/1.csv"]);
    assert.deepEqual(await evaluateSkab(folder, () => {}), figures);
  });
});

Deno.test("a bad row is named by file and line, and an empty folder is no result", async () => {
  const broken = experiment(1, 2).split("\n");
  broken[9] = broken[9].replace(";0.0;0.0", ";0.0");
  await withFolder({ "valve/0.csv": broken.join("\n") }, async (folder) => {
    await assert.rejects(readSkab(folder), /valve\/0\.csv:10: not a time and 4 numbers/);
  });
  await withFolder({ "README.md": "" }, async (folder) => {
    await assert.rejects(readSkab(folder), /no <group>\/<file>\.csv with a column "anomaly"/);
  });
});
