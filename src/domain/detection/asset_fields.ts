/** What the numbers of an asset's settings are. */
import { ASSET_DETECTORS, type AssetSettings, type AssetWeights } from "./asset_settings.ts";
import type { AssetStreamSettings } from "./asset_stream_state.ts";
import { EPISODE_FIELDS } from "./episode.ts";
import { type FieldsOf, number, readings, share } from "./field.ts";

const STREAM_FIELDS: FieldsOf<AssetStreamSettings> = {
  warmUp: readings("Readings of a sensor that are learnt from before it is judged.", { min: 10, max: 100_000 }),
  covers: number("Over how long levels are learnt in the end; 0: over the warm-up alone. More is calmer.", {
    unit: "hours",
    min: 0,
    max: 10_000,
  }),
  window: readings("Rows in the mean that is judged: more find smaller shifts, later.", {
    unit: "rows",
    min: 1,
    max: 1_000,
  }),
  perBlock: readings("Rows in a block of the warm-up.", { unit: "rows", min: 2, max: 1_000 }),
  follow: share("How much of a departure a level follows: more forgets faster.", { unit: "share a row" }),
  gate: number("Departures beyond it are not followed.", { unit: "spreads", min: 0.001, max: 1_000 }),
  fade: share("How much of the largest recent departure fades.", { unit: "share a row" }),
  excursion: number("A departure under it is none to return from.", { unit: "spreads", min: 0.001, max: 1_000 }),
  release: number("How fast a score falls to the newest one: less keeps an alert up longer.", {
    unit: "share a row",
    min: 0.0001,
    max: 1,
  }),
  half: number("Strangeness at which the score is 0.5: more is calmer.", { min: 0.001, max: 1_000_000 }),
  gapIntervals: number("A longer pause empties the windows.", { unit: "usual intervals", min: 1, max: 1_000_000 }),
};

function weightFields(when: string): FieldsOf<AssetWeights> {
  const { asset_stream, t_squared, isolation_forest, operating_modes } = ASSET_DETECTORS;
  const weight = (detector: string) =>
    share(`Share of its score in the asset's ${when}; 0 leaves it out. What it looks for: ${detector}`);
  return {
    asset_stream: weight(asset_stream),
    t_squared: weight(t_squared),
    isolation_forest: weight(isolation_forest),
    operating_modes: weight(operating_modes),
  };
}

const WAIT_MAX_MS = 366 * 86_400_000;
const wait = (effect: string) => number(effect, { unit: "ms of data time", min: 0, max: WAIT_MAX_MS });

export const ASSET_FIELDS: FieldsOf<Omit<AssetSettings, "version" | "fitsAt">> = {
  binMs: readings("Length of a row; left out, it is learnt from the fastest sensor. Another length relearns all.", {
    unit: "ms",
    max: 86_400_000,
  }),
  wait: {
    ms: wait("How long rows are kept open for sensors that are behind; left out, it is learnt within the bounds."),
    leastMs: wait("The least of what is learnt: more lets later readings into the rows, and finds faults later."),
    mostMs: wait("The most of what is learnt, and how long a sensor that never reported is waited for."),
  },
  stream: STREAM_FIELDS,
  sampleMax: readings("Rows of the baseline that the models are fitted over: more are finer, and more memory.", {
    unit: "rows",
    min: 50,
    max: 1_000,
  }),
  forest: {
    trees: readings("Trees of the isolation forest: more are smoother, and cost more.", {
      unit: "trees",
      min: 1,
      max: 500,
    }),
    sample: readings("Rows that each tree is grown over.", { unit: "rows", min: 2, max: 1_000 }),
    seed: readings("Number that the forest's and the modes' draws follow from.", {
      unit: "",
      min: 0,
      max: 2_147_483_647,
    }),
  },
  modes: {
    fromRows: readings("Rows of the baseline from which operating modes are looked for.", { unit: "rows" }),
    most: readings("Operating modes that are told apart at most; 1: none.", { unit: "modes", max: 10 }),
    separation: share("How well modes have to part: more tells fewer apart."),
    between: share("Rows between modes, at most: more takes a load that goes to and fro for modes."),
  },
  caution: {
    rows: readings("Until an asset has had so many rows, opening an alert takes a higher score.", {
      unit: "rows",
      min: 0,
      max: 1_000_000,
    }),
    power: number("How much higher: the odds of a score are multiplied by (rows / these rows) to the power of this.", {
      min: 0,
      max: 10,
    }),
  },
  smoothing: number("How far a model's smoothed distance goes to the newest row's: less is calmer, and later.", {
    unit: "share a row",
    min: 0.0001,
    max: 1,
  }),
  weights: weightFields("while one operating mode is known"),
  weightsInModes: weightFields("once several operating modes are known"),
  episode: EPISODE_FIELDS,
};
