/** Settings of detection, as data: which detectors, with which parameters and weights, and the hysteresis behind them. */
import type { DetectorName, DetectorParameters } from "./detectors/mod.ts";
import type { RestRules } from "./ensemble.ts";
import type { EpisodeRules } from "./episode.ts";

export type DetectorSetting = {
  readonly [Name in DetectorName]: {
    readonly name: Name;
    readonly weight: number;
    readonly parameters: DetectorParameters[Name];
  };
}[DetectorName];

export interface DetectionSettings {
  /** Names this set of numbers; a state made under another one relearns. */
  readonly version: string;
  readonly detectors: readonly DetectorSetting[];
  readonly rest: RestRules;
  readonly episode: EpisodeRules;
}

const NOVELTY = { blocks: 16, perBlock: 250, half: 0.08, warmUp: 150 };

export const DEFAULT_SETTINGS: DetectionSettings = {
  version: "generic-1",
  detectors: [
    { name: "zscore", weight: 0.2, parameters: { sigma: 4, cap: 12, memory: 4_000, warmUp: 150 } },
    { name: "value_novelty", weight: 0.8, parameters: NOVELTY },
    { name: "time_of_day_novelty", weight: 0.8, parameters: { ...NOVELTY, parts: 24, memory: 360 } },
    { name: "level_novelty", weight: 0.5, parameters: { ...NOVELTY, length: 24 } },
  ],
  rest: { length: 120, floor: 0.2 },
  episode: { threshold: 0.3, deadband: 0.15, onDelay: 1, offDelay: 60 },
};

/** The settings that a sensor of `quantity` starts with. */
export function settingsFor(_quantity: string): DetectionSettings {
  return DEFAULT_SETTINGS;
}
