/**
 * Settings of the detection on assets, as plain data: how rows are made, how the asset's ensemble judges them, and the
 * hysteresis behind it.
 */
import type { EpisodeRules } from "./episode.ts";
import { ASSET_STREAM_DEFAULTS, type AssetStreamSettings } from "./asset_stream_state.ts";

/** The detectors of an asset's ensemble. */
export const ASSET_DETECTORS = {
  asset_stream: "Departures of each sensor from its learnt level, joined by the learnt correlation.",
  t_squared:
    "Hotelling's T-squared: distance from the baseline's mean, along and across how the sensors move together.",
  isolation_forest: "How few random cuts part the row from the baseline.",
  operating_modes: "T-squared within the nearest of the baseline's operating modes.",
} as const;
export type AssetDetectorName = keyof typeof ASSET_DETECTORS;

export interface AssetSettings {
  /** Names this set of numbers: what states of another one keep, asset_adoption.ts says. */
  readonly version: string;
  /** Length of a row in ms; undefined: the interval of the fastest sensor, as it is given or learnt. */
  readonly binMs: number | undefined;
  readonly wait: WaitRules;
  readonly stream: AssetStreamSettings;
  /** Rows of the baseline, over which the models are fitted: at the first, then again with more at each further one. */
  readonly fitsAt: readonly number[];
  /** Rows of the baseline that are kept for that. */
  readonly sampleMax: number;
  readonly forest: { readonly trees: number; readonly sample: number; readonly seed: number };
  readonly modes: {
    /** Modes are looked for from so many rows of the baseline on. */
    readonly fromRows: number;
    readonly most: number;
    /** How well they have to part (k_means.ts), 0 to 1: else the asset has one mode. */
    readonly separation: number;
    /** Share of rows that lie between them, at most: a load that goes to and fro has no modes. */
    readonly between: number;
  };
  /** What opens an episode while the baseline is still being gathered, as withCaution in ensemble.ts. */
  readonly caution: { readonly rows: number; readonly power: number };
  /** Share of the way to a row's distance that a model's smoothed distance goes. */
  readonly smoothing: number;
  /** What each detector's score counts for, 0 to 1; 0 leaves it out. */
  readonly weights: AssetWeights;
  /** The same once several operating modes are known: levels that hold in one of them say nothing in another. */
  readonly weightsInModes: AssetWeights;
  readonly episode: EpisodeRules;
}

export type AssetWeights = Readonly<Record<AssetDetectorName, number>>;

/** How long rows are kept open for sensors that are behind, in data time. */
export interface WaitRules {
  /** As somebody said; undefined: learnt from how far behind readings come. */
  readonly ms: number | undefined;
  /**
   * Bounds of what is learnt. Until enough has arrived to learn from, and for sensors that never reported, the upper.
   */
  readonly leastMs: number;
  readonly mostMs: number;
}

export const ASSET_DEFAULTS: AssetSettings = {
  version: "asset-2",
  binMs: undefined,
  wait: { ms: undefined, leastMs: 10 * 60_000, mostMs: 86_400_000 },
  stream: ASSET_STREAM_DEFAULTS,
  fitsAt: [400, 1_000, 2_000],
  sampleMax: 256,
  forest: { trees: 100, sample: 256, seed: 1 },
  modes: { fromRows: 2_000, most: 4, separation: 0.7, between: 0.03 },
  caution: { rows: 2_000, power: 0.5 },
  smoothing: 0.1,
  weights: { asset_stream: 1, t_squared: 0.05, isolation_forest: 0.1, operating_modes: 0 },
  weightsInModes: { asset_stream: 0, t_squared: 0, isolation_forest: 0.1, operating_modes: 1 },
  // Levels that are kept from before hold the score up by themselves, so an episode ends by low scores alone.
  episode: {
    threshold: 0.5,
    deadband: 0.1,
    onDelay: { hours: 0, least: 5 },
    offDelay: { hours: 0, least: 30 },
    newNormal: { hours: 0, least: 30 },
  },
};
