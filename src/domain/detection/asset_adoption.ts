/**
 * What new settings do to the memory of an asset, and to its open episode. What is learnt alike goes on: the stream as
 * long as its warm-up is, the models as long as what they are fitted by is; weights, delays and what a score is made by
 * keep everything. The others start anew and learn from stored readings; until that has given a model, the one before
 * judges. An open episode goes on as long as something judges it; else it is superseded, and says so.
 */
import type { AssetSettings } from "./asset_settings.ts";
import { type AssetMemory, type AssetRules, assetVersion, fitName, startAsset } from "./asset_state.ts";
import type { AssetStreamSettings } from "./asset_stream_state.ts";
import { binOf, type ColumnReadings, toRows } from "./asset_rows.ts";
import { assessAsset, ASSET_ANOMALY, weightsOf } from "./assess_asset.ts";
import { announcedOrKept } from "./announcement.ts";
import { type Decision, peakOf, startEpisode } from "./episode.ts";
import { MICROSECOND_MS } from "../timestamp.ts";

/** The most stored readings of each sensor that are learnt from. */
export const ASSET_STORED_MAX = 5_000;

const HOUR_MS = 3_600_000;

export interface AssetAdoption {
  readonly memory: AssetMemory;
  /** What started anew, for people. */
  readonly relearnt: readonly string[];
  /** The episode that ends because nothing judges it any more. */
  readonly decisions: readonly Decision[];
}

export function isJudgedBy({ state }: AssetMemory, settings: AssetSettings): boolean {
  return state.version === assetVersion(settings);
}

/** The newest readings of each sensor that are learnt from: up to this data time (ms), so many. */
export interface AssetLookBack {
  readonly to: number;
  readonly limit: number;
}

/** The stored readings that are needed, of each sensor at most `storedMax`; undefined: nothing starts anew. */
export function lookBack(
  { state }: AssetMemory,
  { settings, storedMax }: { settings: AssetSettings; storedMax: number },
): AssetLookBack | undefined {
  const anew = startsAnew({ state }, settings);
  if (!anew.stream && !anew.models) return undefined;
  const rows = Math.max(
    anew.stream ? rowsOf(settings.stream, binOfRows(state.binMs, settings)) : 0,
    anew.models ? settings.fitsAt.at(-1)! : 0,
  );
  // What an open episode holds is not what is normal.
  const to = state.episode.open ? Math.min(state.closedTo, state.episode.start!) : state.closedTo;
  return { to: to - MICROSECOND_MS, limit: Math.min(rows, storedMax) };
}

function startsAnew({ state }: Pick<AssetMemory, "state">, settings: AssetSettings) {
  const rows = binOfRows(state.binMs, settings) !== state.binMs;
  return {
    rows,
    stream: rows || learntBy(state.stream.settings) !== learntBy(settings.stream),
    models: rows || state.fit !== fitName(settings),
  };
}

/** That a level needs, and as many again. */
function rowsOf({ warmUp, covers }: AssetStreamSettings, binMs: number): number {
  return 2 * Math.max(warmUp, Math.ceil(covers * HOUR_MS / binMs));
}

/** A length that nobody says any more stays as it is. */
function binOfRows(binMs: number, settings: AssetSettings): number {
  return settings.binMs ?? binMs;
}

function learntBy({ warmUp, covers, window, perBlock }: AssetStreamSettings): string {
  return `${warmUp} ${covers} ${window} ${perBlock}`;
}

/**
 * The memory that goes on by `rules` where `asset` was, whose sensors are those of the rules. `stored`: the readings of
 * `lookBack`, a column a sensor.
 */
export function adoptAsset(
  asset: AssetMemory,
  { rules, stored, limit }: { rules: AssetRules; stored: readonly ColumnReadings[]; limit: number },
): AssetAdoption {
  const { state: before } = asset;
  const { settings } = rules;
  const anew = startsAnew(asset, settings);
  const binMs = binOfRows(before.binMs, settings);
  const learnt = learnAsset(rules, { binMs, stored, limit, model: before.model });
  const fitted = anew.models && learnt.model !== undefined;
  const model = fitted ? learnt.model : asset.model;
  const { sample, fits } = anew.models ? learnt.state : before;
  const memory: AssetMemory = {
    model,
    state: {
      ...before,
      version: assetVersion(settings),
      binMs,
      // No reading is judged twice.
      closedTo: Math.ceil(before.closedTo / binMs) * binMs,
      rows: anew.stream ? learnt.state.rows : before.rows,
      stream: anew.stream ? learnt.state.stream : { ...before.stream, settings: settings.stream },
      fit: fitName(settings),
      sample,
      fits,
      model: model?.version ?? 0,
      modes: model?.modes.length ?? 0,
      smooth: fitted ? learnt.state.smooth : before.smooth,
    },
  };
  return {
    memory,
    relearnt: [...anew.stream ? ["its stream"] : [], ...anew.models ? ["its models"] : []],
    decisions: judges(memory, settings) ? [] : supersede(memory, settings),
  };
}

/** What an asset would know that has just had these readings: nothing is decided by them. */
export function learnAsset(
  rules: AssetRules,
  { binMs, stored, limit, model }: {
    binMs: number;
    stored: readonly ColumnReadings[];
    limit: number;
    model: number;
  },
): AssetMemory {
  // Of a sensor with as many as were asked for there are older ones: rows begin where each has all of its readings.
  const firsts = stored.flatMap(({ ts }) => ts.length > 0 ? [{ ts: ts[0], cut: ts.length >= limit }] : []);
  const cut = firsts.filter(({ cut }) => cut).map(({ ts }) => binOf(ts, binMs) + binMs);
  const from = cut.length > 0 ? Math.max(...cut) : Math.min(...firsts.map(({ ts }) => ts), Infinity);
  const learnt = startAsset(rules, { binMs, from: Number.isFinite(from) ? from : 0 });
  // Models that it fits come behind the one that there is.
  learnt.state.model = model;
  if (Number.isFinite(from)) {
    assessAsset(learnt, toRows(stored, { binMs, from: binOf(from, binMs), to: Infinity }), rules);
  }
  return learnt;
}

/** Whether a detector that counts has learnt enough to judge. */
function judges(asset: AssetMemory, settings: AssetSettings): boolean {
  const weights = weightsOf(asset, settings);
  const { model, state } = asset;
  const has = {
    asset_stream: state.stream.references.some((reference) => reference !== null),
    t_squared: model !== undefined,
    isolation_forest: model !== undefined,
    operating_modes: model !== undefined && model.modes.length > 0,
  };
  return (Object.keys(has) as (keyof typeof has)[]).some((name) => has[name] && weights[name] > 0);
}

function supersede({ state }: AssetMemory, { version }: AssetSettings): Decision[] {
  const { episode, announcing } = state;
  state.episode = startEpisode();
  delete state.announcing;
  // One that waits for its on-delay has told nobody yet.
  if (episode.start === undefined || !episode.open) return [];
  const reason = `the settings are ${version.split(" ", 1)[0]} now: no detector that counts has learnt enough to judge`;
  const { closedTo: ts } = state;
  const kind = ASSET_ANOMALY;
  const superseded = {
    type: "superseded",
    kind,
    episodeStart: episode.start,
    ts,
    reason,
    peak: peakOf(episode),
  } as const;
  return [announcedOrKept(announcing, superseded)];
}
