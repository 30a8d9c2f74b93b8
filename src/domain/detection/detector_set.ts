/** The detectors that settings ask for. */
import type { Detector } from "./detectors/detector.ts";
import { type DetectorChoice, makeDetector } from "./detectors/mod.ts";
import { fingerprint } from "./fingerprint.ts";
import { knownQuantity, seedLayer } from "./quantity.ts";
import type { DetectionSettings } from "./settings.ts";
import { resolveSettings, sensorSettingsOf } from "./settings_layers.ts";

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
}

/** The set that a sensor of `quantity` starts with; that of "generic" when it is not known. */
export function detectorSet(quantity: string): DetectorSet {
  return makeSet(sensorSettingsOf(resolveSettings([seedLayer(knownQuantity(quantity))])));
}

/** Throws a RangeError for settings that no detector can be made from. */
export function makeSet(settings: DetectionSettings): DetectorSet {
  const detectors = settings.detectors.map(makeDetector);
  const watches = settings.watches.map(({ detector }) => makeDetector(detector));
  const parts = detectors.map((detector, d) => partOf(detector, settings.detectors[d]));
  const watchParts = watches.map((detector, w) => partOf(detector, settings.watches[w].detector));
  const { version: name, ...content } = settings;
  return {
    settings,
    version: `${name} ${fingerprint([content, parts, watchParts])}`,
    detectors,
    parts,
    weights: Float64Array.from(settings.detectors, ({ weight }) => weight),
    watches,
    watchParts,
  };
}

function partOf({ name, version }: Detector<unknown>, { parameters }: DetectorChoice): string {
  return `${name}-${version}-${fingerprint(parameters)}`;
}
