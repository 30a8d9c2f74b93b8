/** Assets of many sensors, up to the most that are judged as one. */
import assert from "node:assert/strict";
import { encodeModel } from "../../../src/domain/detection/asset_model.ts";
import type { AssetRow } from "../../../src/domain/detection/asset_rows.ts";
import { ASSET_DEFAULTS } from "../../../src/domain/detection/asset_settings.ts";
import { ASSET_SENSORS_MAX, encodeAsset, startAsset } from "../../../src/domain/detection/asset_state.ts";
import { assessAsset } from "../../../src/domain/detection/assess_asset.ts";
import { fitHotelling, scoreHotelling } from "../../../src/domain/detection/detectors/hotelling.ts";
import { seededRandom } from "../../../src/domain/detection/stats/random.ts";
import type { SensorId } from "../../../src/domain/plant/sensor.ts";

const SECOND = 1_000;
const COLUMNS = ASSET_SENSORS_MAX;
const FAULTY = 17;

function wideRows(from: number, to: number, { fault = 0, gone = 0 } = {}): AssetRow[] {
  const random = seededRandom(from + 1);
  return Array.from({ length: to - from }, (_, i) => ({
    ts: (from + i) * SECOND,
    values: Float64Array.from(
      { length: COLUMNS },
      (_, j) => j >= COLUMNS - gone ? NaN : j + random() + random() + (j === FAULTY ? fault : 0),
    ),
  }));
}

Deno.test("the most sensors that are judged as one keep a small model, are calm, and one of them is found and named", () => {
  const sensors = Array.from({ length: COLUMNS }, (_, j) => ({ id: j + 1 as SensorId, key: `s${j}` }));
  const rules = { settings: ASSET_DEFAULTS, criticality: "B" as const, sensors };
  const asset = startAsset(rules, { binMs: SECOND, from: 0 });
  const calm = assessAsset(asset, wideRows(0, 1_100), rules);
  assert.deepEqual(calm.decisions.map(({ reason }) => reason), []);
  assert.equal(asset.state.model, 2);
  assert.ok(encodeModel(asset.model!).length < 300_000, "a correlation of all with all would have millions of digits");
  assert.ok(encodeAsset(asset).length < 3_000_000);
  // A tenth of them is silent, which nobody has to compute anew for each row.
  const silent = assessAsset(asset, wideRows(1_100, 1_160, { gone: COLUMNS / 10 }), rules);
  assert.deepEqual(silent.decisions, []);
  const { decisions } = assessAsset(asset, wideRows(1_160, 1_260, { fault: 8, gone: COLUMNS / 10 }), rules);
  assert.equal(decisions[0]?.type, "opened");
  assert.match(decisions[0].reason, /^s17 \d+ %/);
});

Deno.test("with many columns T-squared takes each by itself, whatever the offset", () => {
  const random = seededRandom(3);
  const columns = 65;
  const rows = Float64Array.from({ length: 200 * columns }, (_, i) => 1e6 * (i % columns) + random());
  const model = fitHotelling(rows, { columns });
  assert.equal(model.inverse.length, 0);
  const row = Float64Array.from({ length: columns }, (_, j) => model.mean[j] + (j === 9 ? 6 * model.spread[j] : 0));
  const { t2, contributions } = scoreHotelling(model, row);
  assert.ok(Math.abs(t2 - 36) < 1e-6 && Math.abs(contributions[9] - 36) < 1e-6, `${t2}`);
  assert.ok(Math.abs(model.spread[64] - Math.sqrt(1 / 12)) < 0.05, `${model.spread[64]}`);
});
