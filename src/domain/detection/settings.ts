/**
 * Settings of detection, as data: which detectors, with which parameters and weights, and the hysteresis behind them.
 */
import type { DetectorChoice } from "./detectors/mod.ts";
import type { CautionRules, RestRules } from "./ensemble.ts";
import type { EpisodeRules } from "./episode.ts";

export interface DetectionSettings {
  /** Names this set of numbers; a state made under another one relearns. */
  readonly version: string;
  /** The ensemble: its episodes are of the kind "anomaly". */
  readonly detectors: readonly (DetectorChoice & { readonly weight: number })[];
  readonly caution: CautionRules;
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
}

const NOVELTY = { blocks: 5, perBlock: 800, half: 0.08, warmUp: 200 };

/** A single set of numbers for all quantities that have no other; docs/detection.md says how it was found. */
export const DEFAULT_SETTINGS: DetectionSettings = {
  version: "generic-2",
  detectors: [
    { name: "value_novelty", weight: 0.8, parameters: NOVELTY },
    { name: "time_of_day_novelty", weight: 0.8, parameters: { ...NOVELTY, parts: 24, memory: 360, atLeast: 12 } },
    { name: "level_novelty", weight: 0.5, parameters: { ...NOVELTY, length: 24 } },
    {
      name: "exemplar",
      weight: 0.5,
      parameters: { ...NOVELTY, length: 36, prototypes: 64, near: 0.08 },
    },
    { name: "rate_of_change", weight: 0.2, parameters: NOVELTY },
    { name: "variance_change", weight: 0.2, parameters: { ...NOVELTY, length: 16 } },
    { name: "level_shift", weight: 0.2, parameters: { warmUp: 300, slack: 1, decision: 100, clip: 3, relearn: 500 } },
    { name: "zscore", weight: 0.1, parameters: { sigma: 4, cap: 12, memory: 4_000, warmUp: 200 } },
  ],
  caution: { readings: 4_000, power: 0.3 },
  rest: { length: 120, floor: 0.2 },
  episode: { threshold: 0.22, deadband: 0.15, onDelay: 1, offDelay: 60 },
  watches: [
    {
      kind: "flatline",
      detector: { name: "flatline", parameters: { least: 30, warmUp: 200, changes: 0.3 } },
      episode: { threshold: 0.5, deadband: 0, onDelay: 1, offDelay: 1 },
    },
  ],
  learnsAnomalies: true,
  baselineReadings: 300,
};
