/** Scores CSV series with the detectors that run live. */
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { ASSET_DEFAULTS } from "../domain/detection/asset_settings.ts";
import { scoreAsset } from "../domain/detection/score_asset.ts";
import { beginOwnStart, pushOwnStart, SLOW_MS } from "../domain/detection/own_start.ts";
import { type Measure, scoreSeries } from "../domain/detection/score_series.ts";
import { defaultDocument } from "../domain/detection/settings_document.ts";
import { csvCell } from "../csv.ts";
import { type FileSettings, readSettingsFile } from "./settings_file.ts";
import { readSeriesFile, type SeriesFile, SeriesFileFaults } from "./series_file.ts";

const USAGE = `usage: deno task score --in PATH --out PATH [--settings FILE] [--quantity NAME] [--rarity]
       deno task score --forest --in FILE --out FILE [--seed 1] [--trees 100] [--sample 256]

Scores each row of a CSV file, or of every *.csv in a folder and the folders below it, from a fresh state per file and without looking ahead. Rows are
"timestamp,value" (the detectors of single sensors) or "timestamp,col1,col2,..." (the detectors of assets). The output has the columns timestamp
and score, one row per input row, 0 to 1. A file with bad rows is reported by name and line and left out; the others go on, and the exit code is 1.

  --rarity         write rarity R as R/(R+1) instead of the score: what the alarm budget ranks alerts by (one value per row only)
  --settings FILE  settings to be laid over those of this release, as JSON: what is to be changed of --print-config, or
                   what deno task settings export wrote; --config is the same
  --quantity NAME  what the sensors measure, for example temperature; generic when left out
  --print-config   print the settings of this release
  --forest         isolation forest over the rows of a table: see --forest --help`;

export async function run(args: string[]): Promise<number> {
  if (args.includes("--forest")) {
    return await (await import("./score_forest.ts")).runForest(args.filter((arg) => arg !== "--forest"));
  }
  const { values } = parseArgs({
    args,
    options: {
      in: { type: "string" },
      out: { type: "string" },
      settings: { type: "string" },
      config: { type: "string" },
      quantity: { type: "string" },
      rarity: { type: "boolean" },
      "print-config": { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (values["print-config"]) {
    console.log(JSON.stringify(defaultDocument(), undefined, 2));
    return 0;
  }
  if (values.in === undefined || values.out === undefined) {
    console.error(`--in and --out are both needed.\n\n${USAGE}`);
    return 2;
  }
  const mismatch = await outFault(values.in, values.out);
  if (mismatch !== undefined) {
    console.error(mismatch);
    return 2;
  }
  const settings = await readSettingsFile(values.settings ?? values.config, values.quantity);
  for (const { path, message } of settings.warnings) console.error(`warning: ${path}: ${message}`);
  const measure = values.rarity ? "rarity" : "score";
  return await scoreAll(await listPairs(values.in, values.out), { ...settings, measure });
}

/**
 * Files go to files, folders to folders; what is not there yet becomes the right one, unless its name says otherwise.
 */
async function outFault(from: string, to: string): Promise<string | undefined> {
  const there = await stat(to).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
  if ((await stat(from)).isDirectory()) {
    return there?.isFile() ? "--out is a file, and --in a folder: name another folder for its scores." : undefined;
  }
  return there?.isDirectory() || /[/\\]$/.test(to)
    ? `--out is a folder, and --in a file: name the file, for example ${join(to, basename(from))}`
    : undefined;
}

interface Pair {
  readonly from: string;
  readonly to: string;
}

/** A file and its target, or every CSV of a folder with its place in the mirrored one. */
async function listPairs(from: string, to: string): Promise<Pair[]> {
  if (!(await stat(from)).isDirectory()) return [{ from, to }];
  const names = (await readdir(from, { recursive: true })).filter((name) => name.endsWith(".csv")).sort();
  if (names.length === 0) throw new SeriesFileFaults(`There is no *.csv in ${from}.`);
  return names.map((name) => ({ from: join(from, name), to: join(to, name) }));
}

interface Scoring extends FileSettings {
  readonly measure: Measure;
}

async function scoreAll(pairs: readonly Pair[], scoring: Scoring): Promise<number> {
  let faulty = 0;
  for (const { from, to } of pairs) {
    try {
      const file = await readSeriesFile(from);
      if (scoring.measure === "rarity" && file.columns.length > 1) {
        throw new SeriesFileFaults(
          `${from}:1: rarity is that of single sensors, and this file has ${file.columns.length} columns`,
        );
      }
      const scores = scoreFile(file, scoring);
      await mkdir(dirname(to), { recursive: true });
      await writeFile(
        to,
        `timestamp,score\n${file.timestamps.map((time, i) => `${csvCell(time)},${scores[i]}\n`).join("")}`,
      );
    } catch (error) {
      if (!(error instanceof SeriesFileFaults)) throw error;
      console.error(error.message);
      faulty++;
    }
  }
  if (pairs.length > 1) console.error(`${pairs.length - faulty} of ${pairs.length} files scored.`);
  return faulty === 0 ? 0 : 1;
}

function scoreFile({ ts, columns }: SeriesFile, { set, asset, measure }: Scoring): ArrayLike<number> {
  if (columns.length === 1) return scoreSeries(set, { ts, value: columns[0] }, measure);
  const scores = scoreAsset(ts, columns, { ...ASSET_DEFAULTS, stream: asset });
  if (!isSlow(ts)) return scores;
  const ownStart = beginOwnStart(columns.length);
  const row = new Float64Array(columns.length);
  return Array.from(scores, (score, i) => {
    for (let c = 0; c < columns.length; c++) row[c] = columns[c][i];
    return Math.max(score, pushOwnStart(ownStart, row));
  });
}

/** By the first interval, since no row may be judged by what comes after it. */
function isSlow(ts: ArrayLike<number>): boolean {
  return ts.length > 1 && ts[1] - ts[0] >= SLOW_MS;
}
