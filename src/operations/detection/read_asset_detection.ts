/** How far the detection on assets has come, with the reason in words where one is not judged. */
import type { AssetState } from "../../domain/detection/asset_state.ts";
import { decodeAsset, notJudged, settingsNameOf } from "../../domain/detection/asset_state.ts";
import { CORRELATED_MAX } from "../../domain/detection/detectors/hotelling.ts";
import { waitedFor, waitFor } from "../../domain/detection/asset_watermark.ts";
import type { ResolvedSettings } from "../../domain/detection/settings_layers.ts";
import type { Asset, AssetId } from "../../domain/plant/asset.ts";
import { formatTimestamp } from "../../domain/timestamp.ts";
import type { AssetProgress, AssetScore, JudgedSensor } from "../../ports/detection/asset_state.ts";
import { invalid } from "../errors.ts";
import type { Scope } from "../scope.ts";
import { assetRules } from "./hold_assets.ts";
import { assetJudgingsOf, type SettingsReader } from "./resolve_settings.ts";
import type { Judging } from "./settings_memory.ts";

export interface AssetDetection {
  readonly assetId: AssetId;
  readonly judges: boolean;
  /** What is going on, in a sentence or two. */
  readonly note: string;
  readonly rows: number;
  readonly rowsLeft: number;
  readonly binMs: number | undefined;
  readonly waitMs: number;
  readonly watermark: number | undefined;
  /** Of its own, in use: what its rows hold. */
  readonly sensors: readonly JudgedSensor[];
  readonly waitsFor: readonly JudgedSensor[];
  /** Operating modes that are told apart; 0: one or not known yet. */
  readonly modes: number;
  /** What it was judged by until its watermark; undefined: it has no state yet. */
  readonly judgedBy: string | undefined;
  /** What is live for it. */
  readonly settings: ResolvedSettings;
  readonly late: number;
  readonly lateFrom: number | undefined;
  readonly lateTo: number | undefined;
}

type ReadScope = Pick<Scope, "store"> & { readonly tenant: Pick<Scope["tenant"], "id"> };

export async function readAssetDetections(
  scope: Pick<Scope, "store"> & SettingsReader,
  ids: readonly AssetId[],
): Promise<AssetDetection[]> {
  const { store, tenant } = scope;
  const [assets, progress, sensors, judgings] = await Promise.all([
    store.assets.byIds(tenant.id, ids),
    store.assetStates.progress(tenant.id, ids),
    store.assetStates.sensorsOf(tenant.id, ids),
    assetJudgingsOf(scope, store, ids),
  ]);
  return assets.map((asset) =>
    detectionOf(asset, {
      sensors: sensors.filter(({ assetId }) => assetId === asset.id),
      progress: progress.find(({ assetId }) => assetId === asset.id),
      judging: judgings.get(asset.id)!,
    })
  );
}

interface Known {
  readonly sensors: readonly JudgedSensor[];
  readonly progress: AssetProgress | undefined;
  readonly judging: Judging;
}

function detectionOf(asset: Asset, { sensors, progress, judging }: Known): AssetDetection {
  const state = readState(progress);
  const { settings } = assetRules(asset, sensors, judging.asset);
  const rows = state?.rows ?? 0;
  const rowsLeft = Math.max(0, settings.stream.warmUp - rows);
  const fault = asset.retiredAt === undefined ? notJudged(sensors.length) : "It is retired.";
  const waitMs = waitFor(settings.wait, { lagMs: progress?.lagMs ?? 0, arrivals: progress?.arrivals ?? 0 });
  const waitsFor = state === undefined || fault !== undefined ? [] : waitedFor(sensors, state.binMs);
  const judges = fault === undefined && state !== undefined && rowsLeft === 0;
  return {
    assetId: asset.id,
    judges,
    note: fault ?? noteOf({ sensors: sensors.length, state, rows, rowsLeft, waitsFor, waitMs, progress }),
    rows,
    rowsLeft,
    binMs: state?.binMs,
    waitMs,
    watermark: progress?.watermark,
    sensors,
    waitsFor,
    modes: state?.modes ?? 0,
    judgedBy: state && settingsNameOf(state),
    settings: judging.settings,
    late: progress?.late ?? 0,
    lateFrom: progress?.lateFrom,
    lateTo: progress?.lateTo,
  };
}

function readState(progress: AssetProgress | undefined): AssetState | undefined {
  if (progress === undefined) return undefined;
  const read = progress.state === "" ? undefined : decodeAsset(progress.state);
  return read !== undefined && "state" in read ? read.state : undefined;
}

interface Noting {
  readonly sensors: number;
  readonly state: AssetState | undefined;
  readonly rows: number;
  readonly rowsLeft: number;
  readonly waitsFor: readonly JudgedSensor[];
  readonly waitMs: number;
  readonly progress: AssetProgress | undefined;
}

function noteOf({ sensors, state, rows, rowsLeft, waitsFor, waitMs, progress }: Noting): string {
  if (progress === undefined) return "None of its sensors has reported since it is judged as one.";
  if (state === undefined) {
    return "It learns how long its rows are: that takes 33 readings of one of its sensors, and until all have reported, " +
      "or one is a day ahead of the others.";
  }
  const notes = [
    rowsLeft > 0
      ? `It learns: ${rows} rows of ${duration(state.binMs)} are known, ${rowsLeft} more are needed.`
      : `It is judged by rows of ${duration(state.binMs)}.`,
  ];
  if (sensors > CORRELATED_MAX) {
    notes.push(
      `It has ${sensors} sensors: with more than ${CORRELATED_MAX} each is judged by its own spread, and how they move ` +
        "together is not looked at. Assets below it with fewer sensors each would see that.",
    );
  }
  if (waitsFor.length > 0) {
    const names = waitsFor.slice(0, 5).map(({ key }) => key).join(", ") + (waitsFor.length > 5 ? ", and others" : "");
    notes.push(`Rows wait for ${names}, until another sensor is ${duration(waitMs)} ahead.`);
  }
  if (progress.late > 0) {
    notes.push(
      `${progress.late} readings from ${formatTimestamp(progress.lateFrom!)} to ${formatTimestamp(progress.lateTo!)} ` +
        "came for rows that were closed, and are not in them: reprocess the asset, or give it a longer reorder window.",
    );
  }
  return notes.join(" ");
}

function duration(ms: number): string {
  const units: [number, string][] = [[86_400_000, "d"], [3_600_000, "h"], [60_000, "min"], [1_000, "s"]];
  const [size, name] = units.find(([size]) => ms >= size) ?? [1, "ms"];
  return `${Number((ms / size).toPrecision(3))} ${name}`;
}

/** Throws invalid for an empty range. */
export function readAssetScores(
  { store, tenant }: ReadScope,
  { assetId, from, to, limit }: { assetId: AssetId; from: number; to: number; limit: number },
): Promise<AssetScore[]> {
  if (!(from < to)) throw invalid("from", "The range is empty: from has to be before to.");
  return store.assetStates.scores(tenant.id, assetId, { from, to, limit });
}
