/**
 * An alert is the record that people act on. An episode opens it, raises its severity, and closes it; what people do to
 * it is in lifecycle.ts.
 */
import type { BatchId, SourceId } from "../intake/batch.ts";
import type { AppliedSettingsId } from "../detection/settings_layers.ts";
import type { RarityNow } from "../detection/episode.ts";
import type { Severity } from "../detection/severity.ts";
import type { Subject } from "../plant/subject.ts";
import type { Shelf } from "./shelf.ts";
import type { Suppression } from "./suppression.ts";

export type AlertId = number & { readonly noun: "alert" };

/** States of ISA-18.2: whether the condition stands, and whether a person has seen it. */
export const ALERT_STATES = {
  unacknowledged: "The condition stands, and nobody has seen it.",
  acknowledged: "The condition stands, and a person has seen it.",
  returned_unacknowledged: "The condition is over, and nobody has seen it.",
  latched: "The condition is over and a person has seen it, but it waits until somebody resets it.",
  normal: "The condition is over, and a person has seen it.",
} as const;
export type AlertState = keyof typeof ALERT_STATES;

/** What happens to an alert: what its episode does, what people do, and what the plant's windows and faults do. */
export const ALERT_CHANGES = {
  opened: "An episode has begun.",
  raised: "The episode has become more urgent.",
  closed: "The episode is over.",
  accepted: "A person has said that what it is about is normal from now on, which ended the episode.",
  acknowledged: "A person has seen it.",
  unacknowledged: "An acknowledgement was taken back.",
  reset: "A person has released the latch.",
  shelved: "A person has put it aside, for a time and a reason.",
  unshelved: "It is back from its shelf: taken down by a person, or its time is over.",
  assigned: "It was given to somebody, or to nobody.",
  commented: "A person has said something about it.",
  suppressed: "It is hidden by design.",
  released: "It is hidden by design no more.",
  superseded: "The settings changed, and nothing judges the episode any more: its reason says why.",
} as const;
export type AlertChange = keyof typeof ALERT_CHANGES;

/** What an alert is about: a sensor, an asset, or a source that has gone silent as a whole. */
export type AlertSubject =
  | (Subject & { readonly sourceId?: undefined })
  | { readonly sourceId: SourceId; readonly sensorId?: undefined; readonly assetId?: undefined };

/**
 * With the greatest rarity of the episode so far, and the line it was announced by; alerts about facts (flatline,
 * limit) have none.
 */
export type Alert = AlertSubject & Partial<RarityNow> & {
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
  /** What its subject was judged by when it opened; undefined for alerts of earlier releases. */
  readonly settingsId: AppliedSettingsId | undefined;
} & Handling;

/** What has been done about it. */
export interface Handling {
  /** Counts its transitions, from 1 with the opening: whoever acts may name the one that they saw. */
  readonly version: number;
  /** Once its condition is over and somebody has seen it, it waits for a reset. */
  readonly latching: boolean;
  readonly assignee: string | undefined;
  readonly shelf: Shelf | undefined;
  readonly suppressedBy: readonly Suppression[];
  /** The alert that it belongs to, and that stands for it: of its asset, or the first of those that chatter. */
  readonly parentId: AlertId | undefined;
}

/** An alert that nobody has done anything about. */
export const UNHANDLED: Handling = {
  version: 1,
  latching: false,
  assignee: undefined,
  shelf: undefined,
  suppressedBy: [],
  parentId: undefined,
};

/** Whether it bothers nobody: it is on a shelf, or suppressed. OPC UA Part 9 calls it SuppressedOrShelved. */
export function isHidden({ shelf, suppressedBy }: Pick<Handling, "shelf" | "suppressedBy">): boolean {
  return shelf !== undefined || suppressedBy.length > 0;
}
