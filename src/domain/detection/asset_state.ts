/**
 * The life of an asset's detection state: how it begins, how it is stored and read, when it has to be learnt anew, and
 * what becomes of it when sensors come or go.
 */
import type { Criticality } from "../plant/asset.ts";
import type { Announcing, LineAt } from "./announcement.ts";
import type { SensorId } from "../plant/sensor.ts";
import type { AssetModel } from "./asset_model.ts";
import { type AssetSample, startSample } from "./asset_sample.ts";
import type { AssetSettings } from "./asset_settings.ts";
import { type AssetStreamState, startStream, withColumns } from "./asset_stream_state.ts";
import { type EpisodeState, startEpisode } from "./episode.ts";
import { fingerprint } from "./fingerprint.ts";

/** A sensor as its asset sees it: a column of the rows. */
export interface AssetSensor {
  readonly id: SensorId;
  readonly key: string;
}

/** What an assessment needs to know of an asset besides its rows. */
export interface AssetRules {
  readonly settings: AssetSettings;
  readonly criticality: Criticality;
  /** In ascending order of their ids. */
  readonly sensors: readonly AssetSensor[];
  /** The line of the alarm budget; left out: every episode is announced. */
  readonly lineAt?: LineAt;
}

/** The versioned memory of what judges one asset but for its model. JSON keeps it exactly. */
export interface AssetState {
  /** Of the settings that it is judged by and of the code. */
  readonly version: string;
  /** The rows' columns. */
  sensors: readonly SensorId[];
  /** Length of a row (ms). */
  readonly binMs: number;
  /** Data time (ms) up to which rows are judged, a whole multiple of `binMs`. */
  closedTo: number;
  /** Rows judged or learnt from since it began to learn. */
  rows: number;
  stream: AssetStreamState;
  /** Names what its models are fitted by. */
  readonly fit: string;
  /** Of the baseline, until the last model is fitted. */
  sample: AssetSample | undefined;
  /** Fits of the model so far. */
  fits: number;
  /** Version of the model that judges; 0: none yet. */
  model: number;
  /** Operating modes that it tells apart; 0: none. */
  modes: number;
  /** Smoothed distances from the baseline by the models; null: not judged yet. */
  smooth: Record<SmoothedName, number | null>;
  episode: EpisodeState;
  /** Of that episode; left out before the first one. */
  announcing?: Announcing;
}

export const SMOOTHED = ["t_squared", "isolation_forest", "operating_modes"] as const;
export type SmoothedName = (typeof SMOOTHED)[number];

/** What judges one asset; the model is kept apart, since it is large and seldom changes. */
export interface AssetMemory {
  state: AssetState;
  model: AssetModel | undefined;
}

/** Of the code: raised when states of before cannot be gone on with. */
const CODE_VERSION = 1;

/** States of one version are of the same settings. */
export function assetVersion({ version }: AssetSettings): string {
  return `${version} ${CODE_VERSION}`;
}

/** Version of the settings that a state is judged by. */
export function settingsNameOf({ version }: AssetState): string {
  return version.slice(0, version.lastIndexOf(" "));
}

/** The same for settings by which models come out alike. */
export function fitName({ fitsAt, sampleMax, forest, modes }: AssetSettings): string {
  return fingerprint({ fitsAt, sampleMax, forest, modes });
}

/** An asset is judged as one from two sensors on; with more than this it is a plant, and its parts are to be judged. */
export const ASSET_SENSORS_MAX = 1_000;

/** Why the asset is not judged as one, for people; undefined when it is. */
export function notJudged(sensors: number): string | undefined {
  if (sensors === 0) return "It has no sensors of its own in use.";
  if (sensors === 1) return "It has one sensor of its own in use, which is judged alone.";
  if (sensors <= ASSET_SENSORS_MAX) return undefined;
  return `It has ${sensors} sensors of its own in use, and at most ${ASSET_SENSORS_MAX} are judged together: ` +
    "register the parts that it consists of as assets below it, and their sensors to them.";
}

/** A fresh memory whose rows begin at `from` (data time in ms). */
export function startAsset(
  { settings, sensors }: AssetRules,
  { binMs, from }: { binMs: number; from: number },
): AssetMemory {
  return {
    model: undefined,
    state: {
      version: assetVersion(settings),
      sensors: sensors.map(({ id }) => id),
      binMs,
      closedTo: Math.floor(from / binMs) * binMs,
      rows: 0,
      stream: startStream(sensors.length, settings.stream),
      fit: fitName(settings),
      sample: startSample(sensors.length),
      fits: 0,
      model: 0,
      modes: 0,
      smooth: { t_squared: null, isolation_forest: null, operating_modes: null },
      episode: startEpisode(),
    },
  };
}

/**
 * The same asset with the sensors of `rules`: each that stays goes on, one that is new is learnt, one that has gone is
 * forgotten. The models go on with the sensors that they know, and are fitted anew over a baseline with the new ones.
 */
export function withSensors({ state, model }: AssetMemory, { sensors }: AssetRules): AssetMemory {
  const ids = sensors.map(({ id }) => id);
  if (ids.length === state.sensors.length && ids.every((id, j) => id === state.sensors[j])) return { state, model };
  const from = ids.map((id) => {
    const place = state.sensors.indexOf(id);
    return place < 0 ? undefined : place;
  });
  return {
    model,
    state: {
      ...state,
      sensors: ids,
      stream: withColumns(state.stream, from),
      // The kept rows lack the new sensor. One that has gone needs no new fit, unless the baseline is still being kept.
      sample: from.includes(undefined) || state.sample !== undefined ? startSample(ids.length) : undefined,
      fits: from.includes(undefined) ? 0 : state.fits,
    },
  };
}

export function encodeAsset({ state }: AssetMemory): string {
  return JSON.stringify(state);
}

/** States of releases that learnt references once have had it. */
function completed(state: AssetState): AssetState {
  const { learning, references } = state.stream;
  const every = learning.every ?? references.map((reference) => reference === null ? 1 : 0);
  const passed = learning.passed ?? references.map(() => 0);
  return { ...state, stream: { ...state.stream, learning: { ...learning, every, passed } } };
}

/** The state that `text` stands for, of whatever settings, or why it has to be learnt anew. */
export function decodeAsset(text: string): { state: AssetState } | { relearns: string } {
  let stored: Partial<AssetState> | null;
  try {
    stored = JSON.parse(text);
  } catch {
    // Text that is no JSON cannot be a state: what to do is the same as for another version.
    stored = null;
  }
  const version = String(stored?.version ?? "unknown");
  if (stored !== null && version.endsWith(` ${CODE_VERSION}`)) return { state: completed(stored as AssetState) };
  return { relearns: `its state is of version ${version}, and this code goes on with ${CODE_VERSION}` };
}
