/** The detectors that the settings of a quantity ask for, made once. */
import type { Detector } from "./detectors/detector.ts";
import { makeDetector } from "./detectors/mod.ts";
import { type LevelLimits, levelLimits } from "./level.ts";
import { settingsFor } from "./quantity.ts";
import type { DetectionSettings } from "./settings.ts";
import { type GlitchLimits, glitchLimits } from "./stats/glitch.ts";
import { readingsIn } from "./stats/span.ts";

export interface DetectorSet {
  readonly settings: DetectionSettings;
  /** Of the settings and of every detector's state: states of another version cannot be used. */
  readonly version: string;
  /** The ensemble. */
  readonly detectors: readonly Detector<unknown>[];
  readonly weights: Float64Array;
  /** One per watch of the settings. */
  readonly watches: readonly Detector<unknown>[];
  /** The spans of the settings, for a sensor that gives so many readings an hour. */
  readonly limitsAt: (perHour: number) => FoldLimits;
}

/** What the fold counts in readings. */
export interface FoldLimits {
  readonly glitch: GlitchLimits;
  readonly level: LevelLimits;
  readonly rest: { readonly floor: number; readonly readings: number };
  /** Readings that ranges hold, see `CautionRules`. */
  readonly known: number;
}

const made = new Map<DetectionSettings, DetectorSet>();

export function detectorSet(quantity: string): DetectorSet {
  const settings = settingsFor(quantity);
  const set = made.get(settings) ?? makeSet(settings);
  made.set(settings, set);
  return set;
}

/** Throws a RangeError for settings that no detector can be made from. */
export function makeSet(settings: DetectionSettings): DetectorSet {
  const detectors = settings.detectors.map(makeDetector);
  const watches = settings.watches.map(({ detector }) => makeDetector(detector));
  return {
    settings,
    version: [settings.version, ...[...detectors, ...watches].map(({ name, version }) => `${name}-${version}`)].join(
      " ",
    ),
    detectors,
    weights: Float64Array.from(settings.detectors, ({ weight }) => weight),
    watches,
    limitsAt: (perHour) => ({
      glitch: glitchLimits(settings.glitch, perHour),
      level: levelLimits(settings.level, perHour),
      rest: { floor: settings.rest.floor, readings: readingsIn(settings.rest.length, perHour) },
      known: readingsIn(settings.caution.window, perHour),
    }),
  };
}
