/**
 * What new settings do to the state of a sensor, and to its open episodes. What is judged alike goes on: a detector of
 * the same name, version and parameters keeps what it has learnt. The others start anew and learn from stored readings,
 * so that they judge at once. An open episode goes on as long as something judges it; else it is superseded, and says
 * so. The same rule serves a new release, another quantity or asset of the sensor, and states that cannot be read.
 */
import { learnBaseline } from "./baseline.ts";
import { ANOMALY } from "./assess.ts";
import type { DetectorSet } from "./detector_set.ts";
import { bounded, type Detector } from "./detectors/detector.ts";
import { type Decision, type EpisodeState, peakOf, startEpisode } from "./episode.ts";
import type { Series } from "../plant/reading.ts";
import { type SensorState, startState } from "./sensor_state.ts";

/** The most stored readings that a detector learns from when it starts anew: as far as the memory of most reaches. */
export const RELEARNT_READINGS_MAX = 4_000;

export interface Adoption {
  readonly state: SensorState;
  /** Names of the detectors that started anew. */
  readonly relearnt: readonly string[];
  /** Episodes that end because nothing judges them any more. */
  readonly decisions: readonly Decision[];
}

/** Whether some detector of `set` would start anew from `state`: then it needs stored readings. */
export function needsReadings(state: SensorState | undefined, set: DetectorSet): boolean {
  return state === undefined || set.parts.some((part) => !state.parts.includes(part)) ||
    set.watchParts.some((part, w) => watchOf(state, set, { part, w }) === undefined);
}

export interface AdoptionOptions {
  /** Up to what data time (ms) readings are folded, when `state` cannot say. */
  readonly watermark?: number;
  /** The newest stored readings up to the watermark, of which those that start anew learn. */
  readonly stored?: Series;
}

/** The state of `set` that goes on where `state` was; undefined: there is none that can be read. */
export function adoptSettings(
  state: SensorState | undefined,
  set: DetectorSet,
  { watermark = state?.watermark, stored = NOTHING }: AdoptionOptions = {},
): Adoption {
  const fresh = startState(set, state?.baseline.version);
  fresh.watermark = watermark;
  if (state?.newest !== undefined) fresh.newest = state.newest;
  const anew: { detector: Detector<unknown>; memory: unknown }[] = [];
  for (const [d, part] of set.parts.entries()) {
    const known = state?.parts.indexOf(part) ?? -1;
    if (known >= 0) fresh.detectors[d] = state!.detectors[known];
    else anew.push({ detector: set.detectors[d], memory: fresh.detectors[d] });
  }
  const kept = set.parts.length - anew.length;
  const ensembleWarmUp = Math.min(...set.detectors.map(({ warmUp }) => warmUp));
  const decisions: Decision[] = [];
  const judged = kept > 0 || stored.ts.length >= ensembleWarmUp;
  const at = { set, ts: watermark ?? stored.ts.at(-1) ?? 0 };
  goOn(state?.episode, { ...at, kind: ANOMALY, into: fresh.episode, judged, decisions });
  for (const [w, part] of set.watchParts.entries()) {
    const before = state === undefined ? undefined : watchOf(state, set, { part, w });
    if (before === undefined) anew.push({ detector: set.watches[w], memory: fresh.watches[w].detector });
    else fresh.watches[w].detector = before.detector;
  }
  for (const { kind, episode } of state?.watches ?? []) {
    const w = set.settings.watches.findIndex((watch) => watch.kind === kind);
    const into = w < 0 ? startEpisode() : fresh.watches[w].episode;
    const lasts = w >= 0 && (watchOf(state!, set, { part: set.watchParts[w], w }) !== undefined ||
      stored.ts.length >= set.watches[w].warmUp);
    goOn(episode, { ...at, kind, into, judged: lasts, decisions });
  }
  if (state !== undefined) {
    fresh.rest = { peak: state.rest.peak, left: Math.min(state.rest.left, set.settings.rest.length) };
    fresh.baseline = state.baseline;
  }
  fresh.readings = kept > 0 ? state!.readings : stored.ts.length;
  for (let i = 0; i < stored.ts.length; i++) {
    const point = { ts: stored.ts[i], value: bounded(stored.value[i]) };
    for (const { detector, memory } of anew) detector.learn(memory, point);
    if (state === undefined) {
      const warmUp = set.settings.baselineReadings;
      learnBaseline(fresh.baseline, { ...point, anomalous: false }, { warmUp, learnsAnomalies: false });
    }
  }
  return { state: fresh, relearnt: anew.map(({ detector }) => detector.name), decisions };
}

const NOTHING: Series = { ts: new Float64Array(), value: new Float64Array(), status: new Uint32Array() };

function watchOf({ watches }: SensorState, set: DetectorSet, { part, w }: { part: string; w: number }) {
  return watches.find((watch) => watch.part === part && watch.kind === set.settings.watches[w].kind);
}

interface GoingOn {
  readonly kind: string;
  readonly into: EpisodeState;
  readonly judged: boolean;
  readonly decisions: Decision[];
  readonly set: DetectorSet;
  readonly ts: number;
}

function goOn(
  episode: EpisodeState | undefined,
  { kind, into, judged, decisions, set, ts }: GoingOn,
): void {
  if (episode?.start === undefined) return;
  if (judged) {
    Object.assign(into, episode);
    return;
  }
  // One that waits for its on-delay has told nobody yet.
  if (!episode.open) return;
  const known = kind === ANOMALY || set.settings.watches.some((watch) => watch.kind === kind);
  const why = known
    ? "what judged it starts anew, with too few stored readings to learn from"
    : "nothing looks for it any more";
  decisions.push({
    type: "superseded",
    kind,
    episodeStart: episode.start,
    ts,
    reason: `the settings are ${set.settings.version} now: ${why}`,
    peak: peakOf(episode),
  });
}
