/** Rows of readings: aligned bins, whatever order and cut the readings came in. */
import assert from "node:assert/strict";
import { toRows } from "../../../src/domain/detection/asset_rows.ts";

const RANGE = { binMs: 1_000, from: 0, to: 10_000_000 };

function plain(rows: ReturnType<typeof toRows>): { ts: number; values: number[] }[] {
  return rows.map(({ ts, values }) => ({ ts, values: [...values] }));
}

Deno.test("a row holds each sensor's mean in its bin, aligned to whole bins of time", () => {
  const rows = toRows([{ ts: [5_100, 5_900], value: [1, 3] }, { ts: [5_500, 6_000], value: [10, 0] }], RANGE);
  assert.deepEqual(plain(rows), [{ ts: 5_000, values: [2, 10] }, { ts: 6_000, values: [NaN, 0] }]);
});

Deno.test("a gap gives no rows, and a silent sensor is neither carried forward nor filled in", () => {
  const rows = toRows([{ ts: [0, 3_600_000], value: [1, 2] }, { ts: [0], value: [1] }], RANGE);
  assert.deepEqual(plain(rows), [{ ts: 0, values: [1, 1] }, { ts: 3_600_000, values: [2, NaN] }]);
});

Deno.test("readings outside the range are left out, and rows of two ranges are those of both together", () => {
  const columns = [{ ts: [0, 999, 1_000, 2_500], value: [1, 2, 3, 4] }];
  const whole = toRows(columns, { binMs: 1_000, from: 0, to: 3_000 });
  const parts = [[0, 1_000], [1_000, 3_000]].flatMap(([from, to]) => toRows(columns, { binMs: 1_000, from, to }));
  assert.deepEqual(plain(parts), plain(whole));
  assert.deepEqual(whole.map(({ ts }) => ts), [0, 1_000, 2_000]);
});
