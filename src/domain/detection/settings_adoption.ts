/**
 * What new settings do to the state of a sensor, and to its open episodes. What is judged alike goes on: a detector of
 * the same name, version and parameters keeps what it has learnt. The others start anew and learn from stored readings,
 * so that they judge at once. An open episode goes on as long as something judges it; else it is superseded, and says
 * so. The same rule serves a new release, another quantity or asset of the sensor, and states that cannot be read.
 */
import { announcedOrKept } from "./announcement.ts";
import { ANOMALY, learn, readInto, scoreOne, startFold } from "./assess.ts";
import type { DetectorSet } from "./detector_set.ts";
import { type Decision, type EpisodeState, peakOf, startEpisode, type Supersession } from "./episode.ts";
import type { Series } from "../plant/reading.ts";
import { type SensorState, startState } from "./sensor_state.ts";
import { readingsPerHour } from "./stats/pace.ts";

/** The most stored readings that a detector learns from when it starts anew: two weeks of one a minute. */
export const RELEARNT_READINGS_MAX = 20_000;

export interface Adoption {
  readonly state: SensorState;
  /** Names of the detectors that started anew. */
  readonly relearnt: readonly string[];
  /** Episodes that end because nothing judges them any more. */
  readonly decisions: readonly Decision[];
}

/** Whether something of `set` would start anew from `state`: then it needs stored readings. */
export function needsReadings(state: SensorState | undefined, set: DetectorSet): boolean {
  return state === undefined || state.frame.glitch !== set.frame.glitch || state.frame.level !== set.frame.level ||
    state.frame.counts !== set.frame.counts || set.parts.some((part) => !state.parts.includes(part)) ||
    set.watchParts.some((part, w) => watchOf(state, set, { part, w }) === undefined);
}

export interface AdoptionOptions {
  /** Up to what data time (ms) readings are folded, when `state` cannot say. */
  readonly watermark?: number;
  /** Of the newest reading that is held back, when `state` cannot say. */
  readonly newest?: number;
  /** The newest stored readings up to the watermark, of which those that start anew learn. */
  readonly stored?: Series;
}

/** The state of `set` that goes on where `state` was; undefined: there is none that can be read. */
export function adoptSettings(
  state: SensorState | undefined,
  set: DetectorSet,
  { watermark = state?.watermark, newest = state?.newest, stored = NOTHING }: AdoptionOptions = {},
): Adoption {
  // What starts anew is taken from a state that has folded the stored readings, as it would have been live.
  const anew = foldStored(set, stored);
  if (state === undefined) {
    anew.watermark = watermark;
    if (newest !== undefined) anew.newest = newest;
    return { state: anew, relearnt: namesOf(set), decisions: [] };
  }
  const sameValues = state.frame.counts === set.frame.counts;
  const kept = set.parts.map((part) => state.parts.indexOf(part));
  const watches = set.watchParts.map((part, w) => watchOf(state, set, { part, w }));
  const next: SensorState = {
    ...anew,
    watermark,
    readings: kept.some((d) => d >= 0) ? state.readings : anew.readings,
    pace: state.pace,
    glitches: sameValues && state.frame.glitch === set.frame.glitch ? state.glitches : anew.glitches,
    level: sameValues && state.frame.level === set.frame.level ? state.level : anew.level,
    counter: sameValues ? state.counter : anew.counter,
    baseline: sameValues ? state.baseline : { ...anew.baseline, version: state.baseline.version + 1 },
    detectors: kept.map((k, d) => k >= 0 ? state.detectors[k] : anew.detectors[d]),
    rest: { peak: state.rest.peak, left: Math.min(state.rest.left, restOf(set, state)) },
    episode: startEpisode(),
    watches: watches.map((watch, w) => ({
      ...anew.watches[w],
      detector: watch?.detector ?? anew.watches[w].detector,
      episode: startEpisode(),
    })),
  };
  if (newest !== undefined) next.newest = newest;
  if (state.day !== undefined) next.day = state.day;
  delete next.announcing;
  const relearnt = [
    ...set.detectors.filter((_, d) => kept[d] < 0),
    ...set.watches.filter((_, w) => watches[w] === undefined),
  ].map(({ name }) => name);
  return { state: next, relearnt, decisions: goOn(next, state, { set, known: anew.readings, kept, watches }) };
}

function namesOf({ detectors, watches }: DetectorSet): string[] {
  return [...detectors, ...watches].map(({ name }) => name);
}

/** Readings of a rest at the rate that is known. */
function restOf(set: DetectorSet, { pace, readings }: SensorState): number {
  return set.limitsAt(readingsPerHour(pace, readings)).rest.readings;
}

/** What a sensor would know that has just had these readings: nothing is decided by them. */
function foldStored(set: DetectorSet, { ts, value }: Series): SensorState {
  const state = startState(set);
  const fold = startFold(set, state);
  for (let i = 0; i < ts.length; i++) {
    if (readInto(fold, state, ts[i], value[i])) learn(state, fold, scoreOne(state, fold));
  }
  return state;
}

const NOTHING: Series = { ts: new Float64Array(), value: new Float64Array(), status: new Uint32Array() };

function watchOf({ watches }: SensorState, set: DetectorSet, { part, w }: { part: string; w: number }) {
  return watches.find((watch) => watch.part === part && watch.kind === set.settings.watches[w].kind);
}

interface GoingOn {
  readonly set: DetectorSet;
  /** Stored readings that what started anew has learnt from. */
  readonly known: number;
  /** Per detector of the set its place in the former state, or -1; per watch the former one. */
  readonly kept: readonly number[];
  readonly watches: readonly (SensorState["watches"][number] | undefined)[];
}

/** Takes the episodes of `before` over into `next` where something judges them; the others are superseded. */
function goOn(next: SensorState, before: SensorState, { set, known, kept, watches }: GoingOn): Decision[] {
  const sameValues = before.frame.counts === set.frame.counts;
  const warmUp = Math.min(...set.detectors.map((detector) => detector.warmUp));
  const ended: Decision[] = [];
  if (sameValues && (kept.some((d) => d >= 0) || known >= warmUp)) {
    next.episode = before.episode;
    if (before.announcing !== undefined) next.announcing = before.announcing;
  } else {
    const superseded = supersede(before.episode, { kind: ANOMALY, set, ts: next.watermark ?? 0 });
    ended.push(...superseded.map((decision) => announcedOrKept(before.announcing, decision)));
  }
  for (const { kind, episode, announcing } of before.watches) {
    const w = set.settings.watches.findIndex((watch) => watch.kind === kind);
    const judged = w >= 0 && (watches[w] !== undefined || (sameValues && known >= set.watches[w].warmUp));
    if (judged) {
      next.watches[w].episode = episode;
      if (announcing !== undefined) next.watches[w].announcing = announcing;
    } else {
      const superseded = supersede(episode, { kind, set, ts: next.watermark ?? 0 });
      ended.push(...superseded.map((decision) => announcedOrKept(announcing, decision)));
    }
  }
  return ended;
}

function supersede(
  episode: EpisodeState,
  { kind, set: { settings }, ts }: { kind: string; set: DetectorSet; ts: number },
): Supersession[] {
  // One that waits for its on-delay has told nobody yet.
  if (episode.start === undefined || !episode.open) return [];
  const known = kind === ANOMALY || settings.watches.some((watch) => watch.kind === kind);
  const why = known
    ? "what judged it starts anew, with too few stored readings to learn from"
    : "nothing looks for it any more";
  const reason = `the settings are ${settings.version} now: ${why}`;
  return [{ type: "superseded", kind, episodeStart: episode.start, ts, reason, peak: peakOf(episode) }];
}
