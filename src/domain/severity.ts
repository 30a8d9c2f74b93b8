/** Ordered urgency of an alert, from its score, its persistence and the asset's criticality. */

export const SEVERITIES = ["LOW", "MEDIUM", "HIGH", "CRITICAL"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** How much the plant depends on an asset: A stops it, B slows it, C is spared. */
export const CRITICALITIES = ["A", "B", "C"] as const;
export type Criticality = (typeof CRITICALITIES)[number];
