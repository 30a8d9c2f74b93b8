/** Ordered urgency of an alert, by a table over its score, its persistence and the asset's criticality. */

import type { Criticality } from "../plant/asset.ts";

export const SEVERITIES = ["LOW", "MEDIUM", "HIGH", "CRITICAL"] as const;
export type Severity = (typeof SEVERITIES)[number];

export const SEVERITY_MEANINGS: Readonly<Record<Severity, string>> = {
  LOW: "To be looked at some time.",
  MEDIUM: "To be looked at soon: clearly unusual, or it lasts.",
  HIGH: "To be looked at today: very unusual, or it lasts long.",
  CRITICAL: "To be looked at now.",
};

/** Holds for scores from `scoreMin` and episodes of at least `anomaliesMin` anomalies. */
export interface SeverityRow {
  readonly scoreMin: number;
  readonly anomaliesMin: number;
  readonly severity: Severity;
}

/**
 * The table: the first row whose conditions hold gives the severity for criticality B; A is one step above, C one
 * below.
 */
export const SEVERITY_TABLE: readonly SeverityRow[] = [
  { scoreMin: 0.9, anomaliesMin: 5, severity: "CRITICAL" },
  { scoreMin: 0.8, anomaliesMin: 1, severity: "HIGH" },
  { scoreMin: 0.6, anomaliesMin: 10, severity: "HIGH" },
  { scoreMin: 0.5, anomaliesMin: 1, severity: "MEDIUM" },
  { scoreMin: 0, anomaliesMin: 5, severity: "MEDIUM" },
  { scoreMin: 0, anomaliesMin: 0, severity: "LOW" },
];

const STEP: Readonly<Record<Criticality, number>> = { A: 1, B: 0, C: -1 };

export interface Urgency {
  /** Highest score of the episode so far. */
  readonly score: number;
  /** Persistence: readings of the episode that were over the threshold. */
  readonly anomalies: number;
  readonly criticality: Criticality;
}

/** By `table`, whose last row holds for everything. */
export function severityOf({ score, anomalies, criticality }: Urgency, table = SEVERITY_TABLE): Severity {
  const row = table.find(({ scoreMin, anomaliesMin }) => score >= scoreMin && anomalies >= anomaliesMin)!;
  const step = SEVERITIES.indexOf(row.severity) + STEP[criticality];
  return SEVERITIES[Math.min(Math.max(step, 0), SEVERITIES.length - 1)];
}

/** Whether `a` is more urgent than `b`. */
export function isAbove(a: Severity, b: Severity): boolean {
  return SEVERITIES.indexOf(a) > SEVERITIES.indexOf(b);
}
