/** The alarm budget, its lines by day with what came of them, what is kept below them, and who alarms most. */
import { countedOf, leastBudget } from "../../domain/alerting/budget.ts";
import type { Candidate } from "../../domain/alerting/candidate.ts";
import { BUDGETED_KINDS } from "../../domain/detection/rarity.ts";
import { type Day, DAY_MS } from "../../domain/detection/sensor_day.ts";
import type { AssetId } from "../../domain/plant/asset.ts";
import type { AlarmBudget, BadActor, BudgetScope, LineCounts } from "../../ports/alerting/alarm_budget.ts";
import type { CandidateFilter } from "../../ports/alerting/candidate.ts";
import { invalid } from "../errors.ts";
import { findSensor } from "../plant/find_sensor.ts";
import { findAsset } from "../plant/register_asset.ts";
import type { Scope } from "../scope.ts";

type ReadScope = Pick<Scope, "store" | "tenant">;

export interface AlarmBudgetView {
  readonly scope: BudgetScope;
  /** Undefined: none is set here. */
  readonly set: AlarmBudget | undefined;
  /** Sensors that it holds for, or would. */
  readonly sensors: number;
  /** The least that can be set for so many. */
  readonly least: number;
  /** The first day of data time that has no line yet; undefined: no day has one. */
  readonly holdsFrom: Day | undefined;
}

/** Throws not found. */
export async function readAlarmBudget(
  scope: ReadScope,
  { assetKey }: { assetKey?: string },
): Promise<AlarmBudgetView> {
  return await budgetView(scope, await scopeOf(scope, { assetKey }));
}

/** Throws not found. */
export async function scopeOf(scope: ReadScope, { assetKey }: { assetKey?: string }): Promise<BudgetScope> {
  return assetKey === undefined ? 0 : (await findAsset(scope, { key: assetKey, field: "asset" })).id;
}

export async function budgetView({ store, tenant }: ReadScope, scope: BudgetScope): Promise<AlarmBudgetView> {
  const budgets = await store.alarmBudgets.budgets(tenant.id);
  const scopes = [...new Set([scope, ...budgets.map((budget) => budget.scope)])];
  const sensors = await store.alarmBudgets.countSensors(tenant.id, scope, scopes);
  const newest = await store.alarmBudgets.newestDay(tenant.id);
  return {
    scope,
    set: budgets.find((budget) => budget.scope === scope),
    sensors,
    least: leastBudget(sensors),
    holdsFrom: newest === undefined ? undefined : newest + 1,
  };
}

export interface LineView extends LineCounts {
  /** Announced alerts as the correction counts them, with bursts as one. */
  readonly grouped: number;
}

/** A day over all kinds that have a share of the budget. */
export interface DayView {
  readonly day: Day;
  readonly alertsPerDay: number | undefined;
  /** At least that of sensors' anomalies, which comes first. */
  readonly lines: readonly LineView[];
}

/** The last `days` days up to the newest, the newest first. */
export async function readLineDays(
  { store, tenant }: ReadScope,
  { scope, days }: { scope: BudgetScope; days: number },
): Promise<DayView[]> {
  const newest = await store.alarmBudgets.newestDay(tenant.id);
  if (newest === undefined) return [];
  const lines: LineView[] = [];
  for (const kind of BUDGETED_KINDS) {
    const ofKind = await store.alarmBudgets.linesBetween(tenant.id, { scope, kind }, {
      after: newest - days,
      to: newest,
    });
    lines.push(...ofKind.map((line) => ({ ...line, grouped: countedOf(line.bursts, line.share) })));
  }
  return [...Map.groupBy(lines, ({ day }) => day)].sort(([a], [b]) => b - a)
    .map(([day, lines]) => ({ day, alertsPerDay: lines[0].alertsPerDay, lines }));
}

export const BAD_ACTORS = 10;
const BAD_ACTOR_DAYS = 30;

/** The sensors with the most announced alerts of the 30 days of data time up to the newest. */
export async function readBadActors({ store, tenant }: ReadScope): Promise<BadActor[]> {
  const newest = await store.alarmBudgets.newestDay(tenant.id);
  if (newest === undefined) return [];
  const to = (newest + 1) * DAY_MS;
  return await store.alarmBudgets.badActors(tenant.id, { from: to - BAD_ACTOR_DAYS * DAY_MS, to, limit: BAD_ACTORS });
}

export interface CandidateQuery {
  readonly sensorKey?: string;
  /** With all assets below it. */
  readonly assetKey?: string;
  /** Data times (ms) at which they began to be kept: from inclusive, to exclusive. */
  readonly from?: number;
  readonly to?: number;
}

export interface CandidateList {
  rarest(limit: number): Promise<Candidate[]>;
  count(): Promise<number>;
}

/** Throws invalid, and not found for a sensor or an asset that is not there. */
export async function listCandidates(
  scope: ReadScope,
  { sensorKey, assetKey, from, to }: CandidateQuery,
): Promise<CandidateList> {
  const { store, tenant } = scope;
  if (sensorKey !== undefined && assetKey !== undefined) {
    throw invalid("sensor", "Name a sensor or an asset, not both.");
  }
  if (from !== undefined && to !== undefined && from >= to) {
    throw invalid("from", "The range is empty: from has to be before to.");
  }
  const filter: CandidateFilter = { from, to, subjects: await subjectsOf(scope, { sensorKey, assetKey }) };
  return {
    rarest: (limit) => store.candidates.rarest(tenant.id, { ...filter, limit }),
    count: () => store.candidates.count(tenant.id, filter),
  };
}

async function subjectsOf(
  scope: ReadScope,
  { sensorKey, assetKey }: Pick<CandidateQuery, "sensorKey" | "assetKey">,
): Promise<CandidateFilter["subjects"]> {
  const { store, tenant } = scope;
  if (sensorKey !== undefined) {
    const { id } = await findSensor(scope, { key: sensorKey, field: "sensor" });
    return { sensorIds: [id], assetIds: [] };
  }
  if (assetKey === undefined) return undefined;
  const { id } = await findAsset(scope, { key: assetKey, field: "asset" });
  const assetIds: AssetId[] = await store.assets.below(tenant.id, id);
  return { sensorIds: (await store.sensors.ofAsset(tenant.id, id)).map((sensor) => sensor.id), assetIds };
}
