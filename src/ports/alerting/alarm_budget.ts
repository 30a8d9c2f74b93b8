import type { TenantId } from "../../domain/access/tenant.ts";
import type { AgeGroup, AlarmDay } from "../../domain/alerting/budget.ts";
import type { BudgetedKind } from "../../domain/detection/rarity.ts";
import type { Day, SensorDay } from "../../domain/detection/sensor_day.ts";
import type { AssetId } from "../../domain/plant/asset.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import type { Subject } from "../../domain/plant/subject.ts";

/** What a budget holds for: an asset with all below it; 0: all that no other budget holds for. */
export type BudgetScope = AssetId | 0;

export interface AlarmBudget {
  readonly scope: BudgetScope;
  readonly alertsPerDay: number;
  readonly setBy: string;
  /** By the store's clock, in ms. */
  readonly setAt: number;
}

/** Whose lines. */
export interface LineOf {
  readonly scope: BudgetScope;
  readonly kind: BudgetedKind;
}

export interface StoredLine extends AlarmDay {
  readonly scope: BudgetScope;
  /** Undefined: no later line has been reckoned from it yet. */
  readonly counted: number | undefined;
}

/** A line with what has come of its day so far. */
export interface LineCounts extends StoredLine {
  readonly announced: number;
  /** Sizes of the bursts of announced alerts. */
  readonly bursts: readonly number[];
  readonly kept: number;
}

/** Episodes of one subject that were announced or kept in one quarter of an hour. */
export type BurstCount = Subject & LineOf & {
  readonly day: Day;
  /** Quarters of an hour since the day began. */
  readonly slot: number;
  readonly announced: number;
  readonly kept: number;
};

export interface BadActor {
  readonly sensorId: SensorId;
  readonly alerts: number;
}

export interface AlarmBudgetStore {
  budgets(tenantId: TenantId): Promise<AlarmBudget[]>;
  set(tenantId: TenantId, budget: { scope: BudgetScope; alertsPerDay: number; by: string }): Promise<void>;
  unset(tenantId: TenantId, scope: BudgetScope): Promise<void>;

  /**
   * Keeps others from writing lines and counts of the tenant, or setting its budgets, until the transaction ends; those
   * of assets, which have a lock of their own: who folds sensors waits for assets, and must not be waited for by them.
   */
  lock(tenantId: TenantId, of: "sensors" | "assets"): Promise<void>;
  /** Lines of these days, in order of days, of all scopes and kinds. */
  lines(tenantId: TenantId, days: readonly Day[]): Promise<StoredLine[]>;
  /** Lines from `after` exclusive to `to` inclusive, in order of days. */
  linesBetween(tenantId: TenantId, of: LineOf, range: { after: Day; to: Day }): Promise<LineCounts[]>;
  /** The newest line before `day`. */
  lineBefore(tenantId: TenantId, of: LineOf, day: Day): Promise<StoredLine | undefined>;
  /** The newest day that has a line. */
  newestDay(tenantId: TenantId): Promise<Day | undefined>;
  addLines(tenantId: TenantId, lines: readonly Omit<StoredLine, "counted">[]): Promise<void>;
  /** Says what a day was taken to have; one that has been said stays. */
  closeDay(tenantId: TenantId, of: LineOf, day: { day: Day; counted: number }): Promise<void>;

  /**
   * Who reported on `day`, under the scope; `scopes` are all that have a budget. An asset reported when two of its own
   * sensors did: it is as old as the oldest of them, and has the rows that the fastest has readings.
   */
  population(
    tenantId: TenantId,
    scope: BudgetScope,
    asked: { day: Day; scopes: readonly BudgetScope[] },
  ): Promise<{ sensors: AgeGroup[]; assets: AgeGroup[] }>;
  addPopulation(
    tenantId: TenantId,
    days: readonly (SensorDay & { readonly sensorId: SensorId; readonly age: number })[],
  ): Promise<void>;
  forgetPopulation(tenantId: TenantId, before: Day): Promise<void>;
  addBursts(tenantId: TenantId, bursts: readonly BurstCount[]): Promise<void>;

  /** The nearest of `scopes` at or above each subject; subjects without one are left out. */
  scopesOf(
    tenantId: TenantId,
    subjects: readonly Subject[],
    scopes: readonly BudgetScope[],
  ): Promise<(Subject & { readonly scope: BudgetScope })[]>;
  /** Sensors in use that a budget holds for, were `scopes` all that have one. */
  countSensors(tenantId: TenantId, scope: BudgetScope, scopes: readonly BudgetScope[]): Promise<number>;
  /** Sensors with the most alerts that were announced by their rarity, opened in this range of data time (ms). */
  badActors(tenantId: TenantId, range: { from: number; to: number; limit: number }): Promise<BadActor[]>;
}
