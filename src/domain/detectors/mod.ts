/** The detectors of single sensors, by name: settings choose among them and give their parameters. */
import type { NoveltyParameters } from "../stats/novelty.ts";
import type { Detector } from "./detector.ts";
import { levelNovelty, type LevelParameters } from "./level_novelty.ts";
import { timeOfDayNovelty, type TimeOfDayParameters } from "./time_of_day_novelty.ts";
import { valueNovelty } from "./value_novelty.ts";
import { zscore, type ZscoreParameters } from "./zscore.ts";

/** Parameters of each detector, by its name. */
export interface DetectorParameters {
  readonly zscore: ZscoreParameters;
  readonly value_novelty: NoveltyParameters;
  readonly time_of_day_novelty: TimeOfDayParameters;
  readonly level_novelty: LevelParameters;
}

export type DetectorName = keyof DetectorParameters;

const MAKERS: { readonly [Name in DetectorName]: (parameters: DetectorParameters[Name]) => Detector<unknown> } = {
  zscore,
  value_novelty: valueNovelty,
  time_of_day_novelty: timeOfDayNovelty,
  level_novelty: levelNovelty,
};

/** Makes a detector. Throws a RangeError for parameters out of bounds. */
export function makeDetector<Name extends DetectorName>(
  name: Name,
  parameters: DetectorParameters[Name],
): Detector<unknown> {
  return MAKERS[name](parameters);
}
