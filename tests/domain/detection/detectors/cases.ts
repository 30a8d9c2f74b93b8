/**
 * What the conformance suite needs to know of each detector. The suite finds the detectors by itself, in
 * src/domain/detection/detectors/mod.ts: one that is registered and not here fails it.
 */
import type { DetectorName, DetectorParameters } from "../../../../src/domain/detection/detectors/mod.ts";
import { DEFAULT_SETTINGS } from "../../../../src/domain/detection/settings.ts";

/** What single gross outliers, up and down, are to a detector. */
export type Outlier =
  | "found"
  /** It leaves them to others, for this reason; it finds `instead`, which follows calm noise between -0.5 and 0.5. */
  | { readonly ignoredBecause: string; readonly instead: readonly number[] };

export interface DetectorCase<Name extends DetectorName> {
  readonly parameters: DetectorParameters[Name];
  readonly outlier: Outlier;
  /** Between two readings; a second if left out, so that all are in one part of the day. */
  readonly stepMs?: number;
}

export const DETECTOR_CASES: { readonly [Name in DetectorName]: DetectorCase<Name> } = {
  zscore: { parameters: defaultsOf("zscore"), outlier: "found" },
  value_novelty: { parameters: defaultsOf("value_novelty"), outlier: "found" },
  time_of_day_novelty: { parameters: defaultsOf("time_of_day_novelty"), outlier: "found" },
  level_novelty: { parameters: defaultsOf("level_novelty"), outlier: "found" },
  steady_level: { parameters: defaultsOf("steady_level"), outlier: "found" },
  drift: { parameters: defaultsOf("drift"), outlier: "found", stepMs: 86_400_000 },
  exemplar: { parameters: defaultsOf("exemplar"), outlier: "found" },
  level_shift: {
    parameters: defaultsOf("level_shift"),
    outlier: { ignoredBecause: "one outlier is no shift: it is clipped", instead: noiseAround(5, 300) },
  },
  variance_change: { parameters: defaultsOf("variance_change"), outlier: "found" },
  rate_of_change: { parameters: defaultsOf("rate_of_change"), outlier: "found" },
  flatline: {
    parameters: defaultsOf("flatline"),
    outlier: { ignoredBecause: "it looks for repetition, whatever the value", instead: Array(100).fill(0.25) },
  },
  limit: { parameters: { low: -10, high: 60, hysteresis: 2 }, outlier: "found" },
};

/** The parameters of a detector in the default settings. */
function defaultsOf<Name extends DetectorName>(name: Name): DetectorParameters[Name] {
  const choices = [...DEFAULT_SETTINGS.detectors, ...DEFAULT_SETTINGS.watches.map(({ detector }) => detector)];
  const found = choices.find((choice) => choice.name === name);
  if (found === undefined) throw new Error(`${name} is not in the default settings: give its parameters here`);
  return found.parameters as DetectorParameters[Name];
}

function noiseAround(level: number, rows: number): number[] {
  return Array.from({ length: rows }, (_, i) => level + Math.sin(i * 12.9898) / 2);
}
