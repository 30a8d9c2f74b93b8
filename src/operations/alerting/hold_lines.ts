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
  LAG_DAYS,
  lineOf,
  populationsOf,
  sharesOf,
  subjectsIn,
} from "../../domain/alerting/budget.ts";
import type { LineAt } from "../../domain/detection/announcement.ts";
import type { Decision } from "../../domain/detection/episode.ts";
import { type BudgetedKind, isBudgeted } from "../../domain/detection/rarity.ts";
import { type Day, DAY_MS, dayOf, type SensorDay } from "../../domain/detection/sensor_day.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import type { Subject } from "../../domain/plant/subject.ts";
import type { AlarmBudget, BudgetScope, BurstCount, LineOf, StoredLine } from "../../ports/alerting/alarm_budget.ts";
import type { Store } from "../../ports/store.ts";

/** Days for which is known who reported: later lines need `LAG_DAYS`, and a source may have been away for a while. */
const POPULATION_DAYS = 30;

export interface HeldLines {
  /** Sees to it that the day has its lines. To be called with days in order, before what is of the day is folded. */
  ready(day: Day): Promise<void>;
  /** The line at a data time (ms) of a day that is ready. */
  lineAt(subject: Subject): LineAt;
  /** Takes note of days that are over for a sensor. */
  addDays(sensorId: SensorId, days: readonly SensorDay[]): void;
  /** Takes note of an episode that was announced or kept. */
  count(subject: Subject, decision: Pick<Decision, "type" | "kind" | "ts" | "rarity">): void;
  /** Writes what was noted. */
  save(): Promise<void>;
}

/** Kinds whose lines are written together. */
const KINDS = { sensors: ["anomaly", "drift"], assets: ["asset_anomaly"] } as const satisfies Readonly<
  Record<string, readonly BudgetedKind[]>
>;

interface DayLines {
  readonly rows: readonly StoredLine[];
  /** Subjects that a budget of their own holds for. */
  readonly scopes: ReadonlyMap<string, BudgetScope>;
}

/** `subjects` are all that will be folded: sensors, or assets. */
export function holdLines(
  store: Store,
  { tenantId, subjects, of }: { tenantId: TenantId; subjects: readonly Subject[]; of: keyof typeof KINDS },
): HeldLines {
  const days = new Map<Day, DayLines>();
  const scopesKnown = new Map<string, ReadonlyMap<string, BudgetScope>>();
  let population: (SensorDay & { sensorId: SensorId; age: number })[] = [];
  let bursts: BurstCount[] = [];
  // A batch may bring thousands of new days: what holds for all of them is done once.
  let locked = false;
  let budgets: readonly AlarmBudget[] | undefined;
  let newest: Day | undefined;

  async function lock(): Promise<void> {
    if (!locked) await store.alarmBudgets.lock(tenantId, of);
    locked = true;
  }

  async function write(): Promise<void> {
    if (population.length === 0 && bursts.length === 0) return;
    // Whoever writes counts waits for nobody behind this but for the numbers of events: nobody waits in a circle.
    await lock();
    await store.alarmBudgets.addPopulation(tenantId, population);
    await store.alarmBudgets.addBursts(tenantId, bursts);
    population = [];
    bursts = [];
  }

  async function scopesAmong(rows: readonly StoredLine[]): Promise<ReadonlyMap<string, BudgetScope>> {
    const scopes = [...new Set(rows.map(({ scope }) => scope))].filter((scope) => scope !== 0);
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
      const lacking = (rows: readonly StoredLine[]) =>
        KINDS[of].filter((kind) => rows.every((row) => row.kind !== kind));
      let rows = await store.alarmBudgets.lines(tenantId, [day]);
      if (lacking(rows).length > 0 && !locked) {
        await lock();
        rows = await store.alarmBudgets.lines(tenantId, [day]);
      }
      const kinds = lacking(rows);
      if (kinds.length > 0) {
        await write();
        const set = rows.length > 0 ? rows : budgets ??= await store.alarmBudgets.budgets(tenantId);
        const linesOf = (day: Day) => days.get(day)?.rows;
        rows = [...rows, ...await reckonLines(store, { tenantId, day, kinds, set, linesOf })];
        newest = day;
      }
      days.set(day, { rows, scopes: await scopesAmong(rows) });
    },
    lineAt: (subject) => (ts, kind) => {
      const day = days.get(dayOf(ts));
      const scope = day && scopeOn(day, subject);
      const row = day?.rows.find((row) => row.kind === kind && row.scope === scope);
      if (row === undefined) throw new Error(`day ${dayOf(ts)} of tenant ${tenantId} has no line of ${kind} yet`);
      return row.line;
    },
    addDays(sensorId, over) {
      population.push(...over.map((day) => ({ ...day, sensorId, age: ageGroupOf(day) })));
    },
    count(subject, { type, kind, ts, rarity }) {
      if (rarity === undefined || !isBudgeted(kind) || (type !== "opened" && type !== "kept")) return;
      const day = dayOf(ts);
      const [announced, kept] = type === "opened" ? [1, 0] : [0, 1];
      const slot = Math.floor((ts - day * DAY_MS) / BURST_MS);
      bursts.push({ ...subject, scope: scopeOn(days.get(day)!, subject), kind, day, slot, announced, kept });
    },
    async save() {
      await write();
      if (newest !== undefined && of === "sensors") {
        await store.alarmBudgets.forgetPopulation(tenantId, newest - POPULATION_DAYS);
      }
    },
  };
}

function keyOf({ sensorId, assetId }: Subject): string {
  return sensorId === undefined ? `asset ${assetId}` : `sensor ${sensorId}`;
}

interface Reckoning {
  readonly tenantId: TenantId;
  readonly day: Day;
  readonly kinds: readonly BudgetedKind[];
  /** The budgets that are set now, or those that the day's lines of other kinds are of. */
  readonly set: readonly Pick<StoredLine, "scope" | "alertsPerDay">[];
  /** Lines of days that are ready. */
  readonly linesOf: (day: Day) => readonly StoredLine[] | undefined;
}

/** Writes the lines that a day lacks. To be called under the lock. */
async function reckonLines(
  store: Store,
  { tenantId, day, kinds, set, linesOf }: Reckoning,
): Promise<StoredLine[]> {
  const budgets = new Map<BudgetScope, number | undefined>([[0, undefined]]);
  for (const { scope, alertsPerDay } of set) budgets.set(scope, alertsPerDay);
  const lines: StoredLine[] = [];
  for (const [scope, alertsPerDay] of budgets) {
    const asked = { day: day - LAG_DAYS, scopes: [...budgets.keys()] };
    const populations = populationsOf(await store.alarmBudgets.population(tenantId, scope, asked));
    const shares = alertsPerDay === undefined ? undefined : sharesOf(alertsPerDay, populations);
    for (const kind of kinds) {
      const [population, share] = [populations[kind], shares?.[kind]];
      const correction = await correctionOn(store, { tenantId, of: { scope, kind }, day, linesOf });
      const line = lineOf({ kind, alertsPerDay: share, correction, population });
      const subjects = subjectsIn(population);
      lines.push({ scope, kind, day, alertsPerDay, share, correction, line, subjects, counted: undefined });
    }
  }
  await store.alarmBudgets.addLines(tenantId, lines);
  return lines;
}

/**
 * The correction of the line before, and behind it of the days that have become old enough since. A day that came late,
 * when later lines had been reckoned without it, corrects none.
 */
async function correctionOn(
  store: Store,
  { tenantId, of, day, linesOf }: Pick<Reckoning, "tenantId" | "day" | "linesOf"> & { of: LineOf },
): Promise<number> {
  const among = (rows: readonly StoredLine[] | undefined) =>
    rows?.find(({ scope, kind }) => scope === of.scope && kind === of.kind);
  const yesterday = among(linesOf(day - 1));
  const before = yesterday ?? await store.alarmBudgets.lineBefore(tenantId, of, day);
  if (before === undefined) return 0;
  let { correction } = before;
  // One day alone is to be closed, and one without a budget corrects nothing.
  const closes = among(linesOf(day - LAG_DAYS));
  if (before === yesterday && closes !== undefined && closes.share === undefined) return correction;
  const range = { after: before.day - LAG_DAYS, to: day - LAG_DAYS };
  for (const closing of await store.alarmBudgets.linesBetween(tenantId, of, range)) {
    if (closing.share === undefined) continue;
    const counted = closing.counted ?? countedOf(closing.bursts, closing.share);
    if (closing.counted === undefined) {
      await store.alarmBudgets.closeDay(tenantId, of, { day: closing.day, counted });
    }
    correction = corrected({ ...closing, correction }, counted);
  }
  return correction;
}
