/**
 * An alert is the record that people act on. An episode opens it, raises its severity, and closes it; people
 * acknowledge it.
 */
import type { BatchId } from "../intake/batch.ts";
import type { Severity } from "../detection/severity.ts";
import type { Subject } from "../plant/subject.ts";

export type AlertId = number & { readonly noun: "alert" };

/** States of ISA-18.2: whether the condition stands, and whether a person has seen it. */
export const ALERT_STATES = {
  unacknowledged: "The condition stands, and nobody has seen it.",
  acknowledged: "The condition stands, and a person has seen it.",
  returned_unacknowledged: "The condition is over, and nobody has seen it.",
  normal: "The condition is over, and a person has seen it.",
} as const;
export type AlertState = keyof typeof ALERT_STATES;

/** What an episode does to its alert. */
export const ALERT_CHANGES = {
  opened: "An episode has begun.",
  raised: "The episode has become more urgent.",
  closed: "The episode is over.",
} as const;
export type AlertChange = keyof typeof ALERT_CHANGES;

export type Alert = Subject & {
  readonly id: AlertId;
  readonly kind: string;
  /** Data times in ms. The episode starts with its first anomaly; the alert opens once the on-delay has passed. */
  readonly episodeStart: number;
  readonly openedAt: number;
  readonly endedAt: number | undefined;
  readonly severity: Severity;
  readonly state: AlertState;
  /** Highest score of the episode so far. */
  readonly score: number;
  readonly reason: string;
  /** The batch whose readings opened it. */
  readonly batchId: BatchId;
};
