/** Makes the curve of rarity anew, which the alarm budget reckons its lines by. */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { makeSet } from "../domain/detection/detector_set.ts";
import { DEFAULT_SETTINGS } from "../domain/detection/settings.ts";
import { CURVE_RARITIES, type CurveBand, measureRates } from "../evaluation/rarity_rates.ts";
import { createProgressLine } from "./progress_line.ts";

const USAGE = `usage: deno task curve [--seed 100] [--sensors 6000] [--days 30] [--out FILE]

Runs the detectors with the default settings over generated healthy sensors, and writes how many alerts per sensor-day reach each
rarity, by age of the sensor: src/domain/detection/rarity_curve.ts, unless --out names another file. To be made anew when detectors
or the default settings change; takes about two minutes.`;

const COMMITTED = fileURLToPath(new URL("../domain/detection/rarity_curve.ts", import.meta.url));

export async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: "string", default: "100" },
      sensors: { type: "string", default: "6000" },
      days: { type: "string", default: "30" },
      out: { type: "string", default: COMMITTED },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const [seed, sensors, days] = [values.seed, values.sensors, values.days].map(Number);
  if (![seed, sensors, days].every((n) => Number.isSafeInteger(n) && n > 0) || days < 15) {
    console.error(`--seed, --sensors and --days are whole numbers over 0, --days at least 15.\n\n${USAGE}`);
    return 2;
  }
  const progress = createProgressLine();
  const fleet = { set: makeSet(DEFAULT_SETTINGS), seed, sensors, days };
  const bands = measureRates(fleet, (done) => progress.show(`${done} of ${sensors} sensors`));
  progress.clear();
  const command = `deno task curve --seed ${seed} --sensors ${sensors} --days ${days}`;
  await writeFile(values.out, fileOf(bands, { command, version: DEFAULT_SETTINGS.version }));
  return 0;
}

function fileOf(bands: readonly CurveBand[], { command, version }: { command: string; version: string }): string {
  const rows = bands.map(({ fromDays, sensorDays, rates }) =>
    `  {\n    fromDays: ${fromDays},\n    sensorDays: ${sensorDays},\n    rarities: RARITIES,\n` +
    `    rates: [${falling(rates).join(", ")}],\n  },\n`
  );
  return `/**
 * Alerts per sensor-day that reach a rarity, by age of the sensor (sensor-days since it began to learn): healthy
 * sensors of src/evaluation/healthy_series.ts, settings "${version}".
 * Made by: ${command}
 */

export interface CurveBand {
  /** Sensor-days since the sensor began to learn, from which the band holds. */
  readonly fromDays: number;
  /** Sensor-days that were counted over. */
  readonly sensorDays: number;
  readonly rarities: readonly number[];
  /** Alerts per sensor-day at each rarity or over it. */
  readonly rates: readonly number[];
}

/** The first stands for every episode. */
const RARITIES = [${CURVE_RARITIES.join(", ")}];

// deno-fmt-ignore
export const RARITY_CURVE: readonly CurveBand[] = [
${rows.join("")}];
`;
}

/** Rates to four digits. Where the fleet is too small to show a next alert, the curve goes on falling. */
function falling(rates: readonly number[]): number[] {
  const shown: number[] = [];
  for (const [k, rate] of rates.entries()) {
    const before = shown.at(-1);
    const most = before === undefined ? Infinity : before * 0.999;
    const tail = before === undefined ? rate : before * (CURVE_RARITIES[k - 1] / CURVE_RARITIES[k]) ** 2;
    shown.push(Number((rate > 0 ? Math.min(rate, most) : Math.min(tail, most)).toPrecision(4)));
  }
  return shown;
}
