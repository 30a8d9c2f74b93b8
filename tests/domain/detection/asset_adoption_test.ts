/** What new settings do to the memory of an asset. */
import assert from "node:assert/strict";
import { adoptAsset, ASSET_STORED_MAX, lookBack } from "../../../src/domain/detection/asset_adoption.ts";
import type { AssetRow, ColumnReadings } from "../../../src/domain/detection/asset_rows.ts";
import { ASSET_DEFAULTS, type AssetSettings } from "../../../src/domain/detection/asset_settings.ts";
import {
  type AssetMemory,
  type AssetRules,
  assetVersion,
  decodeAsset,
  encodeAsset,
  startAsset,
} from "../../../src/domain/detection/asset_state.ts";
import { assessAsset } from "../../../src/domain/detection/assess_asset.ts";
import { assetSettingsOf, resolveSettings } from "../../../src/domain/detection/settings_layers.ts";
import type { SettingsPatch } from "../../../src/domain/detection/settings_document.ts";
import { seededRandom } from "../../../src/domain/detection/stats/random.ts";
import type { SensorId } from "../../../src/domain/plant/sensor.ts";

const SECOND = 1_000;
const SENSORS = [1, 2, 3].map((id) => ({ id: id as SensorId, key: `s${id}` }));
const ROWS = 1_100;

function rowsOf(rows: number, fault = Infinity): AssetRow[] {
  const random = seededRandom(4);
  const draw = () => random() + random() + random() - 1.5;
  return Array.from({ length: rows }, (_, i) => {
    const shared = draw();
    return {
      ts: i * SECOND,
      values: Float64Array.from(
        [1, 2, 3],
        (level, j) => 10 * level + shared + 0.3 * draw() + (j === 1 && i >= fault ? 6 : 0),
      ),
    };
  });
}

function settingsOf(asset: SettingsPatch, version = 2): AssetSettings {
  return assetSettingsOf(resolveSettings([{ scope: {}, version, patch: { asset } as SettingsPatch }]));
}

function rulesOf(asset: SettingsPatch = {}, version?: number): AssetRules {
  return { settings: settingsOf(asset, version), criticality: "B", sensors: SENSORS };
}

function columnsOf(rows: readonly AssetRow[], { to, limit }: { to: number; limit: number }): ColumnReadings[] {
  const stored = rows.filter(({ ts }) => ts <= to).slice(-limit);
  return SENSORS.map((_, j) => ({
    ts: Float64Array.from(stored, ({ ts }) => ts),
    value: Float64Array.from(stored, ({ values }) => values[j]),
  }));
}

function folded(rows: readonly AssetRow[], rules = rulesOf()): AssetMemory {
  const asset = startAsset(rules, { binMs: SECOND, from: 0 });
  assessAsset(asset, rows, rules);
  return asset;
}

function adopted(asset: AssetMemory, rows: readonly AssetRow[], rules: AssetRules) {
  const back = lookBack(asset, { settings: rules.settings, storedMax: ASSET_STORED_MAX });
  const stored = back === undefined ? [] : columnsOf(rows, back);
  return { back, ...adoptAsset(asset, { rules, stored, limit: back?.limit ?? 0 }) };
}

function copied({ state, model }: AssetMemory): AssetMemory {
  const read = decodeAsset(encodeAsset({ state, model }));
  assert.ok("state" in read);
  return { state: read.state, model };
}

Deno.test("weights, delays and what a score is made by keep all that was learnt, and read nothing", () => {
  const rows = rowsOf(ROWS);
  for (
    const asset of [
      { weights: { isolation_forest: 0.5, t_squared: 0.2 } },
      { weightsInModes: { asset_stream: 0.4 } },
      { episode: { threshold: 0.7 } },
      { smoothing: 0.3, wait: { leastMs: 5_000 } },
      { stream: { half: 10, release: 0.3 } },
    ] as SettingsPatch[]
  ) {
    const before = folded(rows);
    const rules = rulesOf(asset, 7);
    const { back, memory, relearnt, decisions } = adopted(copied(before), rows, rules);
    assert.deepEqual([back, relearnt, decisions], [undefined, [], []]);
    assert.equal(memory.model, before.model);
    const { version, stream: { settings, ...stream }, ...rest } = memory.state;
    const { version: _version, stream: { settings: _settings, ...learnt }, ...kept } = before.state;
    assert.deepEqual([stream, rest], [learnt, kept]);
    assert.deepEqual(settings, rules.settings.stream);
    assert.match(version, /^asset-2\.7 \w+ 1$/);
    assert.equal(version, assetVersion(rules.settings));
  }
});

Deno.test("law: settings that judge alike change nothing, wherever an asset goes over to them", () => {
  const rows = rowsOf(ROWS, 1_000);
  const straight = folded(rows, rulesOf({}, 3));
  for (const at of [0, 17, 400, 1_003]) {
    const before = folded(rows.slice(0, at));
    const { memory } = adopted(before, rows, rulesOf({}, 3));
    assessAsset(memory, rows.slice(at), rulesOf({}, 3));
    assert.deepEqual(memory.state, straight.state);
  }
});

Deno.test("a forest of other trees is fitted over stored rows, under the next version; the stream goes on", () => {
  const rows = rowsOf(ROWS);
  const before = folded(rows);
  const rules = rulesOf({ forest: { trees: 20 } });
  const { back, memory, relearnt } = adopted(before, rows, rules);
  assert.deepEqual(back, { to: ROWS * SECOND - 0.001, limit: 2_000 });
  assert.deepEqual(relearnt, ["its models"]);
  assert.deepEqual(memory.state.stream, { ...before.state.stream, settings: rules.settings.stream });
  assert.equal(memory.state.rows, before.state.rows);
  // With 400 rows and with 1,000 again.
  assert.deepEqual([before.state.model, memory.state.model, memory.model!.version], [2, 4, 4]);
  assert.deepEqual([memory.model!.rows, memory.state.fits], [1_000, 2]);
});

Deno.test("with too few stored rows the model before judges on, and the next is fitted behind it", () => {
  const rows = rowsOf(ROWS);
  const before = folded(rows);
  const rules = rulesOf({ forest: { trees: 20 } });
  const { memory } = adopted(before, rows.slice(-100), rules);
  assert.equal(memory.model, before.model);
  assert.deepEqual([memory.state.model, memory.state.fits, memory.state.sample?.seen], [2, 0, 100]);
  assessAsset(memory, rowsOf(300).map(({ ts, values }) => ({ ts: ts + ROWS * SECOND, values })), rules);
  assert.equal(memory.model!.version, 3);
});

Deno.test("a stream with another warm-up learns from stored rows, but not from those of an open episode", () => {
  const rows = rowsOf(ROWS, 1_000);
  const before = folded(rows);
  assert.equal(before.state.episode.open, true);
  const { start } = before.state.episode;
  const rules = rulesOf({ stream: { warmUp: 300 } });
  const { back, memory, relearnt, decisions } = adopted(before, rows, rules);
  assert.deepEqual([relearnt, decisions, back!.to], [["its stream"], [], start! - 0.001]);
  assert.ok(memory.state.stream.references.every((reference) => Math.abs(reference!.level % 10) < 1.5));
  // The fault stands, so the episode goes on; when it has gone, it ends.
  const later = (fault: number) => rowsOf(200, fault).map(({ ts, values }) => ({ ts: ts + ROWS * SECOND, values }));
  assert.deepEqual(assessAsset(copied(memory), later(0), rules).decisions.map(({ type }) => type), []);
  assert.ok(assessAsset(copied(memory), later(Infinity), rules).decisions.some(({ type }) => type === "closed"));
});

Deno.test("an open episode that nothing judges any more is superseded, and says why", () => {
  const rows = rowsOf(390, 380);
  const start = rulesOf({ stream: { warmUp: 200 }, weights: { asset_stream: 1 } });
  const before = folded(rows, start);
  assert.equal(before.state.episode.open, true);
  // No model is fitted before 400 rows.
  const after = rulesOf({ stream: { warmUp: 200 }, weights: { asset_stream: 0, t_squared: 1 } }, 5);
  const { memory, decisions: [decision] } = adopted(before, rows, after);
  assert.equal(decision.type, "superseded");
  assert.equal(decision.reason, "the settings are asset-2.5 now: no detector that counts has learnt enough to judge");
  assert.equal(decision.ts, 390 * SECOND);
  assert.equal(memory.state.episode.start, undefined);
});

Deno.test("rows of another length begin behind those that were judged, and learn anew", () => {
  const rows = rowsOf(ROWS + 3);
  const { memory, relearnt } = adopted(folded(rows), rows, rulesOf({ binMs: 10 * SECOND }));
  assert.deepEqual(relearnt, ["its stream", "its models"]);
  assert.deepEqual([memory.state.binMs, memory.state.closedTo], [10 * SECOND, (ROWS + 10) * SECOND]);
  // Whoever says no length any more keeps it.
  const { memory: kept } = adopted(memory, rows, rulesOf({}, 9));
  assert.equal(kept.state.binMs, 10 * SECOND);
});

Deno.test("a state from before settings had versions goes on; its models are fitted anew", () => {
  const rows = rowsOf(ROWS);
  const { state, model } = folded(rows);
  const { fit: _fit, ...old } = { ...state, version: "asset-1 1" };
  const read = decodeAsset(JSON.stringify(old));
  assert.ok("state" in read);
  const { memory, relearnt } = adopted({ state: read.state, model }, rows, rulesOf());
  assert.deepEqual(relearnt, ["its models"]);
  assert.equal(memory.state.version, assetVersion(rulesOf().settings));
});

Deno.test("a forest of weight 0 is left out: of the score and of the evidence", () => {
  const rows = rowsOf(1_050, 1_000);
  const only = (isolation_forest: number) => rulesOf({ weights: { asset_stream: 1, t_squared: 0, isolation_forest } });
  const spokenIn = (rules: AssetRules) => {
    const asset = startAsset(rules, { binMs: SECOND, from: 0 });
    const { scores, decisions } = assessAsset(asset, rows, rules);
    const opened = decisions.find(({ type }) => type === "opened");
    assert.ok(opened !== undefined && "evidence" in opened);
    const { contributions, missing } = opened.evidence;
    return { scores, detectors: [...contributions.map(({ detector }) => detector), ...missing] };
  };
  const [without, beside] = [spokenIn(only(0)), spokenIn(only(0.4))];
  assert.deepEqual([without.detectors, beside.detectors], [["asset_stream"], ["asset_stream", "isolation_forest"]]);
  const other: AssetSettings = { ...only(0).settings, forest: { ...ASSET_DEFAULTS.forest, seed: 99 } };
  assert.deepEqual(spokenIn({ ...only(0), settings: other }).scores, without.scores);
  assert.notDeepEqual(beside.scores, without.scores);
});
