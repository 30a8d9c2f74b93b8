/**
 * A reprocess run folds stored readings again and reports which alerts there would be. It changes nothing that is live.
 */
import type { AssetId } from "../plant/asset.ts";
import type { Evidence } from "../detection/episode.ts";
import type { SettingsDraftId } from "../detection/settings_layers.ts";
import type { SensorId } from "../plant/sensor.ts";
import type { Subject } from "../plant/subject.ts";
import type { Severity } from "../detection/severity.ts";

export type ReprocessRunId = number & { readonly noun: "reprocess run" };

export const REPROCESS_STATES = {
  running: "It is under way, or begins as soon as workflows can be started.",
  finished: "It is through.",
  failed: "It broke off; its failure says why.",
  cancelled: "A person ended it. What it found until then stays with it.",
} as const;
export type ReprocessState = keyof typeof REPROCESS_STATES;

/** By what a run judges. */
export const REPROCESS_SETTINGS = {
  as_judged: "By what each reading was judged by live: the run goes over to other settings where the sensor did.",
  live: "By the settings that were live when it was asked for, from the first reading on.",
  draft: "By a draft laid over the live settings, from the first reading on: what it would have done.",
} as const;
export type ReprocessSettings = keyof typeof REPROCESS_SETTINGS;

export interface ReprocessRun {
  readonly id: ReprocessRunId;
  readonly sensorId: SensorId | undefined;
  readonly assetId: AssetId | undefined;
  /** Alerts are reported whose episode starts in this range (data time, ms; from inclusive, to exclusive). */
  readonly from: number;
  readonly to: number;
  readonly settings: ReprocessSettings;
  /** The draft that it judges by. */
  readonly draftId: SettingsDraftId | undefined;
  readonly state: ReprocessState;
  readonly failure: string | undefined;
  readonly requestedAt: number;
  readonly finishedAt: number | undefined;
  readonly sensors: number;
  readonly sensorsFinished: number;
  /** Assets that are judged as one, folded behind the sensors. */
  readonly assets: number;
  readonly assetsFinished: number;
  /** Readings folded so far. */
  readonly readings: number;
  /**
   * Data time (ms) at which the fold began, when the readings before it had gone: its states know nothing of them, so
   * its alerts may differ from the live ones. Undefined: it began with the first reading.
   */
  readonly readingsFrom: number | undefined;
}

/** An alert that a run found. `live` says whether the live fold opened the same one. */
export type ReprocessedAlert = Subject & {
  readonly kind: string;
  readonly episodeStart: number;
  readonly openedAt: number;
  readonly endedAt: number | undefined;
  readonly severity: Severity;
  readonly score: number;
  readonly reason: string;
  readonly evidence: Evidence;
  readonly live: boolean;
};
