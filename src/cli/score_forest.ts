/** `score --forest`: an isolation forest fitted on all rows of a CSV, and a score for each. */
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { fitForest, FOREST_DEFAULTS, scoreRows } from "../domain/detection/detectors/isolation_forest.ts";
import { FeatureFileError, readFeatureRows } from "../evaluation/feature_rows.ts";

const USAGE =
  `usage: deno task score --forest --in FILE --out FILE [--seed ${FOREST_DEFAULTS.seed}] [--trees ${FOREST_DEFAULTS.trees}] [--sample ${FOREST_DEFAULTS.sample}]

Fits an isolation forest on all rows of FILE, a CSV with a header and one column a feature, and writes a CSV with the
header "score" and one score a row, in order: 0 to 1, 0.5 is a row like most, towards 1 is unlike all others. A last
column named "label" is ignored. Equal seeds give equal scores to the last bit.

  --in FILE     rows of features
  --out FILE    where the scores go; overwritten
  --seed N      whole number from which every draw follows
  --trees N     trees in the forest
  --sample N    rows a tree is grown on`;

/** Exit code 0 when every row has its score, 1 when a file was bad (nothing is written then), 2 for wrong options. */
export async function runForest(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (options === "help") {
    console.log(USAGE);
    return 0;
  }
  if (typeof options === "string") {
    console.error(`${options}\n\n${USAGE}`);
    return 2;
  }
  try {
    const { features, values } = await readFeatureRows(options.from);
    const { seed, trees, sample } = options;
    const forest = fitForest(values, { features: features.length, seed, trees, sample });
    await writeFile(options.to, `score\n${Array.from(scoreRows(forest, values), (score) => `${score}\n`).join("")}`);
    console.error(`${options.to}: ${values.length / features.length} scores from ${features.length} features`);
    return 0;
  } catch (error) {
    if (!(error instanceof FeatureFileError || error instanceof RangeError || isFileError(error))) throw error;
    console.error(error instanceof RangeError ? `${options.from}: ${error.message}` : error.message);
    return 1;
  }
}

interface ForestOptions {
  readonly from: string;
  readonly to: string;
  readonly seed: number;
  readonly trees: number;
  readonly sample: number;
}

/** The options, "help", or what is wrong with them. */
function readOptions(args: string[]): ForestOptions | string {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        forest: { type: "boolean" },
        in: { type: "string" },
        out: { type: "string" },
        seed: { type: "string", default: String(FOREST_DEFAULTS.seed) },
        trees: { type: "string", default: String(FOREST_DEFAULTS.trees) },
        sample: { type: "string", default: String(FOREST_DEFAULTS.sample) },
        help: { type: "boolean", short: "h" },
      },
    }));
  } catch (error) {
    return (error as Error).message;
  }
  if (values.help) return "help";
  if (values.in === undefined) return "--in FILE is missing.";
  if (values.out === undefined) return "--out FILE is missing.";
  for (const name of ["seed", "trees", "sample"] as const) {
    if (!/^-?\d+$/.test(values[name])) return `--${name} must be a whole number, not ${JSON.stringify(values[name])}.`;
  }
  const { seed, trees, sample } = values;
  return { from: values.in, to: values.out, seed: Number(seed), trees: Number(trees), sample: Number(sample) };
}

/** What the file system refuses has a code; anything else is a fault of the program and is not caught. */
function isFileError(error: unknown): error is Error {
  return error instanceof Error && "code" in error && "syscall" in error;
}
