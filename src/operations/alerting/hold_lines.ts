/**
 * The lines of the alarm budget while a transaction folds. A day of data time gets its lines, of all budgets, from
 * whoever first folds a reading of it: under a lock, so that two workers write one; before any reading of that day is
 * folded, so that what is written does not depend on where a batch was cut. What a fold counts is written at its end,
 * or before a line is reckoned that may need it.
 */
import type { TenantId } from "../../domain/access/tenant.ts";
import {
  ageGroupOf,
  BURST_MS,
  corrected,
  countedOf,
  judgedOn,
  LAG_DAYS,
  lineOf,
} from "../../domain/alerting/budget.ts";
import type { Decision } from "../../domain/detection/episode.ts";
import { type Day, DAY_MS, dayOf, type SensorDay } from "../../domain/detection/sensor_day.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import type { Subject } from "../../domain/plant/subject.ts";
import type { BudgetScope, BurstCount, StoredLine } from "../../ports/alerting/alarm_budget.ts";
import type { Store } from "../../ports/store.ts";

/** Days for which is known who reported: later lines need `LAG_DAYS`, and a source may have been away for a while. */
const POPULATION_DAYS = 30;

export interface HeldLines {
  /** Sees to it that the day has its lines. To be called with days in order, before readings of the day are folded. */
  ready(day: Day): Promise<void>;
  /** The line at a data time (ms) of a day that is ready. */
  lineAt(subject: Subject): (ts: number) => number;
  /** Takes note of days that are over for a sensor. */
  addDays(sensorId: SensorId, days: readonly SensorDay[]): void;
  /** Takes note of an episode that was announced or kept. */
  count(subject: Subject, decision: Pick<Decision, "type" | "ts" | "rarity">): void;
  /** Writes what was noted. */
  save(): Promise<void>;
}

interface DayLines {
  readonly lines: ReadonlyMap<BudgetScope, number>;
  /** Subjects that a budget of their own holds for. */
  readonly scopes: ReadonlyMap<string, BudgetScope>;
}

/** `subjects` are all that will be folded. */
export function holdLines(
  store: Store,
  { tenantId, subjects }: { tenantId: TenantId; subjects: readonly Subject[] },
): HeldLines {
  const days = new Map<Day, DayLines>();
  const scopesKnown = new Map<string, ReadonlyMap<string, BudgetScope>>();
  let population: (SensorDay & { sensorId: SensorId; age: number })[] = [];
  let bursts: BurstCount[] = [];

  async function save(): Promise<void> {
    if (population.length === 0 && bursts.length === 0) return;
    // Whoever writes counts waits for nobody behind this but for the numbers of events: nobody waits in a circle.
    await store.alarmBudgets.lock(tenantId);
    await store.alarmBudgets.addPopulation(tenantId, population);
    await store.alarmBudgets.addBursts(tenantId, bursts);
    population = [];
    bursts = [];
  }

  async function scopesAmong(rows: readonly StoredLine[]): Promise<ReadonlyMap<string, BudgetScope>> {
    const scopes = rows.map(({ scope }) => scope).filter((scope) => scope !== 0);
    const known = scopesKnown.get(scopes.join());
    if (known !== undefined) return known;
    const found = scopes.length === 0 ? [] : await store.alarmBudgets.scopesOf(tenantId, subjects, scopes);
    const nearest = new Map(found.map((one) => [keyOf(one), one.scope]));
    scopesKnown.set(scopes.join(), nearest);
    return nearest;
  }

  const scopeOn = ({ scopes }: DayLines, subject: Subject): BudgetScope => scopes.get(keyOf(subject)) ?? 0;

  return {
    async ready(day) {
      if (days.has(day)) return;
      let rows = await store.alarmBudgets.lines(tenantId, [day]);
      if (rows.length === 0) {
        await store.alarmBudgets.lock(tenantId);
        rows = await store.alarmBudgets.lines(tenantId, [day]);
      }
      if (rows.length === 0) {
        await save();
        rows = await reckonLines(store, { tenantId, day });
      }
      const lines = new Map(rows.map(({ scope, line }) => [scope, line]));
      days.set(day, { lines, scopes: await scopesAmong(rows) });
    },
    lineAt: (subject) => (ts) => {
      const day = days.get(dayOf(ts));
      if (day === undefined) throw new Error(`day ${dayOf(ts)} of tenant ${tenantId} has no line yet`);
      return day.lines.get(scopeOn(day, subject))!;
    },
    addDays(sensorId, over) {
      population.push(...over.map((day) => ({ ...day, sensorId, age: ageGroupOf(day) })));
    },
    count(subject, { type, ts, rarity }) {
      if (rarity === undefined || (type !== "opened" && type !== "kept")) return;
      const day = dayOf(ts);
      const [announced, kept] = type === "opened" ? [1, 0] : [0, 1];
      const slot = Math.floor((ts - day * DAY_MS) / BURST_MS);
      bursts.push({ ...subject, scope: scopeOn(days.get(day)!, subject), day, slot, announced, kept });
    },
    save,
  };
}

function keyOf({ sensorId, assetId }: Subject): string {
  return sensorId === undefined ? `asset ${assetId}` : `sensor ${sensorId}`;
}

/** Writes the lines of a day that has none, of the budgets that are set now. To be called under the lock. */
async function reckonLines(
  store: Store,
  { tenantId, day }: { tenantId: TenantId; day: Day },
): Promise<StoredLine[]> {
  const set = await store.alarmBudgets.budgets(tenantId);
  const budgets = new Map<BudgetScope, number | undefined>([[0, undefined]]);
  for (const { scope, alertsPerDay } of set) budgets.set(scope, alertsPerDay);
  const lines: StoredLine[] = [];
  for (const [scope, alertsPerDay] of budgets) {
    const correction = await correctionOn(store, { tenantId, scope, day });
    const asked = { day: day - LAG_DAYS, scopes: [...budgets.keys()] };
    const population = judgedOn(await store.alarmBudgets.population(tenantId, scope, asked));
    const sensors = population.reduce((sum, group) => sum + group.sensors, 0);
    const line = lineOf({ alertsPerDay, correction, population });
    lines.push({ scope, day, alertsPerDay, correction, line, sensors, counted: undefined });
  }
  for (const line of lines) await store.alarmBudgets.addLine(tenantId, line);
  await store.alarmBudgets.forgetPopulation(tenantId, day - POPULATION_DAYS);
  return lines;
}

/**
 * The correction of the line before, and behind it of the days that have become old enough since. A day that came late,
 * when later lines had been reckoned without it, corrects none.
 */
async function correctionOn(
  store: Store,
  { tenantId, scope, day }: { tenantId: TenantId; scope: BudgetScope; day: Day },
): Promise<number> {
  const before = await store.alarmBudgets.lineBefore(tenantId, scope, day);
  if (before === undefined) return 0;
  const range = { after: before.day - LAG_DAYS, to: day - LAG_DAYS };
  let { correction } = before;
  for (const closing of await store.alarmBudgets.linesBetween(tenantId, scope, range)) {
    const counted = closing.counted ?? countedOf(closing.bursts, closing.alertsPerDay);
    if (closing.counted === undefined) {
      await store.alarmBudgets.closeDay(tenantId, scope, { day: closing.day, counted });
    }
    correction = corrected({ ...closing, correction }, counted);
  }
  return correction;
}
