/**
 * Settings of detection, as data: which detectors, with which parameters and weights, and the hysteresis behind them.
 */
import type { DetectorChoice } from "./detectors/mod.ts";
import { REST_FIELDS, type RestRules } from "./ensemble.ts";
import { EPISODE_FIELDS, type EpisodeRules } from "./episode.ts";
import { type FieldsOf, onOff, readings, share } from "./field.ts";
import { SEVERITY_TABLE, type SeverityRow } from "./severity.ts";

export interface DetectionSettings {
  /** Names this set of numbers; a state made under another one relearns. */
  readonly version: string;
  /** The ensemble: its episodes are of the kind "anomaly". */
  readonly detectors: readonly (DetectorChoice & { readonly weight: number })[];
  readonly rest: RestRules;
  readonly episode: EpisodeRules;
  /** Detectors that stand alone, each with episodes of its own kind. */
  readonly watches: readonly {
    readonly kind: string;
    readonly detector: DetectorChoice;
    readonly episode: EpisodeRules;
  }[];
  /**
   * Whether the detectors learn from readings that they find anomalous. Trailing windows have to, or a new regime would
   * alarm for ever.
   */
  readonly learnsAnomalies: boolean;
  /** Readings that make a baseline. */
  readonly baselineReadings: number;
  /** The first row that holds gives an alert's severity; the last one holds for everything. */
  readonly severity: readonly SeverityRow[];
}

/** What the numbers and switches are that stand in the settings by themselves. */
export const SETTINGS_FIELDS: FieldsOf<Omit<DetectionSettings, "version" | "detectors" | "watches" | "severity">> = {
  rest: REST_FIELDS,
  episode: EPISODE_FIELDS,
  learnsAnomalies: onOff(
    "Whether detectors learn from readings that they find anomalous; off: a new regime alarms until somebody acts.",
  ),
  baselineReadings: readings("Readings that the sensor's baseline is learnt from.", { max: 100_000 }),
};

export const WEIGHT_FIELD = share(
  "Share of this detector's score in the ensemble's; 0 turns it off, under the threshold it cannot alarm alone.",
);

/** What an episode of a watch goes by when nobody says. */
export const WATCH_EPISODE: EpisodeRules = { threshold: 0.5, deadband: 0, onDelay: 1, offDelay: 1 };

const NOVELTY = { blocks: 5, perBlock: 800, half: 0.08, warmUp: 200 };

/** A single set of numbers for all quantities that have no other; docs/detection.md says how it was found. */
export const DEFAULT_SETTINGS: DetectionSettings = {
  version: "generic-1",
  detectors: [
    { name: "value_novelty", weight: 0.8, parameters: NOVELTY },
    { name: "time_of_day_novelty", weight: 0.8, parameters: { ...NOVELTY, parts: 24, memory: 360, atLeast: 12 } },
    { name: "level_novelty", weight: 0.5, parameters: { ...NOVELTY, length: 24 } },
    { name: "rate_of_change", weight: 0.2, parameters: NOVELTY },
    { name: "variance_change", weight: 0.2, parameters: { ...NOVELTY, length: 16 } },
    { name: "level_shift", weight: 0.2, parameters: { warmUp: 300, slack: 1, decision: 100, clip: 3, relearn: 500 } },
    { name: "zscore", weight: 0.1, parameters: { sigma: 4, cap: 12, memory: 4_000, warmUp: 200 } },
  ],
  rest: { length: 120, floor: 0.2 },
  episode: { threshold: 0.3, deadband: 0.15, onDelay: 1, offDelay: 60 },
  watches: [
    {
      kind: "flatline",
      detector: { name: "flatline", parameters: { least: 30, warmUp: 200, changes: 0.3 } },
      episode: WATCH_EPISODE,
    },
  ],
  learnsAnomalies: true,
  baselineReadings: 300,
  severity: SEVERITY_TABLE,
};
