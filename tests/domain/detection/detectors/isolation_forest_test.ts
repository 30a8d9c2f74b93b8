import assert from "node:assert/strict";
import fc from "fast-check";
import { type DataObject, IsolationForest } from "isolation-forest";
import { fitForest, scoreRow, scoreRows } from "../../../../src/domain/detection/detectors/isolation_forest.ts";
import { decodeForest, encodeForest } from "../../../../src/domain/detection/detectors/isolation_forest_state.ts";
import { meanPathLength } from "../../../../src/domain/detection/detectors/isolation_tree.ts";
import { seededRandom } from "../../../../src/domain/detection/stats/random.ts";

/** `rows` rows of sums of uniform draws about 0. */
function cloud(rows: number, features: number, seed = 3): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from({ length: rows * features }, () => random() + random() + random() - 1.5);
}

Deno.test("the forest reacts to a gross outlier", () => {
  const forest = fitForest(cloud(1_000, 3), { features: 3 });
  const outlier = scoreRow(forest, Float64Array.of(50, -50, 50));
  const usual = scoreRow(forest, Float64Array.of(0, 0, 0));
  assert.ok(outlier > 0.7, `the outlier scores ${outlier}`);
  assert.ok(usual < 0.5, `the centre scores ${usual}`);
});

Deno.test("an outlier scores above every row of the cloud it was fitted with", () => {
  const rows = cloud(500, 2);
  rows.set([9, 9], 2 * 123);
  const scores = scoreRows(fitForest(rows, { features: 2, seed: 5 }), rows);
  assert.equal(scores.indexOf(Math.max(...scores)), 123);
});

Deno.test("equal seeds score equal to the last bit, other seeds do not", () => {
  const rows = cloud(400, 4);
  const scoresOf = (seed: number) => scoreRows(fitForest(rows, { features: 4, seed }), rows);
  assert.deepEqual(scoresOf(1), scoresOf(1));
  assert.notDeepEqual(scoresOf(1), scoresOf(2));
});

Deno.test("one row scores as it does in a batch, to the last bit, whatever the batch's length and the number of trees", () => {
  const rows = cloud(517, 3);
  for (const trees of [1, 3, 100]) {
    const forest = fitForest(rows, { features: 3, trees });
    const batch = scoreRows(forest, rows);
    const singly = Float64Array.from(batch, (_, i) => scoreRow(forest, rows.subarray(3 * i, 3 * i + 3)));
    assert.deepEqual(singly, batch);
  }
});

Deno.test("a forest survives JSON to the last bit, and a state of another version is not taken", () => {
  const rows = cloud(300, 3);
  const forest = fitForest(rows, { features: 3, trees: 20 });
  const state = encodeForest(forest);
  const again = decodeForest(JSON.parse(JSON.stringify(state)));
  assert.ok(again);
  assert.deepEqual(scoreRows(again, rows), scoreRows(forest, rows));
  assert.equal(JSON.stringify(encodeForest(again)), JSON.stringify(state));
  assert.equal(decodeForest({ ...state, version: 0 }), undefined);
});

Deno.test("scores are finite and within 0 to 1 for any finite rows, and scoring changes nothing", () => {
  const row = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 2, maxLength: 2 });
  fc.assert(
    fc.property(fc.array(row, { minLength: 2, maxLength: 40 }), (table) => {
      const rows = Float64Array.from(table.flat());
      const forest = fitForest(rows, { features: 2, trees: 7, sample: 16 });
      const scores = scoreRows(forest, rows);
      assert.ok(scores.every((score) => score >= 0 && score <= 1), `${scores}`);
      assert.deepEqual(scoreRows(forest, rows), scores);
    }),
    { seed: 11, numRuns: 200 },
  );
});

Deno.test("equal rows, constant features and fewer rows than the sample are no fault", () => {
  const constant = new Float64Array(60).fill(1e9);
  const scores = scoreRows(fitForest(constant, { features: 3 }), constant);
  assert.ok(scores.every((score) => score === scores[0] && score > 0 && score < 1));
  const one = Float64Array.from({ length: 200 }, (_, i) => i % 2 === 0 ? 5 : i);
  const forest = fitForest(one, { features: 2 });
  assert.ok(scoreRow(forest, Float64Array.of(5, 10_000)) > scoreRow(forest, Float64Array.of(5, 100)));
});

Deno.test("what is not a finite number is refused before anything is scored or grown", () => {
  const forest = fitForest(cloud(50, 2), { features: 2, trees: 5 });
  for (const bad of [NaN, Infinity, -Infinity]) {
    assert.throws(() => fitForest(Float64Array.of(1, 2, bad, 4), { features: 2 }), /Row 1, feature 0 is/);
    assert.throws(() => scoreRow(forest, Float64Array.of(1, bad)), RangeError);
    const out = new Float64Array(2).fill(7);
    assert.throws(() => scoreRows(forest, Float64Array.of(1, 2, 3, bad), out), RangeError);
    assert.deepEqual([...out], [7, 7]);
  }
});

Deno.test("settings out of range are refused with what they must be", () => {
  const rows = cloud(10, 2);
  assert.throws(() => fitForest(rows, { features: 0 }), /features must be a whole number/);
  assert.throws(() => fitForest(rows, { features: 2, trees: 0 }), /trees must be a whole number/);
  assert.throws(() => fitForest(rows, { features: 2, sample: 1 }), /sample must be a whole number from 2/);
  assert.throws(() => fitForest(rows, { features: 3 }), /are not rows of 3/);
  assert.throws(() => fitForest(rows.subarray(0, 2), { features: 2 }), /at least two rows/);
  assert.throws(() => scoreRow(fitForest(rows, { features: 2 }), rows.subarray(0, 4)), /One row has 2 values/);
});

Deno.test("mean path lengths are those of the article", () => {
  assert.equal(meanPathLength(1), 0);
  assert.equal(meanPathLength(2), 1);
  assert.ok(Math.abs(meanPathLength(256) - 10.2448) < 1e-4);
});

Deno.test("it ranks rows as the npm package does where both see the same rows", () => {
  const rows = cloud(256, 2);
  const table: DataObject[] = Array.from({ length: 256 }, (_, i) => ({ x: rows[2 * i], y: rows[2 * i + 1] }));
  const theirs = new IsolationForest(100, 256);
  theirs.fit(table);
  // It draws without a seed: ranks of rows near and far must agree, single scores need not.
  const probes = [[0, 0], [0.7, 0.7], [3, -3]];
  const expected = theirs.predict(probes.map(([x, y]) => ({ x, y })));
  const forest = fitForest(rows, { features: 2 });
  const ours = probes.map((probe) => scoreRow(forest, Float64Array.from(probe)));
  for (const scores of [ours, expected]) assert.ok(scores[0] < scores[1] && scores[1] < scores[2], `${scores}`);
  ours.forEach((score, i) => assert.ok(Math.abs(score - expected[i]) < 0.1, `${score} and ${expected[i]}`));
});
