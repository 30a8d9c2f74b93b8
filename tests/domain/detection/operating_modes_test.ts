/** An asset that runs in several modes: what its correlation is in one of them, its sensors as a whole do not show. */
import assert from "node:assert/strict";
import type { AssetRow } from "../../../src/domain/detection/asset_rows.ts";
import { ASSET_DEFAULTS } from "../../../src/domain/detection/asset_settings.ts";
import { startAsset } from "../../../src/domain/detection/asset_state.ts";
import { assessAsset } from "../../../src/domain/detection/assess_asset.ts";
import { seededRandom } from "../../../src/domain/detection/stats/random.ts";
import type { SensorId } from "../../../src/domain/plant/sensor.ts";
import { rocAuc } from "../../../src/evaluation/roc_auc.ts";

const MINUTE = 60_000;
const SENSORS = 6;
const BASELINE = 2_000;
const ROWS = 5_000;
/** Rows that the machine stays in a mode. */
const STAYS = 200;
const MODES = 3;
/** The mode in which one sensor no longer goes with the others, in every other stay of it. */
const BROKEN = 1;

/** Each mode has levels of its own; within it the sensors follow a load that they share. */
function threeModes(seed: number): { rows: AssetRow[]; labels: Uint8Array } {
  const random = seededRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const levels = Array.from({ length: MODES }, () => Array.from({ length: SENSORS }, () => 20 * random()));
  const labels = new Uint8Array(ROWS);
  const rows = Array.from({ length: ROWS }, (_, i): AssetRow => {
    const stay = Math.floor(i / STAYS), mode = stay % MODES;
    const broken = i >= BASELINE && mode === BROKEN && Math.floor(stay / MODES) % 2 === 0;
    if (broken) labels[i] = 1;
    const load = normal();
    const values = Float64Array.from({ length: SENSORS }, (_, j) => {
      // What a sensor that has come loose shows is as large as before, and within what is usual for it.
      const followed = broken && j === 2 ? normal() : load;
      return levels[mode][j] + Math.sqrt(0.9) * followed + Math.sqrt(0.1) * normal();
    });
    return { ts: i * MINUTE, values };
  });
  return { rows, labels };
}

Deno.test("a correlation that is broken in one of three modes is found, with 2,000 rows of baseline", () => {
  const sensors = Array.from({ length: SENSORS }, (_, j) => ({ id: j + 1 as SensorId, key: `s${j}` }));
  const rules = { settings: ASSET_DEFAULTS, criticality: "B" as const, sensors };
  for (const seed of [1, 2, 3, 4, 5]) {
    const { rows, labels } = threeModes(seed);
    const asset = startAsset(rules, { binMs: MINUTE, from: 0 });
    const { scores } = assessAsset(asset, rows, rules);
    assert.equal(asset.model?.modes.length, MODES, `modes of seed ${seed}`);
    const auc = rocAuc(scores.slice(BASELINE), labels.slice(BASELINE));
    assert.ok(auc >= 0.85, `seed ${seed}: AUC ${auc}`);
  }
});
