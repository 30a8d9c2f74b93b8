/** Detection quality on public data sets, beside what others reach on them. */
import { access, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { compareFigures, type Figure, nabFigures, outlierFigures, skabFigures } from "../evaluation/figures.ts";
import { readNab } from "../evaluation/nab_files.ts";
import { evaluateOutliers } from "../evaluation/outliers.ts";
import { evaluateSkab } from "../evaluation/skab.ts";
import { evaluateFleet } from "./evaluate_fleet.ts";
import { createProgressLine } from "./progress_line.ts";
import { type FileSettings, readSettingsFile } from "./settings_file.ts";

const USAGE = `usage: deno task evaluate --data DIR [--settings FILE] [--fleet] [--out FILE] [--accept]

Runs the live detectors, with one set of parameters and no look ahead, over what DIR holds of
  nab/       the Numenta Anomaly Benchmark: data/ and labels/combined_windows.json
  skab/      the Skoltech Anomaly Benchmark: valve1/, valve2/, other/
  outliers/  CSV files whose last column is label
and prints our figures beside those of others, and beside the committed ones: the exit code is 1 when one of them got worse.

  --fleet     the fleet too: share of faults found at rates of false alerts per sensor-day, by score and by rarity, over nab/, skab/
              and generated healthy sensors; generated faults; and whether alarm budgets hold
  --settings FILE  settings to be laid over those of this release, as for deno task score; the fleet goes by the release's
  --out FILE  write the figures as JSON
  --accept    make these figures the committed ones (tests/golden/detection.json)`;

const COMMITTED = fileURLToPath(new URL("../../tests/golden/detection.json", import.meta.url));

export async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      data: { type: "string" },
      fleet: { type: "boolean" },
      out: { type: "string" },
      settings: { type: "string" },
      accept: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (values.data === undefined) {
    console.error(`--data is needed.\n\n${USAGE}`);
    return 2;
  }
  if (values.settings !== undefined && values.accept) {
    console.error("The committed figures are those of this release's own settings: --accept goes without --settings.");
    return 2;
  }
  const settings = await readSettingsFile(values.settings);
  for (const { path, message } of settings.warnings) console.error(`warning: ${path}: ${message}`);
  const figures = await measure(values.data, { ...settings, fleet: values.fleet === true });
  if (figures.length === 0) {
    console.error(`${values.data} holds none of nab/, skab/ and outliers/.`);
    return 2;
  }
  printFigures(figures);
  const json = `${JSON.stringify(Object.fromEntries(figures.map(({ name, value }) => [name, value])), undefined, 2)}\n`;
  if (values.out !== undefined) await writeFile(values.out, json);
  const committed = JSON.parse(await readFile(COMMITTED, "utf8"));
  if (values.accept) {
    // What was not measured this time stays.
    Object.assign(committed, JSON.parse(json));
    await writeFile(COMMITTED, `${JSON.stringify(committed, undefined, 2)}\n`);
  }
  return printChanges(figures, committed) ? 1 : 0;
}

async function measure(
  folder: string,
  { set, asset, fleet }: FileSettings & { readonly fleet: boolean },
): Promise<Figure[]> {
  const progress = createProgressLine();
  const [nab, skab, outliers] = ["nab", "skab", "outliers"].map((name) => join(folder, name));
  const figures: Figure[] = [];
  if (await exists(nab)) {
    progress.show("NAB");
    figures.push(...nabFigures(await readNab(nab), set));
  }
  if (await exists(skab)) {
    const show = (done: number, of: number) => progress.show(`SKAB: ${done} of ${of} files`);
    figures.push(...skabFigures(await evaluateSkab(skab, show, asset)));
  }
  if (await exists(outliers)) {
    figures.push(
      ...outlierFigures(
        await evaluateOutliers(outliers, (done, of) => progress.show(`outlier sets: ${done} of ${of}`)),
      ),
    );
  }
  progress.clear();
  if (fleet) {
    const there = async (path: string) => await exists(path) ? path : undefined;
    figures.push(...await evaluateFleet({ nab: await there(nab), skab: await there(skab) }, { set, progress }));
  }
  return figures;
}

function printFigures(figures: readonly Figure[]): void {
  const width = Math.max(...figures.map(({ name }) => name.length));
  for (const { name, value, anchors } of figures) {
    console.log(`${name.padEnd(width)}  ${shown(value).padStart(7)}  ${anchors}`);
  }
}

/** Prints what changed against the committed figures; true when something got worse. */
function printChanges(figures: readonly Figure[], committed: Record<string, number>): boolean {
  const changes = compareFigures(figures, committed);
  if (changes.length === 0) {
    console.log("\nThe same as the committed figures.");
    return false;
  }
  console.log("\nAgainst the committed figures:");
  for (const { name, before, now, worse } of changes) {
    console.log(`  ${worse ? "worse " : "better"}  ${name}: ${shown(before)} -> ${shown(now)}`);
  }
  return changes.some(({ worse }) => worse);
}

function shown(value: number): string {
  return Math.abs(value) > 1.5 ? value.toFixed(2) : value.toFixed(4);
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(() => true, () => false);
}
