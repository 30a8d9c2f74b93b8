/** The detectors that settings ask for. */
import type { Detector } from "./detectors/detector.ts";
import { type DetectorChoice, makeDetector } from "./detectors/mod.ts";
import { fingerprint } from "./fingerprint.ts";
import { type LevelLimits, levelLimits } from "./level.ts";
import { knownQuantity, seedLayer } from "./quantity.ts";
import type { DetectionSettings } from "./settings.ts";
import { resolveSettings, sensorSettingsOf } from "./settings_layers.ts";
import { type GlitchLimits, glitchLimits } from "./stats/glitch.ts";
import { byRate, readingsIn } from "./stats/span.ts";

export interface DetectorSet {
  readonly settings: DetectionSettings;
  /** Names the settings and all that is in them: sets of one version judge alike. */
  readonly version: string;
  /** The ensemble. */
  readonly detectors: readonly Detector<unknown>[];
  /** One per detector: its name, version and parameters. A state fits every detector of the same part. */
  readonly parts: readonly string[];
  readonly weights: Float64Array;
  /** One per watch of the settings. */
  readonly watches: readonly Detector<unknown>[];
  /** One per watch. */
  readonly watchParts: readonly string[];
  /** What is known of a sensor besides its detectors: a state fits where the same is made of readings. */
  readonly frame: Frame;
  /** The spans of the settings, for a sensor that gives so many readings an hour. */
  readonly limitsAt: (perHour: number) => FoldLimits;
}

/** Names the rules for what a sensor's readings are taken for. */
export interface Frame {
  readonly counts: boolean;
  readonly glitch: string;
  readonly level: string;
}

/** What the fold counts in readings. */
export interface FoldLimits {
  readonly glitch: GlitchLimits;
  readonly level: LevelLimits;
  readonly rest: { readonly floor: number; readonly readings: number };
  /** Readings that ranges hold, see `CautionRules`. */
  readonly known: number;
  /** What each detector and watch asked for. */
  readonly detectors: readonly unknown[];
  readonly watches: readonly unknown[];
}

/** The set that a sensor of `quantity` starts with; that of "generic" when it is not known. */
export function detectorSet(quantity: string): DetectorSet {
  return makeSet(sensorSettingsOf(resolveSettings([seedLayer(knownQuantity(quantity))])));
}

/** Throws a RangeError for settings that no detector can be made from. */
export function makeSet(settings: DetectionSettings): DetectorSet {
  const detectors = settings.detectors.map(makeDetector);
  const watches = settings.watches.map(({ detector }) => makeDetector(detector));
  const parts = detectors.map((detector, d) => partOf(detector, settings.detectors[d], settings));
  const watchParts = watches.map((detector, w) => partOf(detector, settings.watches[w].detector, settings));
  const { version: name, ...content } = settings;
  return {
    settings,
    version: `${name} ${fingerprint([content, parts, watchParts])}`,
    detectors,
    parts,
    weights: Float64Array.from(settings.detectors, ({ weight }) => weight),
    watches,
    watchParts,
    frame: { counts: settings.counts, glitch: fingerprint(settings.glitch), level: fingerprint(settings.level) },
    limitsAt: byRate((perHour) => ({
      glitch: glitchLimits(settings.glitch, perHour),
      level: levelLimits(settings.level, perHour),
      rest: { floor: settings.rest.floor, readings: readingsIn(settings.rest.length, perHour) },
      known: readingsIn(settings.caution.window, perHour),
      detectors: detectors.map((detector) => detector.limitsAt(perHour)),
      watches: watches.map((watch) => watch.limitsAt(perHour)),
    })),
  };
}

function partOf(
  { name, version }: Detector<unknown>,
  { parameters }: DetectorChoice,
  { counts }: DetectionSettings,
): string {
  // What a rate looks like says nothing about a count.
  return `${name}-${version}-${counts ? "rate-" : ""}${fingerprint(parameters)}`;
}
