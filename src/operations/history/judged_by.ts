/**
 * By what a sensor is judged in a reprocess run: the settings that the run brings along, or those that it was judged by
 * live, with the places where it went over to others and what its detectors learnt from there. What a person took as
 * normal is taken so at the same place, by whatever settings. So live equals reprocessed, whatever was promoted or said
 * in between.
 */
import { assess } from "../../domain/detection/assess.ts";
import { type DetectorSet, makeSet } from "../../domain/detection/detector_set.ts";
import type { Decision } from "../../domain/detection/episode.ts";
import { acceptNewNormal } from "../../domain/detection/new_normal.ts";
import { type SensorRules, type SensorState, startState } from "../../domain/detection/sensor_state.ts";
import { adoptSettings, needsReadings } from "../../domain/detection/settings_adoption.ts";
import { sensorSettings } from "../../domain/detection/settings_document.ts";
import { settingsFaults } from "../../domain/detection/settings_faults.ts";
import { restoreSettings } from "../../domain/detection/settings_layers.ts";
import type { Series } from "../../domain/plant/reading.ts";
import type { AppliedSettings } from "../../ports/detection/settings.ts";
import type { ReprocessCursor } from "../../ports/history/reprocess.ts";
import type { Store } from "../../ports/store.ts";
import { judgingsOf, type SettingsReader } from "../detection/resolve_settings.ts";

/**
 * A set and the data time (ms) of the last reading that the one before judged; -Infinity for the first. With `accepts`
 * a person took what there was behind that reading as normal.
 */
export interface Judged {
  readonly set: DetectorSet;
  readonly behind: number;
  /** The most stored readings that detectors learn from which start anew there. */
  readonly storedMax: number;
  readonly accepts: boolean;
}

/** Whose, and by what: without settings of a run's, by what it was judged live. */
export type JudgedSensor = Pick<ReprocessCursor, "sensorId" | "quantity" | "assetId" | "settingsId">;

/** In their order, at least one; the first accepts nothing. */
export async function judgedBy(reader: SettingsReader, store: Store, cursor: JudgedSensor): Promise<Judged[]> {
  const { tenant } = reader;
  const { sensorId, settingsId } = cursor;
  const switches = await store.settings.switchesOf(tenant.id, sensorId);
  const ids = [...new Set(settingsId !== undefined ? [settingsId] : switches.map(({ settingsId }) => settingsId))];
  const rows = ids.length === 0 ? [] : await store.settings.appliedByIds(tenant.id, ids);
  const sets = new Map(rows.map((row) => [row.id, restoredSet(row)]));
  const own = settingsId === undefined ? undefined : sets.get(settingsId);
  const judged: Judged[] = own === undefined ? [] : [from(own)];
  for (const { settingsId, behind = -Infinity, storedMax, accepted } of switches) {
    if (accepted === undefined) {
      // What this release cannot make detectors from is left out: what came behind it judges in its place.
      const set = own === undefined ? sets.get(settingsId) : undefined;
      if (set !== undefined) judged.push({ set, behind, storedMax, accepts: false });
    } else {
      const set = judged.at(-1)?.set ?? sets.get(settingsId) ?? await liveSet(reader, store, cursor);
      if (judged.length === 0) judged.push(from(set));
      judged.push({ set, behind, storedMax, accepts: true });
    }
  }
  return judged.length > 0 ? judged : [from(await liveSet(reader, store, cursor))];
}

function from(set: DetectorSet): Judged {
  return { set, behind: -Infinity, storedMax: 0, accepts: false };
}

async function liveSet(
  reader: SettingsReader,
  store: Store,
  { sensorId, quantity, assetId }: JudgedSensor,
): Promise<DetectorSet> {
  const now = await judgingsOf(reader, store, [{ id: sensorId, quantity, assetId }]);
  return now.get(sensorId)!.set;
}

function restoredSet({ name, document }: AppliedSettings): DetectorSet | undefined {
  const restored = restoreSettings(document);
  if (settingsFaults(restored).length > 0) return undefined;
  return makeSet(sensorSettings(restored, name.split(" ", 1)[0]));
}

export interface JudgedFold {
  readonly state: SensorState;
  readonly decisions: readonly Decision[];
  readonly folded: number;
}

interface Folding {
  readonly cursor: ReprocessCursor;
  /** Undefined: it begins. */
  readonly before: SensorState | undefined;
  readonly series: Series;
  readonly judged: readonly Judged[];
  readonly lineAt: SensorRules["lineAt"];
  /** No reading comes behind `series`. */
  readonly last: boolean;
}

/** Folds `series`, going over to other settings, and taking what there is as normal, where the sensor did. */
export async function foldAsJudged(
  { tenant }: Pick<SettingsReader, "tenant">,
  store: Store,
  { cursor: { sensorId, criticality }, before, series, judged, lineAt, last }: Folding,
): Promise<JudgedFold> {
  // Over to the next settings with the first reading behind their place, and not before: a page may end anywhere.
  const folded = before?.watermark ?? -Infinity;
  let place = Math.max(0, judged.findLastIndex(({ behind }) => behind < folded));
  let state = before ?? startState(judged[place].set);
  const decisions: Decision[] = [];
  const goOver = async () => {
    place++;
    const { set, behind, storedMax, accepts } = judged[place];
    const stored = !accepts && needsReadings(state, set) && behind > -Infinity
      ? await store.readings.latest(tenant.id, sensorId, { to: behind, limit: storedMax })
      : undefined;
    const changed = accepts ? acceptNewNormal(state, set) : adoptSettings(state, set, { stored });
    state = changed.state;
    decisions.push(...changed.decisions);
  };
  for (let from = 0; from < series.ts.length;) {
    while (place + 1 < judged.length && judged[place + 1].behind < series.ts[from]) await goOver();
    const next = judged[place + 1]?.behind ?? Infinity;
    const behind = series.ts.findIndex((ts, i) => i >= from && ts > next);
    const to = behind < 0 ? series.ts.length : behind;
    decisions.push(
      ...assess(state, slice(series, from, to), { set: judged[place].set, criticality, lineAt }).decisions,
    );
    from = to;
  }
  // What a person says holds at once, and needs no reading behind it.
  const said = judged.findLastIndex(({ behind, accepts }) => accepts && behind <= (state.watermark ?? -Infinity));
  while (last && place < said) await goOver();
  return { state, decisions, folded: series.ts.length };
}

function slice({ ts, value, status }: Series, from: number, to: number): Series {
  return { ts: ts.subarray(from, to), value: value.subarray(from, to), status: status.subarray(from, to) };
}
