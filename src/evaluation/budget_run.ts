/**
 * A tenant with an alarm budget, in memory: the rules that run live, day by day over a fleet of healthy sensors and
 * assets.
 */
import {
  type AgeGroup,
  ageGroupOf,
  ageOf,
  BURST_MS,
  corrected,
  countedOf,
  LAG_DAYS,
  lineOf,
  populationsOf,
  sharesOf,
  subjectsIn,
} from "../domain/alerting/budget.ts";
import { assess } from "../domain/detection/assess.ts";
import { assessAsset } from "../domain/detection/assess_asset.ts";
import { ASSET_DEFAULTS } from "../domain/detection/asset_settings.ts";
import { type AssetMemory, type AssetRules, startAsset } from "../domain/detection/asset_state.ts";
import type { DetectorSet } from "../domain/detection/detector_set.ts";
import type { Decision } from "../domain/detection/episode.ts";
import { BUDGETED_KINDS, type BudgetedKind, isBudgeted } from "../domain/detection/rarity.ts";
import { DAY_MS, dayOf, type SensorDay } from "../domain/detection/sensor_day.ts";
import { type SensorState, startState } from "../domain/detection/sensor_state.ts";
import type { SensorId } from "../domain/plant/sensor.ts";
import type { GeneratedAsset } from "./healthy_assets.ts";
import type { GeneratedSeries } from "./healthy_series.ts";

export interface BudgetRules {
  readonly set: DetectorSet;
  readonly alertsPerDay: number;
  /** Sensors that stand together: what they announce in a quarter of an hour is one burst. An asset is a site. */
  readonly sensorsPerSite: number;
}

export interface BudgetFleet {
  /** Sensors without an asset. */
  readonly sensors: readonly GeneratedSeries[];
  /** Their sensors are judged alone too. */
  readonly assets: readonly GeneratedAsset[];
}

export interface BudgetDay {
  readonly lines: Readonly<Record<BudgetedKind, KindDay>>;
  /** Alerts announced, and episodes kept, of all kinds. */
  readonly announced: number;
  readonly candidates: number;
}

interface KindDay {
  readonly share: number;
  readonly line: number;
  readonly correction: number;
  readonly subjects: number;
  readonly announced: number;
  /** The same with bursts as one. */
  readonly counted: number;
}

/** One entry per day from the first on. All series begin on the same day; days are those of the first one's times. */
export function runBudget(fleet: BudgetFleet, { set, alertsPerDay, sensorsPerSite }: BudgetRules): BudgetDay[] {
  const subjects = subjectsOf(fleet, { set, sensorsPerSite });
  const populations = new Map<number, Reported[]>();
  const days: BudgetDay[] = [];
  const [first, last] = [dayOf(subjects[0].ts[0]), dayOf(subjects[0].ts[subjects[0].ts.length - 1])];
  for (let day = first; day <= last; day++) {
    const closing = days.at(-LAG_DAYS);
    const judged = populationsOf(groupsOf(populations.get(day - LAG_DAYS) ?? []));
    const shares = sharesOf(alertsPerDay, judged);
    const rules = byKind((kind) => {
      const before = days.at(-1)?.lines[kind].correction ?? 0;
      const closed = closing?.lines[kind];
      const correction = closed === undefined ? before : corrected({ ...closed, correction: before }, closed.counted);
      const [population, share] = [judged[kind], shares[kind]];
      const line = lineOf({ kind, alertsPerDay: share, correction, population });
      return { share, correction, line, subjects: subjectsIn(population) };
    });
    const bursts = byKind(() => new Map<string, number>());
    let candidates = 0;
    for (const subject of subjects) {
      const { decisions, over } = subject.fold((day + 1) * DAY_MS, (kind) => rules[kind].line);
      for (const one of over) {
        populations.set(one.day, [...populations.get(one.day) ?? [], { ...one, asset: subject.asset }]);
      }
      for (const { type, kind, ts } of decisions) {
        if (!isBudgeted(kind)) continue;
        if (type === "kept") candidates++;
        if (type !== "opened") continue;
        const burst = `${subject.site} ${Math.floor(ts / BURST_MS)}`;
        bursts[kind].set(burst, (bursts[kind].get(burst) ?? 0) + 1);
      }
    }
    const lines = byKind((kind): KindDay => {
      const sizes = [...bursts[kind].values()];
      const announced = sizes.reduce((sum, size) => sum + size, 0);
      return { ...rules[kind], announced, counted: countedOf(sizes, rules[kind].share) };
    });
    days.push({ lines, candidates, announced: BUDGETED_KINDS.reduce((sum, kind) => sum + lines[kind].announced, 0) });
  }
  return days;
}

function byKind<Value>(make: (kind: BudgetedKind) => Value): Record<BudgetedKind, Value> {
  return { anomaly: make("anomaly"), drift: make("drift"), asset_anomaly: make("asset_anomaly") };
}

type Reported = SensorDay & { readonly asset: number | undefined };

/** A sensor or an asset on its way through the days. */
interface Judged {
  readonly ts: Float64Array;
  readonly site: string;
  /** Of a sensor: the asset that it belongs to. */
  readonly asset: number | undefined;
  fold(
    until: number,
    lineOf: (kind: BudgetedKind) => number,
  ): { decisions: readonly Decision[]; over: readonly SensorDay[] };
}

function subjectsOf(
  { sensors, assets }: BudgetFleet,
  { set, sensorsPerSite }: Pick<BudgetRules, "set" | "sensorsPerSite">,
): Judged[] {
  const alone = sensors.map((series, i) =>
    sensorOf(series, { set, site: String(Math.floor(i / sensorsPerSite)), asset: undefined })
  );
  const theirs = assets.flatMap(({ ts, columns }, asset) =>
    columns.map((value) => sensorOf({ ts, value }, { set, site: `asset ${asset}`, asset }))
  );
  return [...alone, ...theirs, ...assets.map((asset, n) => assetOf(asset, `asset ${n}`))];
}

function sensorOf(
  { ts, value }: GeneratedSeries,
  { set, site, asset }: { set: DetectorSet; site: string; asset: number | undefined },
): Judged {
  const state: SensorState = startState(set);
  let at = 0;
  return {
    ts,
    site,
    asset,
    fold(until, lineAt) {
      const from = at;
      while (at < ts.length && ts[at] < until) at++;
      const part = { ts: ts.subarray(from, at), value: value.subarray(from, at), status: new Uint32Array(at - from) };
      const { decisions, days } = assess(state, part, {
        set,
        criticality: "B",
        lineAt: (_ts, kind) => lineAt(kind),
      });
      return { decisions, over: days };
    },
  };
}

function assetOf({ ts, columns, stepMs }: GeneratedAsset, site: string): Judged {
  const sensors = columns.map((_, j) => ({ id: j as SensorId, key: String(j) }));
  const rules: AssetRules = { settings: ASSET_DEFAULTS, criticality: "B", sensors };
  const memory: AssetMemory = startAsset(rules, { binMs: stepMs, from: ts[0] });
  let at = 0;
  return {
    ts,
    site,
    asset: undefined,
    fold(until, lineAt) {
      const rows = [];
      for (; at < ts.length && ts[at] < until; at++) {
        rows.push({ ts: ts[at], values: Float64Array.from(columns, (column) => column[at]) });
      }
      const { decisions } = assessAsset(memory, rows, { ...rules, lineAt: (_ts, kind) => lineAt(kind) });
      // Who reported is known from its sensors.
      return { decisions, over: [] };
    },
  };
}

/** As the store answers it. */
function groupsOf(days: readonly Reported[]): { sensors: AgeGroup[]; assets: AgeGroup[] } {
  const assets = [...Map.groupBy(days.filter(({ asset }) => asset !== undefined), ({ asset }) => asset).values()]
    .filter((sensors) => sensors.length >= 2)
    .map((sensors) => ({
      age: Math.max(...sensors.map(ageGroupOf)),
      readings: Math.max(...sensors.map(({ readings }) => readings)),
    }));
  return {
    sensors: grouped(days.map((day) => ({ age: ageGroupOf(day), readings: day.readings }))),
    assets: grouped(assets),
  };
}

function grouped(subjects: readonly { readonly age: number; readonly readings: number }[]): AgeGroup[] {
  return [...Map.groupBy(subjects, ({ age }) => age)].map(([age, group]) => ({
    ageDays: ageOf(age),
    sensors: group.length,
    readings: group.reduce((sum, { readings }) => sum + readings, 0),
  })).sort((a, b) => a.ageDays - b.ageDays);
}
