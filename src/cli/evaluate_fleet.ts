/** The fleet's part of `deno task evaluate`: found faults at rates of false alerts, and the alarm budget. */
import type { DetectorSet } from "../domain/detection/detector_set.ts";
import { READINGS_PER_DAY } from "../domain/detection/rarity.ts";
import type { Figure } from "../evaluation/figures.ts";
import {
  type BudgetRow,
  budgetTable,
  type FaultRow,
  faultTable,
  fleetFigures,
  type FrocRow,
  frocTable,
} from "../evaluation/fleet.ts";
import { assetFaultTable, samplePlantAlarms } from "../evaluation/faulty_assets.ts";
import { type FleetSensor, healthyFleet, nabFleet, skabFleet } from "../evaluation/fleet_files.ts";
import { FROC_RATES } from "../evaluation/froc.ts";

/** None of these is a seed that the curve of rarity is made from. */
const HEALTHY = { seed: 1, sensors: 200, readings: 30 * READINGS_PER_DAY };
const FAULTY = { seed: 2, sensors: 300, days: 30 };
const BUDGETS = { seeds: [3, 4, 5], budgets: [20, 6, 2], sensors: 200, assets: 20, days: 45 };

const ASSETS = { seed: 6, assets: 240, days: 30 };
const SAMPLE = { seeds: [21, 22, 23], days: 8, intervalMs: 60_000 };

export interface FleetFolders {
  readonly nab: string | undefined;
  readonly skab: string | undefined;
}

/** Prints its tables, and answers the figures that are compared. */
export async function evaluateFleet(
  { nab, skab }: FleetFolders,
  { set, progress }: { set: DetectorSet; progress: { show(text: string): void; clear(): void } },
): Promise<Figure[]> {
  progress.show("fleet: scores");
  const ofNab = nab === undefined ? [] : await nabFleet(nab);
  const ofSkab = skab === undefined ? [] : await skabFleet(skab);
  const fleets: Record<string, FleetSensor[]> = {
    all: [...ofNab, ...ofSkab, ...healthyFleet(HEALTHY)],
    NAB: ofNab,
    SKAB: ofSkab,
  };
  const froc = frocTable(fleets, set);
  progress.show("fleet: generated faults");
  const faults = faultTable(FAULTY, set);
  const budgets = budgetTable(BUDGETS, { set, progress: (seed) => progress.show(`fleet: budgets, seed ${seed}`) });
  progress.show("fleet: assets");
  const ofAssets = assetFaultTable(ASSETS);
  const sample = samplePlantAlarms(SAMPLE);
  progress.clear();
  printFroc(froc);
  printFaults(faults);
  printBudgets(budgets);
  printAssets(ofAssets, sample);
  return fleetFigures({ froc, budgets });
}

function printAssets(
  { rows, falsePerDay }: ReturnType<typeof assetFaultTable>,
  { first, later }: ReturnType<typeof samplePlantAlarms>,
): void {
  console.log(
    `Assets without a budget: ${falsePerDay.toFixed(3)} false alerts an asset-day on ${ASSETS.assets} generated ones;`,
  );
  console.log(`on the healthy sample plant ${first.toFixed(3)} in its first two days, ${later.toFixed(3)} behind them`);
  for (const { fault, assets, found } of rows) {
    console.log(`${`${fault} (${assets})`.padEnd(16)}${(100 * found / assets).toFixed(0).padStart(6)} % found`);
  }
  console.log();
}

const RATES = FROC_RATES.map((rate) => String(rate).padStart(6)).join("");

function printFroc(rows: readonly FrocRow[]): void {
  console.log(`Windows found (%) at false alerts per sensor-day of\n${"".padEnd(16)}${RATES}   froc`);
  for (const { fleet, measure, result } of rows) {
    console.log(
      `${`${fleet}, ${measure}`.padEnd(16)}${percents(result.points.map(({ recall }) => recall))}  ${
        result.froc.toFixed(3)
      }`,
    );
  }
}

function printFaults(rows: readonly FaultRow[]): void {
  console.log(`\nGenerated faults found by rarity (%) at the same rates\n${"".padEnd(16)}${RATES}`);
  for (const { fault, sensors, found } of rows) {
    console.log(`${`${fault} (${sensors})`.padEnd(16)}${percents(found)}`);
  }
}

function printBudgets(rows: readonly BudgetRow[]): void {
  console.log(
    `\nAlarm budget on about ${BUDGETS.sensors} healthy sensors, with ${BUDGETS.assets} assets, ${BUDGETS.days} days: announced, as a share of the budget`,
  );
  console.log("seed   alerts a day   first week   day 8 on");
  for (const { seed, alertsPerDay, firstWeek, later } of rows) {
    console.log(
      `${String(seed).padStart(4)}${String(alertsPerDay).padStart(15)}${firstWeek.toFixed(2).padStart(13)}${
        later.toFixed(2).padStart(11)
      }`,
    );
  }
  console.log();
}

function percents(shares: readonly number[]): string {
  return shares.map((share) => (100 * share).toFixed(0).padStart(6)).join("");
}
