/** A tenant with an alarm budget, in memory: the rules that run live, day by day over a fleet of healthy sensors. */
import {
  type AgeGroup,
  ageGroupOf,
  ageOf,
  type AlarmDay,
  BURST_MS,
  corrected,
  countedOf,
  judgedOn,
  LAG_DAYS,
  lineOf,
} from "../domain/alerting/budget.ts";
import { assess } from "../domain/detection/assess.ts";
import type { DetectorSet } from "../domain/detection/detector_set.ts";
import { DAY_MS, dayOf, type SensorDay } from "../domain/detection/sensor_day.ts";
import { type SensorState, startState } from "../domain/detection/sensor_state.ts";
import type { GeneratedSeries } from "./healthy_series.ts";

export interface BudgetRules {
  readonly set: DetectorSet;
  readonly alertsPerDay: number;
  /** Sensors that stand together: what they announce in a quarter of an hour is one burst. */
  readonly sensorsPerSite: number;
}

export interface BudgetDay {
  readonly line: number;
  readonly correction: number;
  /** Alerts announced. */
  readonly announced: number;
  /** The same with bursts as one. */
  readonly counted: number;
  readonly candidates: number;
}

/** One entry per day from the first on. All series begin on the same day; days are those of their times. */
export function runBudget(fleet: readonly GeneratedSeries[], rules: BudgetRules): BudgetDay[] {
  const sensors = fleet.map((series) => ({ series, state: startState(rules.set), at: 0 }));
  const populations = new Map<number, SensorDay[]>();
  const lines: AlarmDay[] = [];
  const days: BudgetDay[] = [];
  const first = dayOf(fleet[0].ts[0]);
  const last = dayOf(fleet[0].ts[fleet[0].ts.length - 1]);
  for (let day = first; day <= last; day++) {
    const closes = days.length - LAG_DAYS;
    const before = lines.at(-1)?.correction ?? 0;
    const correction = closes < 0 ? before : corrected({ ...lines[closes], correction: before }, days[closes].counted);
    const population = judgedOn(groupsOf(populations.get(day - LAG_DAYS) ?? []));
    const { alertsPerDay } = rules;
    const line = lineOf({ alertsPerDay, correction, population });
    lines.push({ day, alertsPerDay, correction, line, sensors: population.reduce((sum, one) => sum + one.sensors, 0) });
    const bursts = new Map<string, number>();
    let candidates = 0;
    for (const [i, sensor] of sensors.entries()) {
      const fold = foldDay(sensor, { set: rules.set, line, until: (day + 1) * DAY_MS });
      for (const over of fold.days) populations.set(over.day, [...populations.get(over.day) ?? [], over]);
      for (const { type, ts } of fold.decisions) {
        if (type === "kept") candidates++;
        if (type !== "opened") continue;
        const burst = `${Math.floor(i / rules.sensorsPerSite)} ${Math.floor(ts / BURST_MS)}`;
        bursts.set(burst, (bursts.get(burst) ?? 0) + 1);
      }
    }
    const sizes = [...bursts.values()];
    const announced = sizes.reduce((sum, size) => sum + size, 0);
    days.push({ line, correction, announced, counted: countedOf(sizes, alertsPerDay), candidates });
  }
  return days;
}

interface Folding {
  readonly series: GeneratedSeries;
  readonly state: SensorState;
  at: number;
}

function foldDay(sensor: Folding, { set, line, until }: { set: DetectorSet; line: number; until: number }) {
  const { ts, value } = sensor.series;
  const from = sensor.at;
  while (sensor.at < ts.length && ts[sensor.at] < until) sensor.at++;
  const status = new Uint32Array(sensor.at - from);
  const part = { ts: ts.subarray(from, sensor.at), value: value.subarray(from, sensor.at), status };
  return assess(sensor.state, part, {
    set: { ...set, watches: [], settings: { ...set.settings, watches: [] } },
    criticality: "B",
    lineAt: () => line,
  });
}

function groupsOf(days: readonly SensorDay[]): AgeGroup[] {
  return [...Map.groupBy(days, ageGroupOf)].map(([age, group]) => ({
    ageDays: ageOf(age),
    sensors: group.length,
    readings: group.reduce((sum, { readings }) => sum + readings, 0),
  })).sort((a, b) => a.ageDays - b.ageDays);
}
