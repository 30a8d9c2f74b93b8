/** The detectors of single sensors, by name: settings choose among them and give their parameters. */
import type { NoveltyParameters } from "../stats/novelty.ts";
import type { Detector } from "./detector.ts";
import { drift, type DriftParameters } from "./drift.ts";
import { exemplar, type ExemplarParameters } from "./exemplar.ts";
import { flatline, type FlatlineParameters } from "./flatline.ts";
import { levelNovelty, type LevelParameters } from "./level_novelty.ts";
import { levelShift, type LevelShiftParameters } from "./level_shift.ts";
import { limit, type LimitParameters } from "./limit.ts";
import { rateOfChange } from "./rate_of_change.ts";
import { steadyLevel, type SteadyLevelParameters } from "./steady_level.ts";
import { timeOfDayNovelty, type TimeOfDayParameters } from "./time_of_day_novelty.ts";
import { valueNovelty } from "./value_novelty.ts";
import { varianceChange, type VarianceParameters } from "./variance_change.ts";
import { zscore, type ZscoreParameters } from "./zscore.ts";

/** Parameters of each detector, by its name. */
export interface DetectorParameters {
  readonly zscore: ZscoreParameters;
  readonly value_novelty: NoveltyParameters;
  readonly time_of_day_novelty: TimeOfDayParameters;
  readonly level_novelty: LevelParameters;
  readonly steady_level: SteadyLevelParameters;
  readonly exemplar: ExemplarParameters;
  readonly level_shift: LevelShiftParameters;
  readonly variance_change: VarianceParameters;
  readonly rate_of_change: NoveltyParameters;
  readonly drift: DriftParameters;
  readonly flatline: FlatlineParameters;
  readonly limit: LimitParameters;
}

export type DetectorName = keyof DetectorParameters;

const MAKERS: { readonly [Name in DetectorName]: (parameters: DetectorParameters[Name]) => Detector<unknown> } = {
  zscore,
  value_novelty: valueNovelty,
  time_of_day_novelty: timeOfDayNovelty,
  level_novelty: levelNovelty,
  steady_level: steadyLevel,
  exemplar,
  level_shift: levelShift,
  variance_change: varianceChange,
  rate_of_change: rateOfChange,
  drift,
  flatline,
  limit,
};

/** Every detector there is. */
export const DETECTOR_NAMES = Object.keys(MAKERS) as readonly DetectorName[];

/** A detector of the list with its parameters. */
export type DetectorChoice = {
  readonly [Name in DetectorName]: { readonly name: Name; readonly parameters: DetectorParameters[Name] };
}[DetectorName];

/** Makes a detector. Throws a RangeError for an unknown name, or for parameters out of bounds. */
export function makeDetector({ name, parameters }: DetectorChoice): Detector<unknown> {
  if (!Object.hasOwn(MAKERS, name)) {
    throw new RangeError(`there is no detector ${JSON.stringify(name)}; there are ${DETECTOR_NAMES.join(", ")}`);
  }
  return MAKERS[name](parameters as never);
}
