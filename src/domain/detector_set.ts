/** The detectors that the settings of a quantity ask for, made once. */
import type { Detector } from "./detectors/detector.ts";
import { makeDetector } from "./detectors/mod.ts";
import { type DetectionSettings, settingsFor } from "./settings.ts";

export interface DetectorSet {
  readonly settings: DetectionSettings;
  /** Of the settings and of every detector's state: states of another version cannot be used. */
  readonly version: string;
  readonly detectors: readonly Detector<unknown>[];
  readonly weights: Float64Array;
}

const made = new Map<string, DetectorSet>();

export function detectorSet(quantity: string): DetectorSet {
  let set = made.get(quantity);
  if (set === undefined) {
    set = makeSet(settingsFor(quantity));
    // Quantities are free text: unknown ones share one set, so that names cannot fill the memory.
    if (made.size < 100) made.set(quantity, set);
  }
  return set;
}

/** Throws a RangeError for settings that no detector can be made from. */
export function makeSet(settings: DetectionSettings): DetectorSet {
  const detectors = settings.detectors.map(({ name, parameters }) => makeDetector(name, parameters as never));
  return {
    settings,
    version: [settings.version, ...detectors.map(({ name, version }) => `${name}-${version}`)].join(" "),
    detectors,
    weights: Float64Array.from(settings.detectors, ({ weight }) => weight),
  };
}
