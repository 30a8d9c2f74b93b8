import assert from "node:assert/strict";
import fc from "fast-check";
import { fitHotelling, scoreHotelling } from "../../../../src/domain/detection/detectors/hotelling.ts";
import { seededRandom } from "../../../../src/domain/detection/stats/random.ts";

/** Rows (a, a + little noise, something else) about `offset`. */
function together(rows: number, offset = 0): Float64Array {
  const random = seededRandom(9);
  const draw = () => random() + random() + random() - 1.5;
  return Float64Array.from(
    Array.from({ length: rows }, () => {
      const a = draw();
      return [offset + a, offset + a + 0.1 * draw(), offset + draw()];
    }).flat(),
  );
}

Deno.test("a row against the usual correlation is stranger than one of the same size along it", () => {
  const model = fitHotelling(together(500), { columns: 3 });
  const along = scoreHotelling(model, Float64Array.of(1, 1, 0));
  const against = scoreHotelling(model, Float64Array.of(1, -1, 0));
  assert.ok(against.t2 > 10 * along.t2, `${against.t2} and ${along.t2}`);
  assert.ok(along.score < 0.5 && against.score > 0.9, `${along.score} and ${against.score}`);
});

Deno.test("contributions add up to T-squared and name the sensor that departed", () => {
  const model = fitHotelling(together(500), { columns: 3 });
  const { t2, contributions } = scoreHotelling(model, Float64Array.of(0.1, 0.1, 6));
  assert.ok(Math.abs(contributions.reduce((sum, part) => sum + part, 0) - t2) < 1e-9 * t2);
  assert.ok(contributions[2] > 0.95 * t2);
});

Deno.test("about one usual row in a thousand scores above 0.5", () => {
  const rows = together(20_000);
  const model = fitHotelling(rows, { columns: 3, shrinkage: 0 });
  let above = 0;
  for (let i = 0; i < 20_000; i++) if (scoreHotelling(model, rows.subarray(3 * i, 3 * i + 3)).score > 0.5) above++;
  assert.ok(above < 40, `${above} of 20,000`);
});

Deno.test("a column that is the sum of others, and fewer rows than columns, leave it finite and sensitive", () => {
  const random = seededRandom(4);
  const sums = Float64Array.from(
    Array.from({ length: 100 }, () => {
      const a = random(), b = random();
      return [a, b, a + b];
    }).flat(),
  );
  const model = fitHotelling(sums, { columns: 3 });
  const broken = scoreHotelling(model, Float64Array.of(0.5, 0.5, 0)).t2;
  assert.ok(broken > 5 * scoreHotelling(model, Float64Array.of(0.5, 0.5, 1)).t2);
  const few = fitHotelling(Float64Array.from({ length: 16 }, random), { columns: 8 });
  assert.ok(Number.isFinite(scoreHotelling(few, new Float64Array(8).fill(100)).t2));
});

Deno.test("a column without spread is named and not judged", () => {
  const model = fitHotelling(Float64Array.of(1, 7, 2, 7, 3, 7, 5, 7), { columns: 2 });
  assert.deepEqual(model.unjudged, [1]);
  assert.equal(scoreHotelling(model, Float64Array.of(2.75, 1_000)).t2, 0);
});

Deno.test("an offset of 1e9 changes T-squared by no more than rounding", () => {
  const near = fitHotelling(together(300), { columns: 3 });
  const far = fitHotelling(together(300, 1e9), { columns: 3 });
  const t2 = scoreHotelling(near, Float64Array.of(1, -1, 2)).t2;
  const shifted = scoreHotelling(far, Float64Array.of(1e9 + 1, 1e9 - 1, 1e9 + 2)).t2;
  assert.ok(Math.abs(shifted / t2 - 1) < 1e-4, `${shifted} and ${t2}`);
});

Deno.test("scores are finite and within 0 to 1 on any finite rows, and a model survives JSON", () => {
  const value = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e100, max: 1e100 });
  const row = fc.array(value, { minLength: 2, maxLength: 2 });
  fc.assert(
    fc.property(fc.array(row, { minLength: 2, maxLength: 20 }), row, (table, probe) => {
      const model = fitHotelling(Float64Array.from(table.flat()), { columns: 2 });
      const verdict = scoreHotelling(model, Float64Array.from(probe));
      assert.ok(verdict.score >= 0 && verdict.score <= 1, `${verdict.score}`);
      assert.deepEqual(scoreHotelling(JSON.parse(JSON.stringify(model)), Float64Array.from(probe)), verdict);
    }),
    { seed: 12, numRuns: 300 },
  );
});

Deno.test("what cannot be fitted or judged is refused", () => {
  const model = fitHotelling(together(10), { columns: 3 });
  assert.throws(() => fitHotelling(Float64Array.of(1, 2, 3), { columns: 3 }), /at least two whole rows/);
  assert.throws(() => fitHotelling(Float64Array.of(1, 2, NaN, 4), { columns: 2 }), /Column 0 is NaN/);
  assert.throws(() => scoreHotelling(model, Float64Array.of(1, 2)), /fitted on 3 columns/);
  assert.throws(() => scoreHotelling(model, Float64Array.of(1, Infinity, 2)), /Column 1 is Infinity/);
});
