/**
 * Level novelty.
 *
 * Idea: a mean over some readings moves far less than single readings do, so its range is narrow: a shift of the level
 *   well within the range of values is new to it.
 * Formula: m = mean over the last `length`; then that of stats/novelty.ts on m.
 * Parameters: `length` (a span of data time); those of stats/novelty.ts for m. A longer mean sees smaller shifts,
 *   later.
 * Example: values 0 to 10 whose means were 4.5 to 5.5; 24 values around 6 have m = 6, e = 0.5, and with half 0.1 score
 *   0.83.
 * Source: moving-average charts (S. W. Roberts, Technometrics 1(3), 1959), with the range as scale as in
 *   value_novelty.ts.
 */
import { type FieldsOf, span } from "../field.ts";
import {
  checkNovelty,
  excessOf,
  learnNovelty,
  type Novelty,
  NOVELTY_FIELDS,
  noveltyFacts,
  noveltyOf,
  type NoveltyParameters,
  sampleOf,
  sizeAt,
  startNovelty,
} from "../stats/novelty.ts";
import { readingsIn, type Span, spanRules } from "../stats/span.ts";
import {
  learnMean,
  type MeanWindow,
  meanWindow,
  meanWith,
  startMean,
  type TrailingMean,
} from "../stats/trailing_mean.ts";
import { widenRange, type WindowSize } from "../stats/trailing_range.ts";
import { checkParameters, type Detector } from "./detector.ts";

export interface LevelParameters extends NoveltyParameters {
  readonly length: Span;
}

interface State {
  level: Novelty;
  /** The readings of the window without the newest. */
  recent: TrailingMean;
}

interface Limits {
  /** Without the newest reading. */
  readonly window: MeanWindow;
  readonly size: WindowSize;
}

/** Blocks that the window is kept in: more follow it more exactly, in a larger state. */
const BLOCKS = 24;

export const LEVEL_FIELDS: FieldsOf<LevelParameters> = {
  ...NOVELTY_FIELDS,
  length: span("How long the mean is over that is judged: more sees smaller shifts, later.", {
    leastMin: 2,
    leastMax: BLOCKS,
    usually: { hours: 2, least: 4 },
  }),
};

export function levelNovelty(parameters: LevelParameters): Detector<State, Limits> {
  const { length } = parameters;
  checkNovelty("level_novelty", parameters);
  checkParameters("level_novelty", { ...spanRules("length", length, BLOCKS), "2 <= length.least": length?.least >= 2 });
  const sampleWith = ({ recent, level }: State, plain: number, window: MeanWindow) =>
    sampleOf(meanWith(recent, plain, window), level.range.max);
  const isFull = ({ recent }: State, window: MeanWindow) => recent.blocks.length >= window.blocks;
  return {
    name: "level_novelty",
    sees: "a level outside all recent levels",
    version: 2,
    warmUp: length.least - 1 + parameters.warmUp,
    start: () => ({ level: startNovelty(), recent: startMean() }),
    limitsAt(perHour) {
      const { blocks, perBlock } = meanWindow(readingsIn(length, perHour), BLOCKS);
      return { window: { blocks: blocks - 1, perBlock }, size: sizeAt(parameters, perHour) };
    },
    score(state, { plain }, { window }) {
      return isFull(state, window) ? noveltyOf(state.level, sampleWith(state, plain, window), parameters) : NaN;
    },
    excess(state, { plain }, { window }) {
      return isFull(state, window) ? excessOf(state.level, sampleWith(state, plain, window), parameters) : 0;
    },
    learn(state, { plain }, { window, size }) {
      if (isFull(state, window)) learnNovelty(state.level, sampleWith(state, plain, window), size);
      learnMean(state.recent, plain, window);
    },
    // The mean of fewer readings scatters more.
    repace: ({ level }, factor) => factor > 1 ? widenRange(level.range, Math.sqrt(factor)) : undefined,
    facts(state, { plain }, { window }) {
      const sample = sampleWith(state, plain, window);
      return { level: sample.x, ...noveltyFacts(state.level, sample) };
    },
  };
}
