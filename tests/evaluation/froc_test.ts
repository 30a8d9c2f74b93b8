/** Rows to alerts to figures, on cases that are known by hand, and against another implementation of the same rules. */
import assert from "node:assert/strict";
import { FAULT_NAMES, faultySeries } from "../../src/evaluation/faulty_series.ts";
import { frocOf, type ScoredSensor } from "../../src/evaluation/froc.ts";
import { healthySeries } from "../../src/evaluation/healthy_series.ts";

type Windows = ScoredSensor["windows"];

/** Scores of 10,000 rows, of which the first 750 are not judged; rows count from there. */
function sensor(rows: readonly (readonly [number, number])[], windows: Windows = [], unit = "a"): ScoredSensor {
  const scores = new Float64Array(10_000);
  for (const [row, score] of rows) scores[750 + row] = score;
  return { unit, scores, windows: windows.map(([from, to]) => [750 + from, 750 + to]) };
}

const at = (threshold: number, fleet: readonly ScoredSensor[]) => {
  // One rate a false alert: the point whose threshold is the one wanted.
  const { sensorDays } = frocOf(fleet);
  const points = Array.from({ length: 40 }, (_, n) => frocOf(fleet, [(n + 0.5) / sensorDays]).points[0]);
  const point = points.find((one) => one.threshold === threshold);
  assert.ok(point !== undefined, `no point at ${threshold}`);
  return { falseAlerts: Math.round(point.got * sensorDays), recall: point.recall, delay: point.delay };
};

const WINDOW: Windows = [[5_000, 5_099]];

Deno.test("rows within 120 of an alert's first row belong to it, and not of its last", () => {
  assert.equal(at(1, [sensor([[0, 1], [119, 1], [120, 1]], WINDOW)]).falseAlerts, 2);
  const often = Array.from({ length: 100 }, (_, i) => [10 * i, 1] as const);
  assert.equal(at(1, [sensor(often, WINDOW)]).falseAlerts, 9);
});

Deno.test("an alert that reaches into a window is true, one before it is false, an endless one pays outside", () => {
  assert.deepEqual(at(1, [sensor([[4_990, 1], [5_005, 1]], WINDOW)]), { falseAlerts: 0, recall: 1, delay: 5 });
  assert.equal(at(0.5, [sensor([[4_990, 0.5]], WINDOW)]).falseAlerts, 1);
  const endless = Array.from({ length: 1_200 }, (_, i) => [4_400 + i, 1] as const);
  assert.equal(at(1, [sensor(endless, [[5_000, 5_059]])]).falseAlerts, 9);
});

Deno.test("an asset's window is one, found by any of its sensors at its earliest", () => {
  const pump = [sensor([[5, 0.9]], [[0, 9]], "pump"), sensor([[3, 0.8]], [[0, 9]], "pump")];
  assert.equal(frocOf(pump).windows, 1);
  assert.deepEqual(at(0.8, pump), { falseAlerts: 0, recall: 1, delay: 3 });
});

Deno.test("a fleet without windows, or without judged rows outside of them, is refused in words", () => {
  assert.throws(() => frocOf([sensor([[0, 1]])]), /no window/);
  assert.throws(() => frocOf([{ unit: "a", scores: [0, 1], windows: [[0, 1]] }]), /no judged row/);
});

/**
 * What an independent program in Python (standard library, the rules of src/evaluation/froc.ts) printed for the same
 * scores, written to files: recall and median delay at four rates, the mean recall, and the threshold of the least
 * rate.
 */
const ELSEWHERE = {
  recall: [0.95, 0.95, 0.8, 0.3],
  delay: [0, 0, 0.5, 0.5],
  froc: 0.8,
  threshold: 0.2577071398230279,
};

Deno.test("the same scores have the same figures as in another implementation", () => {
  const { points, froc } = frocOf(smallFleet(), [1, 0.3, 0.1, 0.03]);
  assert.deepEqual(points.map(({ recall }) => recall), ELSEWHERE.recall);
  assert.deepEqual(points.map(({ delay }) => delay), ELSEWHERE.delay);
  assert.equal(points[3].threshold, ELSEWHERE.threshold);
  assert.ok(Math.abs(froc - ELSEWHERE.froc) < 1e-4, String(froc));
});

/** Scored by the distance outside all values before, which no change of a detector touches. */
function smallFleet(): ScoredSensor[] {
  const faulty = Array.from({ length: 20 }, (_, number) => faultySeries({ seed: 7, number, readings: 3_000 }));
  const healthy = Array.from({ length: 5 }, (_, number) => healthySeries({ seed: 8, number, readings: 3_000 }));
  return [
    ...faulty.map((one, i) => ({ unit: `faulty/${i}`, windows: [one.window], scores: outsideOf(one.value) })),
    ...healthy.map((one, i) => ({ unit: `healthy/${i}`, windows: [], scores: outsideOf(one.value) })),
  ];
}

function outsideOf(value: Float64Array): Float64Array {
  let [least, most] = [Infinity, -Infinity];
  return value.map((x) => {
    const outside = most > least ? Math.max(x - most, least - x, 0) / (most - least) : 0;
    [least, most] = [Math.min(least, x), Math.max(most, x)];
    return outside / (outside + 1);
  });
}

Deno.test("generated sensors are the same for the same seed, and a longer series begins like a shorter one", () => {
  for (let number = 0; number < 40; number++) {
    const long = healthySeries({ seed: 1, number, readings: 900 });
    assert.deepEqual(healthySeries({ seed: 1, number, readings: 300 }).value, long.value.slice(0, 300));
    assert.ok(long.value.every(Number.isFinite));
    assert.notDeepEqual(healthySeries({ seed: 2, number, readings: 300 }).value, long.value.slice(0, 300));
  }
});

Deno.test("a fault changes nothing before its window, every kind comes up, and a window lies within the series", () => {
  const kinds = new Set<string>();
  for (let number = 0; number < 40; number++) {
    const { value, fault, window: [from, to] } = faultySeries({ seed: 3, number, readings: 2_000 });
    const healthy = healthySeries({ seed: 3, number, readings: 2_000 }).value;
    assert.deepEqual(value.slice(0, from), healthy.slice(0, from));
    assert.notDeepEqual(value.slice(from, to + 1), healthy.slice(from, to + 1));
    assert.ok(from > 1_000 && to < 2_000);
    kinds.add(fault);
  }
  assert.equal(kinds.size, FAULT_NAMES.length);
});
