/**
 * By what a sensor is judged in a reprocess run: the settings that the run brings along, or those that it was judged by
 * live, with the places where it went over to others and what its detectors learnt from there. So live equals
 * reprocessed, whatever was promoted in between.
 */
import { assess } from "../../domain/detection/assess.ts";
import { type DetectorSet, makeSet } from "../../domain/detection/detector_set.ts";
import type { Decision } from "../../domain/detection/episode.ts";
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

/** A set and the data time (ms) of the last reading that the one before judged; -Infinity for the first. */
export interface Judged {
  readonly set: DetectorSet;
  readonly behind: number;
  /** The most stored readings that detectors learn from which start anew there. */
  readonly storedMax: number;
}

/** In their order, at least one. */
export async function judgedBy(reader: SettingsReader, store: Store, cursor: ReprocessCursor): Promise<Judged[]> {
  const { tenant } = reader;
  const { sensorId, settingsId } = cursor;
  const switches = settingsId !== undefined
    ? [{ settingsId, behind: undefined, storedMax: 0 }]
    : await store.settings.switchesOf(tenant.id, sensorId);
  const ids = [...new Set(switches.map(({ settingsId }) => settingsId))];
  const rows = ids.length === 0 ? [] : await store.settings.appliedByIds(tenant.id, ids);
  const sets = new Map(rows.map((row) => [row.id, restoredSet(row)]));
  // What this release cannot make detectors from is left out: what came behind it judges in its place.
  const judged = switches.flatMap(({ settingsId, behind = -Infinity, storedMax }) => {
    const set = sets.get(settingsId);
    return set === undefined ? [] : [{ set, behind, storedMax }];
  });
  if (judged.length > 0) return judged;
  const { quantity, assetId } = cursor;
  const now = await judgingsOf(reader, store, [{ id: sensorId, quantity, assetId }]);
  return [{ set: now.get(sensorId)!.set, behind: -Infinity, storedMax: 0 }];
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
}

/** Folds `series`, going over to other settings where the sensor did. */
export async function foldAsJudged(
  { tenant }: Pick<SettingsReader, "tenant">,
  store: Store,
  { cursor: { sensorId, criticality }, before, series, judged, lineAt }: Folding,
): Promise<JudgedFold> {
  // Over to the next settings with the first reading behind their place, and not before: a page may end anywhere.
  const folded = before?.watermark ?? -Infinity;
  let place = Math.max(0, judged.findLastIndex(({ behind }) => behind < folded));
  let state = before ?? startState(judged[place].set);
  const decisions: Decision[] = [];
  for (let from = 0; from < series.ts.length;) {
    while (place + 1 < judged.length && judged[place + 1].behind < series.ts[from]) {
      place++;
      const { set, behind, storedMax } = judged[place];
      const stored = needsReadings(state, set) && behind > -Infinity
        ? await store.readings.latest(tenant.id, sensorId, { to: behind, limit: storedMax })
        : undefined;
      const adoption = adoptSettings(state, set, { stored });
      state = adoption.state;
      decisions.push(...adoption.decisions);
    }
    const next = judged[place + 1]?.behind ?? Infinity;
    const behind = series.ts.findIndex((ts, i) => i >= from && ts > next);
    const to = behind < 0 ? series.ts.length : behind;
    decisions.push(
      ...assess(state, slice(series, from, to), { set: judged[place].set, criticality, lineAt }).decisions,
    );
    from = to;
  }
  return { state, decisions, folded: series.ts.length };
}

function slice({ ts, value, status }: Series, from: number, to: number): Series {
  return { ts: ts.subarray(from, to), value: value.subarray(from, to), status: status.subarray(from, to) };
}
