/**
 * Detection as a plant feels it: what share of labelled faults is found at a bearable rate of false alerts over a
 * fleet, and whether the alarm budget holds. Public series, and generated sensors for all that is healthy.
 */
import type { DetectorSet } from "../domain/detection/detector_set.ts";
import { READINGS_PER_DAY } from "../domain/detection/rarity.ts";
import { type Measure, scoreSeries } from "../domain/detection/score_series.ts";
import { runBudget } from "./budget_run.ts";
import { FAULT_NAMES, type FaultName, type FaultySeries, faultySeries } from "./faulty_series.ts";
import type { Figure } from "./figures.ts";
import type { FleetSensor } from "./fleet_files.ts";
import { type Froc, FROC_RATES, frocOf, type ScoredSensor } from "./froc.ts";
import { healthyAsset } from "./healthy_assets.ts";
import { healthySeries } from "./healthy_series.ts";

export interface FrocRow {
  readonly fleet: string;
  readonly measure: Measure;
  readonly result: Froc;
}

/** Each fleet by score and by rarity. A fleet without windows is left out. */
export function frocTable(
  fleets: Readonly<Record<string, readonly FleetSensor[]>>,
  set: DetectorSet,
): FrocRow[] {
  const scored = new Map<Measure, Map<FleetSensor, ScoredSensor>>();
  const scoresOf = (measure: Measure, sensor: FleetSensor): ScoredSensor => {
    const known = scored.get(measure) ?? new Map<FleetSensor, ScoredSensor>();
    scored.set(measure, known);
    const { unit, windows } = sensor;
    const one = known.get(sensor) ?? { unit, windows, scores: scoreSeries(set, sensor, measure) };
    known.set(sensor, one);
    return one;
  };
  return (["score", "rarity"] as const).flatMap((measure) =>
    Object.entries(fleets).filter(([, sensors]) => sensors.some(({ windows }) => windows.length > 0))
      .map(([fleet, sensors]) => ({
        fleet,
        measure,
        result: frocOf(sensors.map((sensor) => scoresOf(measure, sensor))),
      }))
  );
}

/** Generated faults, found by rarity at the threshold that gives each rate on the same sensors. */
export interface FaultRow {
  readonly fault: FaultName;
  readonly sensors: number;
  /** One per rate of `FROC_RATES`. */
  readonly found: readonly number[];
}

export function faultTable(
  { seed, sensors, days }: { seed: number; sensors: number; days: number },
  set: DetectorSet,
): FaultRow[] {
  const series = Array.from(
    { length: sensors },
    (_, number) => faultySeries({ seed, number, readings: days * READINGS_PER_DAY }),
  );
  const scored = series.map((one, number) => ({
    unit: String(number),
    windows: [one.window],
    scores: scoreSeries(set, one, "rarity"),
  }));
  const { points } = frocOf(scored);
  const isFound = ({ window: [from, to] }: FaultySeries, number: number, threshold: number) =>
    scored[number].scores.subarray(from, to + 1).some((score) => score >= threshold);
  return FAULT_NAMES.map((fault) => {
    const of = series.map((one, number) => ({ one, number })).filter(({ one }) => one.fault === fault);
    const found = points.map(({ threshold }) =>
      of.filter(({ one, number }) => isFound(one, number, threshold)).length / of.length
    );
    return { fault, sensors: of.length, found };
  });
}

/** Announced alerts as shares of the budget, on healthy sensors that the curve was not made from. */
export interface BudgetRow {
  readonly seed: number;
  readonly alertsPerDay: number;
  readonly firstWeek: number;
  /** From the eighth day on. */
  readonly later: number;
}

export interface BudgetFleets {
  readonly seeds: readonly number[];
  readonly budgets: readonly number[];
  /** About: those of assets are drawn. */
  readonly sensors: number;
  readonly assets: number;
  readonly days: number;
}

/** About as many sensors as an asset has. */
const SENSORS_PER_ASSET = 4;
/** Sensors of one site, whose alerts within a quarter of an hour are one burst. */
const SENSORS_PER_SITE = 20;
const WEEK = 7;

export function budgetTable(
  { seeds, budgets, sensors, assets, days }: BudgetFleets,
  { set, progress }: { set: DetectorSet; progress: (seed: number) => void },
): BudgetRow[] {
  return seeds.flatMap((seed) => {
    progress(seed);
    const readings = days * READINGS_PER_DAY;
    const fleet = {
      sensors: Array.from(
        { length: sensors - SENSORS_PER_ASSET * assets },
        (_, number) => healthySeries({ seed, number, readings }),
      ),
      assets: Array.from(
        { length: assets },
        (_, number) => healthyAsset({ seed, number, rows: readings, perDay: READINGS_PER_DAY }),
      ),
    };
    return budgets.map((alertsPerDay) => {
      const run = runBudget(fleet, { set, alertsPerDay, sensorsPerSite: SENSORS_PER_SITE });
      const share = (part: typeof run) =>
        part.reduce((sum, { announced }) => sum + announced, 0) / part.length / alertsPerDay;
      return { seed, alertsPerDay, firstWeek: share(run.slice(0, WEEK)), later: share(run.slice(WEEK)) };
    });
  });
}

/** The figures of the whole fleet by rarity, and how far the worst budget was missed. */
export function fleetFigures(
  { froc, budgets }: { froc: readonly FrocRow[]; budgets: readonly BudgetRow[] },
): Figure[] {
  const recallAt = ({ points }: Froc, rate: number) => points[FROC_RATES.findIndex((one) => one === rate)].recall;
  const of = (name: string, better: Figure["better"], value: number, anchors: string): Figure => (
    { name, value, better, anchors }
  );
  const [byScore, byRarity] = (["score", "rarity"] as const).map((measure) =>
    froc.find((row) => row.fleet === "all" && row.measure === measure)?.result
  );
  const fleet = byScore === undefined || byRarity === undefined ? [] : [
    of("fleet FROC by rarity", "higher", byRarity.froc, `by score ${byScore.froc.toFixed(3)}`),
    ...[0.03, 0.01].map((rate) =>
      of(
        `fleet windows found at ${rate} false alerts a sensor-day`,
        "higher",
        recallAt(byRarity, rate),
        `by score ${recallAt(byScore, rate).toFixed(3)}`,
      )
    ),
  ];
  const missed = Math.max(...budgets.map(({ later }) => Math.abs(later - 1)));
  const first = Math.max(...budgets.map(({ firstWeek }) => firstWeek));
  return [
    ...fleet,
    of("budget missed by, worst of all fleets, day 8 on", "lower", missed, "0.2 is promised"),
    of("budget overrun in the first week, worst of all fleets", "lower", first, "1.5 is promised"),
  ];
}
