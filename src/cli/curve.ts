/** Makes the curve of rarity anew, which the alarm budget reckons its lines by. */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { makeSet } from "../domain/detection/detector_set.ts";
import { DEFAULT_SETTINGS } from "../domain/detection/settings.ts";
import { ASSET_DEFAULTS } from "../domain/detection/asset_settings.ts";
import { BUDGETED_KINDS, type BudgetedKind, isBudgeted } from "../domain/detection/rarity.ts";
import { CURVE_AGES, CURVE_RARITIES, type CurveBand, measureRates } from "../evaluation/rarity_rates.ts";
import { createProgressLine } from "./progress_line.ts";

const USAGE = `usage: deno task curve [--kind anomaly] [--seed 100] [--subjects N] [--days N] [--out FILE]

Runs the detectors with the default settings over generated healthy sensors (anomaly, drift) or assets (asset_anomaly), and writes
how many alerts per sensor-day or asset-day reach each rarity, by age: src/domain/detection/rarity_curve*.ts, unless --out names
another file. To be made anew when detectors or the default settings change; takes some minutes.`;

interface Curve {
  readonly file: string;
  readonly constant: string;
  readonly subjects: string;
  readonly days: string;
  readonly about: string;
}

const CURVES: Readonly<Record<BudgetedKind, Curve>> = {
  anomaly: {
    file: "rarity_curve.ts",
    constant: "RARITY_CURVE",
    subjects: "6000",
    days: "30",
    about:
      ` * Alerts per sensor-day that reach a rarity, by age of the sensor (sensor-days since it began to learn): healthy
 * sensors of src/evaluation/healthy_series.ts`,
  },
  drift: {
    file: "rarity_curve_drift.ts",
    constant: "DRIFT_CURVE",
    subjects: "3000",
    days: "60",
    about:
      ` * Alerts of drift per day of a sensor that reach a rarity, by age of the sensor (days since it began to learn): healthy
 * sensors of src/evaluation/healthy_series.ts`,
  },
  asset_anomaly: {
    file: "rarity_curve_asset.ts",
    constant: "ASSET_CURVE",
    subjects: "2000",
    days: "30",
    about:
      ` * Alerts per asset-day that reach a rarity, by age of the asset (asset-days of 288 rows since it began to learn):
 * healthy assets of src/evaluation/healthy_assets.ts`,
  },
};

const FOLDER = new URL("../domain/detection/", import.meta.url);

export async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      kind: { type: "string", default: "anomaly" },
      seed: { type: "string", default: "100" },
      subjects: { type: "string" },
      days: { type: "string" },
      out: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const { kind } = values;
  if (!isBudgeted(kind)) {
    console.error(`--kind is one of ${BUDGETED_KINDS.join(", ")}.\n\n${USAGE}`);
    return 2;
  }
  const curve = CURVES[kind];
  const [seed, subjects, days] = [values.seed, values.subjects ?? curve.subjects, values.days ?? curve.days].map(
    Number,
  );
  const least = CURVE_AGES[kind].at(-1)! + 1;
  if (![seed, subjects, days].every((n) => Number.isSafeInteger(n) && n > 0) || days < least) {
    console.error(`--seed, --subjects and --days are whole numbers over 0, --days at least ${least}.\n\n${USAGE}`);
    return 2;
  }
  const progress = createProgressLine();
  const fleet = { kind, set: makeSet(DEFAULT_SETTINGS), seed, subjects, days };
  const bands = measureRates(fleet, (done) => progress.show(`${done} of ${subjects}`));
  progress.clear();
  const command = `deno task curve --kind ${kind} --seed ${seed} --subjects ${subjects} --days ${days}`;
  const version = kind === "asset_anomaly" ? ASSET_DEFAULTS.version : DEFAULT_SETTINGS.version;
  await writeFile(values.out ?? fileURLToPath(new URL(curve.file, FOLDER)), fileOf(bands, { curve, command, version }));
  return 0;
}

interface Made {
  readonly curve: Curve;
  readonly command: string;
  readonly version: string;
}

function fileOf(bands: readonly CurveBand[], { curve, command, version }: Made): string {
  const rows = bands.map(({ fromDays, sensorDays, rates }) =>
    `  {\n    fromDays: ${fromDays},\n    sensorDays: ${sensorDays},\n    rarities: RARITIES,\n` +
    `    rates: [${falling(rates).join(", ")}],\n  },\n`
  );
  const ofBand = curve.file === "rarity_curve.ts" ? INTERFACE : 'import type { CurveBand } from "./rarity_curve.ts";\n';
  return `/**
${curve.about}, settings "${version}".
 * Made by: ${command}
 */
${ofBand}
/** The first stands for every episode. */
const RARITIES = [${CURVE_RARITIES.join(", ")}];

// deno-fmt-ignore
export const ${curve.constant}: readonly CurveBand[] = [
${rows.join("")}];
`;
}

const INTERFACE = `
export interface CurveBand {
  /** Sensor-days since the sensor began to learn, from which the band holds. */
  readonly fromDays: number;
  /** Sensor-days that were counted over. */
  readonly sensorDays: number;
  readonly rarities: readonly number[];
  /** Alerts per sensor-day at each rarity or over it. */
  readonly rates: readonly number[];
}
`;

/**
 * Rates to four digits. Where the fleet is too small to show a next alert, the curve goes on falling; a band without
 * any has hardly one.
 */
function falling(rates: readonly number[]): number[] {
  const shown: number[] = [];
  for (const [k, rate] of rates.entries()) {
    const before = shown.at(-1);
    const most = before === undefined ? Infinity : before * 0.999;
    const tail = before === undefined
      ? Math.max(rate, 1e-6)
      : before * (CURVE_RARITIES[k - 1] / CURVE_RARITIES[k]) ** 2;
    shown.push(Number((rate > 0 ? Math.min(rate, most) : Math.min(tail, most)).toPrecision(4)));
  }
  return shown;
}
