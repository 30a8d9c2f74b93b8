/** The detectors of single sensors, by name: settings choose among them and give their parameters. */
import type { Fields, FieldsOf } from "../field.ts";
import { NOVELTY_FIELDS, type NoveltyParameters } from "../stats/novelty.ts";
import type { Detector } from "./detector.ts";
import { drift, DRIFT_FIELDS, type DriftParameters } from "./drift.ts";
import { exemplar, EXEMPLAR_FIELDS, type ExemplarParameters } from "./exemplar.ts";
import { flatline, FLATLINE_FIELDS, type FlatlineParameters } from "./flatline.ts";
import { LEVEL_FIELDS, levelNovelty, type LevelParameters } from "./level_novelty.ts";
import { LEVEL_SHIFT_FIELDS, levelShift, type LevelShiftParameters } from "./level_shift.ts";
import { limit, LIMIT_FIELDS, type LimitParameters } from "./limit.ts";
import { rateOfChange } from "./rate_of_change.ts";
import { STEADY_LEVEL_FIELDS, steadyLevel, type SteadyLevelParameters } from "./steady_level.ts";
import { TIME_OF_DAY_FIELDS, timeOfDayNovelty, type TimeOfDayParameters } from "./time_of_day_novelty.ts";
import { valueNovelty } from "./value_novelty.ts";
import { VARIANCE_FIELDS, varianceChange, type VarianceParameters } from "./variance_change.ts";
import { zscore, ZSCORE_FIELDS, type ZscoreParameters } from "./zscore.ts";

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

/** How each is made, and what its parameters are. */
const DETECTORS: {
  readonly [Name in DetectorName]: {
    readonly make: (parameters: DetectorParameters[Name]) => Detector<unknown>;
    readonly fields: FieldsOf<DetectorParameters[Name]>;
  };
} = {
  zscore: { make: zscore, fields: ZSCORE_FIELDS },
  value_novelty: { make: valueNovelty, fields: NOVELTY_FIELDS },
  time_of_day_novelty: { make: timeOfDayNovelty, fields: TIME_OF_DAY_FIELDS },
  level_novelty: { make: levelNovelty, fields: LEVEL_FIELDS },
  steady_level: { make: steadyLevel, fields: STEADY_LEVEL_FIELDS },
  exemplar: { make: exemplar, fields: EXEMPLAR_FIELDS },
  level_shift: { make: levelShift, fields: LEVEL_SHIFT_FIELDS },
  variance_change: { make: varianceChange, fields: VARIANCE_FIELDS },
  rate_of_change: { make: rateOfChange, fields: NOVELTY_FIELDS },
  drift: { make: drift, fields: DRIFT_FIELDS },
  flatline: { make: flatline, fields: FLATLINE_FIELDS },
  limit: { make: limit, fields: LIMIT_FIELDS },
};

/** Every detector there is. */
export const DETECTOR_NAMES = Object.keys(DETECTORS) as readonly DetectorName[];

/** A detector of the list with its parameters. */
export type DetectorChoice = {
  readonly [Name in DetectorName]: { readonly name: Name; readonly parameters: DetectorParameters[Name] };
}[DetectorName];

/** Makes a detector. Throws a RangeError for an unknown name, or for parameters out of bounds. */
export function makeDetector({ name, parameters }: DetectorChoice): Detector<unknown> {
  if (!isDetector(name)) {
    throw new RangeError(`there is no detector ${JSON.stringify(name)}; there are ${DETECTOR_NAMES.join(", ")}`);
  }
  return alike(DETECTORS[name].make(parameters as never));
}

/**
 * The same detector with every property there, in one order: the fold asks detectors of all kinds in the same places,
 * and finds `score` and `learn` without a search only where all that comes by has one layout.
 */
function alike(
  { name, sees, version, warmUp, start, limitsAt, score, excess, learn, level, normal, repace, facts }: Detector<
    unknown
  >,
): Detector<unknown> {
  return { name, sees, version, warmUp, start, limitsAt, score, excess, learn, level, normal, repace, facts };
}

export function isDetector(name: string): name is DetectorName {
  return Object.hasOwn(DETECTORS, name);
}

/** What the parameters of a detector are. */
export function fieldsOf(name: DetectorName): Fields {
  return DETECTORS[name].fields;
}
