/** Departure from a machine's own start. */
import assert from "node:assert/strict";
import { beginOwnStart, pushOwnStart } from "../../../src/domain/detection/own_start.ts";
import { seededRandom } from "../../../src/domain/detection/stats/random.ts";

const SENSORS = 12;

/** Hourly rows with day and night; from `wearAt` on every second sensor wears, by e in 30 rows. */
function machine(seed: number, rows: number, wearAt = Infinity): number[][] {
  const random = seededRandom(seed);
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: SENSORS }, (_, j) => {
      const wear = i > wearAt && j % 2 === 0 ? 0.05 * (Math.exp((i - wearAt) / 30) - 1) : 0;
      return j === 11 ? 100 : 50 + j + Math.sin(i / 24 * 2 * Math.PI) + 2 * (random() - 0.5) + wear;
    }));
}

function scores(rows: readonly (readonly number[])[]): number[] {
  const state = beginOwnStart(SENSORS);
  return rows.map((row) => pushOwnStart(state, row));
}

Deno.test("wear is found well before the failure, and a healthy machine's days and nights are none", () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    assert.ok(scores(machine(seed, 400)).every((score) => score < 0.5), `seed ${seed}`);
    const found = scores(machine(seed, 300, 120)).findIndex((score) => score >= 0.5);
    assert.ok(found > 120 && found < 250, `seed ${seed}: row ${found}`);
  }
});

Deno.test("rows cut anywhere, missing values and sensors that stand still change nothing that they should not", () => {
  const rows = machine(1, 300, 120);
  let state = beginOwnStart(SENSORS);
  const again = rows.map((row) => {
    state = JSON.parse(JSON.stringify(state));
    return pushOwnStart(state, row);
  });
  assert.deepEqual(again, scores(rows));
  const gaps = rows.map((row, i) => row.map((value, j) => (i + j) % 7 === 0 ? NaN : value));
  assert.ok(scores(gaps).every((score) => score >= 0 && score <= 1));
  assert.ok(scores(gaps).some((score) => score >= 0.5));
  assert.ok(scores(rows.map((row) => row.map(() => NaN))).every((score) => score === 0));
  assert.ok(scores(rows.map((row) => row.map(() => 7))).every((score) => score === 0));
});
