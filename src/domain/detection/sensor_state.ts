/**
 * The life of a sensor's detection state: how it begins, how it is stored and read, and when it has to be learnt anew.
 */
import { type Baseline, startBaseline } from "./baseline.ts";
import type { Announcing } from "./announcement.ts";
import type { CounterState } from "./counter.ts";
import type { DetectorSet } from "./detector_set.ts";
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
  readonly lineAt?: (ts: number) => number;
}

/** The versioned memory of everything that judges one sensor. JSON keeps it exactly. */
export interface SensorState {
  readonly version: string;
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
  /** One per detector of the ensemble, in its order. */
  detectors: unknown[];
  rest: Rest;
  episode: EpisodeState;
  /** Of that episode; left out before the first one. */
  announcing?: Announcing;
  /** The day of data time that is under way. */
  day?: DayUnderWay;
  /** One per watch. */
  watches: { detector: unknown; episode: EpisodeState }[];
}

export function startState(set: DetectorSet, baselineVersion = 1): SensorState {
  return {
    version: set.version,
    watermark: undefined,
    readings: 0,
    pace: startPace(),
    glitches: startGlitches(),
    level: startLevel(),
    counter: {},
    baseline: startBaseline(baselineVersion),
    detectors: set.detectors.map((detector) => detector.start()),
    rest: startRest(),
    episode: startEpisode(),
    watches: set.watches.map((detector) => ({ detector: detector.start(), episode: startEpisode() })),
  };
}

/** Whether the sensor is judged yet, and after how many readings more. */
export function learning(state: SensorState, set: DetectorSet): { judges: boolean; readingsLeft: number } {
  const warmUp = Math.min(...set.detectors.map((detector) => detector.warmUp));
  return { judges: state.readings >= warmUp, readingsLeft: Math.max(0, warmUp - state.readings) };
}

/** The same from a state as it is stored. */
export function readingsUntilJudged(text: string, set: DetectorSet): number {
  return learning(decodeState(text, set).state, set).readingsLeft;
}

/**
 * The state after a maintenance event: what was normal before says nothing about a repaired machine, so everything is
 * learnt anew, under the next version of the baseline. Readings up to the watermark stay folded.
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

/** The state that `text` stands for. One of another version starts anew, and `relearns` says why. */
export function decodeState(
  text: string,
  set: DetectorSet,
): { state: SensorState; relearns: string | undefined } {
  const { version } = set;
  let stored: Partial<SensorState> | null;
  try {
    stored = JSON.parse(text);
  } catch {
    // Text that is no JSON cannot be a state: what to do is the same as for another version.
    stored = null;
  }
  if (stored?.version === version) return { state: stored as SensorState, relearns: undefined };
  const fresh = startState(set);
  // What was folded stays folded: going back behind the watermark would judge it twice.
  fresh.watermark = typeof stored?.watermark === "number" ? stored.watermark : undefined;
  // What is held back is folded when its time comes, by whatever code.
  if (typeof stored?.newest === "number") fresh.newest = stored.newest;
  return {
    state: fresh,
    relearns: `its state is of version ${stored?.version ?? "unknown"}, this code has ${version}`,
  };
}
