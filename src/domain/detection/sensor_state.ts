/**
 * The life of a sensor's detection state: how it begins, how it is stored and read, and when it has to be learnt anew.
 */
import { type Baseline, startBaseline } from "./baseline.ts";
import type { Announcing, LineAt } from "./announcement.ts";
import type { CounterState } from "./counter.ts";
import type { DetectorSet, Frame } from "./detector_set.ts";
import { type Rest, startRest } from "./ensemble.ts";
import { type EpisodeState, startEpisode } from "./episode.ts";
import { type LevelState, startLevel } from "./level.ts";
import { type GlitchState, startGlitches } from "./stats/glitch.ts";
import { type Pace, startPace } from "./stats/pace.ts";
import type { Criticality } from "../plant/asset.ts";
import type { DayUnderWay } from "./sensor_day.ts";

/** What an assessment needs to know of a sensor besides its readings. */
export interface SensorRules {
  /** The detectors that judge it, made from its settings. */
  readonly set: DetectorSet;
  readonly criticality: Criticality;
  /** The line of the alarm budget at a data time (ms); left out: every episode is announced. */
  readonly lineAt?: LineAt;
}

/** The versioned memory of everything that judges one sensor. JSON keeps it exactly. */
export interface SensorState {
  readonly version: string;
  readonly frame: Frame;
  /** Data time (ms) up to which readings are folded in; undefined before the first one. */
  watermark: number | undefined;
  /**
   * Data time (ms) of the newest reading that came, while readings are held back: by a reorder window, or until their
   * time comes.
   */
  newest?: number;
  /** Readings folded in since it began to learn. */
  readings: number;
  /** How often it gives a reading. */
  pace: Pace;
  /** What readings of its are glitches. */
  glitches: GlitchState;
  /** Where it has been. */
  level: LevelState;
  /** The newest reading of a counter; empty for all others. */
  counter: CounterState;
  baseline: Baseline;
  /** One per detector of the ensemble, in its order; `parts` says of which each is. */
  detectors: unknown[];
  readonly parts: readonly string[];
  rest: Rest;
  episode: EpisodeState;
  /** Of that episode; left out before the first one. */
  announcing?: Announcing;
  /** The day of data time that is under way. */
  day?: DayUnderWay;
  /** One per watch. */
  watches: WatchState[];
}

export interface WatchState {
  readonly kind: string;
  readonly part: string;
  detector: unknown;
  episode: EpisodeState;
  /** Of that episode, where it has a rarity. */
  announcing?: Announcing;
}

export function startState(set: DetectorSet, baselineVersion = 1): SensorState {
  return {
    version: set.version,
    frame: set.frame,
    watermark: undefined,
    readings: 0,
    pace: startPace(),
    glitches: startGlitches(),
    level: startLevel(),
    counter: {},
    baseline: startBaseline(baselineVersion),
    detectors: set.detectors.map((detector) => detector.start()),
    parts: set.parts,
    rest: startRest(),
    episode: startEpisode(),
    watches: set.watches.map((detector, w) => ({
      kind: set.settings.watches[w].kind,
      part: set.watchParts[w],
      detector: detector.start(),
      episode: startEpisode(),
    })),
  };
}

/** Whether the sensor is judged yet, and after how many readings more. */
export function learning(state: SensorState, set: DetectorSet): { judges: boolean; readingsLeft: number } {
  const warmUp = Math.min(...set.detectors.map((detector) => detector.warmUp));
  return { judges: state.readings >= warmUp, readingsLeft: Math.max(0, warmUp - state.readings) };
}

/** The same from a state as it is stored; one that is of other settings adopts these with the next reading. */
export function readingsUntilJudged(text: string, set: DetectorSet): number {
  return learning(parseState(text) ?? startState(set), set).readingsLeft;
}

/**
 * The state of a sensor whose former normal says nothing any more (new_normal.ts): everything is learnt anew, under the
 * next version of the baseline. Readings up to the watermark stay folded.
 */
export function relearn(state: SensorState, set: DetectorSet): SensorState {
  const fresh = startState(set, state.baseline.version + 1);
  fresh.watermark = state.watermark;
  // How it is sent is no matter of the machine.
  fresh.pace = state.pace;
  fresh.counter = state.counter;
  if (state.newest !== undefined) fresh.newest = state.newest;
  return fresh;
}

export function encodeState(state: SensorState): string {
  return JSON.stringify(state);
}

/** The state that `text` stands for, of whatever settings; undefined when it is none that this code can read. */
export function parseState(text: string): SensorState | undefined {
  const stored = parse(text);
  // Of an earlier release, what its parts were of is not known.
  return typeof stored?.version === "string" && stored.frame !== undefined ? stored as SensorState : undefined;
}

/** What is held back is folded when its time comes, by whatever code: it is read from any state. */
export function newestIn(text: string): number | undefined {
  const newest = parse(text)?.newest;
  return typeof newest === "number" ? newest : undefined;
}

function parse(text: string): Partial<SensorState> | null {
  try {
    return JSON.parse(text);
  } catch {
    // Text that is no JSON cannot be a state.
    return null;
  }
}
