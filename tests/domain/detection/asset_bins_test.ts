import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type AssetReading,
  type AssetRow,
  createAssetBins,
  resumeAssetBins,
} from "../../../src/domain/detection/asset_bins.ts";

function plain(rows: readonly AssetRow[]): { ts: number; values: number[] }[] {
  return rows.map(({ ts, values }) => ({ ts, values: [...values] }));
}

Deno.test("a bin's row holds each sensor's mean, aligned to whole bins of time", () => {
  const bins = createAssetBins(2, { binMs: 1_000 });
  assert.deepEqual(bins.push({ column: 0, ts: 5_100, value: 1 }), []);
  assert.deepEqual(bins.push({ column: 0, ts: 5_900, value: 3 }), []);
  assert.deepEqual(bins.push({ column: 1, ts: 5_500, value: 10 }), []);
  assert.deepEqual(plain(bins.push({ column: 1, ts: 6_000, value: 0 })), [{ ts: 5_000, values: [2, 10] }]);
  assert.deepEqual(plain(bins.close()), [{ ts: 6_000, values: [NaN, 0] }]);
});

Deno.test("a gap gives no rows, and a silent sensor is neither carried forward nor filled in", () => {
  const bins = createAssetBins(2, { binMs: 1_000 });
  bins.push({ column: 0, ts: 0, value: 1 });
  bins.push({ column: 1, ts: 0, value: 1 });
  const hourLater = 3_600_000;
  assert.deepEqual(plain(bins.push({ column: 0, ts: hourLater, value: 2 })), [{ ts: 0, values: [1, 1] }]);
  assert.deepEqual(plain(bins.close()), [{ ts: hourLater, values: [2, NaN] }]);
});

Deno.test("readings count while they are not later than agreed, and are refused and counted behind it", () => {
  const bins = createAssetBins(1, { binMs: 1_000, lateMs: 2_000 });
  bins.push({ column: 0, ts: 1_000, value: 1 });
  assert.deepEqual(bins.push({ column: 0, ts: 3_999, value: 9 }), []);
  assert.deepEqual(bins.push({ column: 0, ts: 1_500, value: 3 }), []);
  assert.deepEqual(plain(bins.push({ column: 0, ts: 4_000, value: 9 })), [{ ts: 1_000, values: [2] }]);
  assert.deepEqual(bins.push({ column: 0, ts: 1_999, value: 100 }), []);
  assert.equal(bins.late(), 1);
  assert.deepEqual(bins.close().map(({ ts }) => ts), [3_000, 4_000]);
});

Deno.test("what is no reading is refused with the state untouched", () => {
  const bins = createAssetBins(1, { binMs: 10 });
  const before = bins.encode();
  const bad: AssetReading[] = [
    { column: 1, ts: 0, value: 1 },
    { column: 0, ts: NaN, value: 1 },
    { column: 0, ts: 0, value: NaN },
    { column: 0, ts: 0, value: -Infinity },
  ];
  for (const reading of bad) assert.throws(() => bins.push(reading), RangeError);
  assert.equal(bins.encode(), before);
  assert.throws(() => createAssetBins(0, { binMs: 10 }), RangeError);
  assert.throws(() => createAssetBins(1, { binMs: 0 }), RangeError);
  assert.throws(() => createAssetBins(1, { binMs: 1, lateMs: 5_000 }), RangeError);
});

Deno.test("for readings that are not too late, neither their order nor a stop and start changes the rows", () => {
  const reading = fc.record({
    column: fc.integer({ min: 0, max: 2 }),
    ts: fc.integer({ min: 0, max: 9_999 }),
    value: fc.integer({ min: -50, max: 50 }),
  });
  fc.assert(
    fc.property(fc.array(reading, { maxLength: 60 }), fc.nat(60), (readings, stop) => {
      const rowsOf = (order: readonly AssetReading[], stopAt: number) => {
        let bins = createAssetBins(3, { binMs: 700, lateMs: 10_000 });
        const rows = order.flatMap((one, i) => {
          if (i === stopAt) bins = resumeAssetBins(bins.encode()) ?? assert.fail("its own version was not read");
          return bins.push(one);
        });
        // A mean's last bit may depend on the order of its parts.
        return [...rows, ...bins.close()].map(({ ts, values }) => `${ts} ${[...values].map((x) => x.toFixed(9))}`);
      };
      const clean = (rows: string[]) => rows.map((row) => row.replaceAll("-0.000000000", "0.000000000"));
      const byTime = readings.toSorted((a, b) => a.ts - b.ts);
      assert.deepEqual(clean(rowsOf(readings, stop)), clean(rowsOf(byTime, -1)));
    }),
    { seed: 21, numRuns: 200 },
  );
});

Deno.test("a state of another version is not read", () => {
  const text = createAssetBins(1, { binMs: 10 }).encode().replace('"version":1', '"version":0');
  assert.equal(resumeAssetBins(text), undefined);
});
