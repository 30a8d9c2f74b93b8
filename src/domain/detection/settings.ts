/**
 * Settings of detection, as data: which detectors, with which parameters and weights, and the hysteresis behind them.
 */
import type { DetectorChoice } from "./detectors/mod.ts";
import { CAUTION_FIELDS, type CautionRules, REST_FIELDS, type RestRules } from "./ensemble.ts";
import { EPISODE_FIELDS, type EpisodeRules } from "./episode.ts";
import { type FieldsOf, onOff, readings, share, WINDOW } from "./field.ts";
import { LEVEL_RULES_FIELDS, type LevelRules } from "./level.ts";
import { SEVERITY_TABLE, type SeverityRow } from "./severity.ts";
import { GLITCH_FIELDS, type GlitchRules } from "./stats/glitch.ts";
import type { Span } from "./stats/span.ts";

export interface DetectionSettings {
  /** Names this set of numbers; a state made under another one relearns. */
  readonly version: string;
  /** The ensemble: its episodes are of the kind "anomaly". */
  readonly detectors: readonly (DetectorChoice & { readonly weight: number })[];
  /** Whether readings add up (energy, running hours): then their rate an hour is judged, and a fall is a gap. */
  readonly counts: boolean;
  /** The levels that say whether the condition of an episode has ended. */
  readonly level: LevelRules;
  /** What is taken for a glitch, and so not learnt. */
  readonly glitch: GlitchRules;
  /** How much less a score says while little is known. */
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
  /** The first row that holds gives an alert's severity; the last one holds for everything. */
  readonly severity: readonly SeverityRow[];
}

/** What the numbers and switches are that stand in the settings by themselves. */
export const SETTINGS_FIELDS: FieldsOf<Omit<DetectionSettings, "version" | "detectors" | "watches" | "severity">> = {
  counts: onOff("Whether readings add up (energy, running hours): then their rate an hour is judged."),
  level: LEVEL_RULES_FIELDS,
  glitch: GLITCH_FIELDS,
  caution: CAUTION_FIELDS,
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

const AT_ONCE: Span = { hours: 0, least: 1 };
const CALM: Span = { hours: 1, least: 20 };
const DAY: Span = { hours: 24, least: 1 };
const WEEK: Span = { hours: 7 * 24, least: 200 };
const NOVELTY = { window: WINDOW, blocks: 4, half: 0.08, warmUp: 200 };

/** What an episode of a watch goes by when nobody says. */
export const WATCH_EPISODE: EpisodeRules = {
  threshold: 0.5,
  deadband: 0,
  onDelay: AT_ONCE,
  offDelay: AT_ONCE,
  newNormal: WEEK,
};

/** A single set of numbers for all quantities that have no other; docs/detection.md says how it was found. */
export const DEFAULT_SETTINGS: DetectionSettings = {
  version: "generic-2",
  detectors: [
    { name: "value_novelty", weight: 0.8, parameters: NOVELTY },
    {
      name: "time_of_day_novelty",
      weight: 0.8,
      // A part of the day is an hour: thirty days, and one.
      parameters: { ...NOVELTY, parts: 24, memory: { hours: 30, least: 30 }, atLeast: { hours: 1, least: 12 } },
    },
    { name: "level_novelty", weight: 0.4, parameters: { ...NOVELTY, length: { hours: 2, least: 4 } } },
    { name: "steady_level", weight: 0.5, parameters: { ...NOVELTY, half: 4, warmUp: 24, length: CALM } },
    {
      name: "exemplar",
      weight: 0.5,
      parameters: { ...NOVELTY, length: { hours: 3, least: 4 }, prototypes: 48, near: 0.08 },
    },
    { name: "rate_of_change", weight: 0.2, parameters: NOVELTY },
    { name: "variance_change", weight: 0.2, parameters: { ...NOVELTY, length: 12 } },
    {
      name: "level_shift",
      weight: 0.2,
      parameters: {
        warmUp: { hours: 25, least: 300 },
        slack: 1,
        decision: 100,
        clip: 3,
        relearn: { hours: 42, least: 300 },
      },
    },
    { name: "zscore", weight: 0.1, parameters: { sigma: 4, cap: 12, memory: WINDOW, warmUp: 200 } },
  ],
  counts: false,
  level: { stretch: CALM, window: WINDOW, blocks: 4 },
  glitch: { window: WINDOW, blocks: 4, first: 60, far: 10, lasts: { hours: 1, least: 12 }, rare: 0.02 },
  caution: { window: WINDOW, readings: 5_000, power: 0.3 },
  rest: { length: { hours: 10, least: 20 }, floor: 0.2 },
  episode: { threshold: 0.22, deadband: 0.02, onDelay: AT_ONCE, offDelay: CALM, newNormal: WEEK },
  watches: [
    {
      kind: "flatline",
      detector: { name: "flatline", parameters: { least: { hours: 0.5, least: 30 }, warmUp: 200, changes: 0.02 } },
      episode: WATCH_EPISODE,
    },
    {
      kind: "drift",
      detector: { name: "drift", parameters: { days: 10, weight: 0.3, halfRange: 0.25, halfMean: 2, share: 0.5 } },
      episode: {
        threshold: 0.5,
        deadband: 0.1,
        onDelay: AT_ONCE,
        offDelay: DAY,
        newNormal: { hours: 28 * 24, least: 100 },
      },
    },
  ],
  learnsAnomalies: true,
  baselineReadings: 300,
  severity: SEVERITY_TABLE,
};
