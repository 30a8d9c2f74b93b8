/** The examples of the detectors' descriptions, and the exact rows at which they speak on small series. */
import assert from "node:assert/strict";
import { pointOf } from "../../../../src/domain/detection/detectors/detector.ts";
import { exemplar } from "../../../../src/domain/detection/detectors/exemplar.ts";
import { flatline } from "../../../../src/domain/detection/detectors/flatline.ts";
import { levelNovelty } from "../../../../src/domain/detection/detectors/level_novelty.ts";
import { levelShift } from "../../../../src/domain/detection/detectors/level_shift.ts";
import { limit } from "../../../../src/domain/detection/detectors/limit.ts";
import { rateOfChange } from "../../../../src/domain/detection/detectors/rate_of_change.ts";
import { timeOfDayNovelty } from "../../../../src/domain/detection/detectors/time_of_day_novelty.ts";
import { valueNovelty } from "../../../../src/domain/detection/detectors/value_novelty.ts";
import { varianceChange } from "../../../../src/domain/detection/detectors/variance_change.ts";
import type { Span } from "../../../../src/domain/detection/stats/span.ts";
import { zscore } from "../../../../src/domain/detection/detectors/zscore.ts";
import { withCaution } from "../../../../src/domain/detection/ensemble.ts";
import { limitsOf, zoneOf } from "../../../../src/domain/detection/iso_20816_3.ts";
import { type AtRate, atRate } from "./at_rate.ts";

const readings = (least: number): Span => ({ hours: 0, least });
const NOVELTY = { window: readings(400), blocks: 4, half: 0.1, warmUp: 20 };
const HOUR = 3_600_000;

/** Learns `values`, one a minute, and answers the score of each before it was learnt. */
function feed<State>(
  detector: AtRate<State>,
  values: readonly number[],
  stepMs = 60_000,
): { state: State; scores: number[]; next: number } {
  const state = detector.start();
  const scores = values.map((value, i) => {
    const point = pointOf(i * stepMs, value);
    const score = detector.score(state, point);
    detector.learn(state, point);
    return score;
  });
  return { state, scores, next: values.length * stepMs };
}

const wave = (n: number, least: number, most: number) => Array.from({ length: n }, (_, i) => i % 2 ? most : least);
const close = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 0.005, `${actual} is not about ${expected}`);

Deno.test("zscore: six deviations score 0.5 between 4 and 8", () => {
  const detector = atRate(zscore({ sigma: 4, cap: 8, memory: readings(1e9), warmUp: 20 }));
  const { state } = feed(detector, wave(100, 19, 21));
  close(detector.score(state, pointOf(0, 26)), 0.5);
  assert.equal(detector.score(state, pointOf(0, 23.9)), 0);
  assert.equal(detector.score(state, pointOf(0, -100)), 1);
});

Deno.test("value novelty: a tenth of the range outside scores 0.5, inside 0", () => {
  const detector = atRate(valueNovelty(NOVELTY));
  const { state } = feed(detector, wave(50, 10, 20));
  close(detector.score(state, pointOf(0, 21)), 0.5);
  close(detector.score(state, pointOf(0, 9)), 0.5);
  assert.equal(detector.score(state, pointOf(0, 15)), 0);
});

Deno.test("value novelty: forgets what left its window", () => {
  const detector = atRate(valueNovelty(NOVELTY));
  const { state } = feed(detector, [...wave(50, 10, 100), ...wave(500, 10, 20)]);
  assert.ok(detector.score(state, pointOf(0, 90)) > 0.9);
});

Deno.test("time-of-day novelty: what is usual at noon is unusual at night", () => {
  const detector = atRate(timeOfDayNovelty({ ...NOVELTY, parts: 24, memory: readings(100), atLeast: readings(1) }));
  const day = (i: number) => (i % 24 === 12 ? 50 : 10) + (Math.floor(i / 24) % 2 ? 0.5 : -0.5);
  const { state, next } = feed(detector, Array.from({ length: 240 }, (_, i) => day(i)), HOUR);
  assert.equal(detector.score(state, pointOf(next + 12 * HOUR, 49.5)), 0);
  assert.ok(detector.score(state, pointOf(next + 3 * HOUR, 49.5)) > 0.9);
});

Deno.test("level novelty: sees a shift within the range of values", () => {
  const detector = atRate(levelNovelty({ ...NOVELTY, length: readings(10) }));
  const { scores } = feed(detector, [...wave(200, 0, 10).map((value, i) => value + i % 7 / 10), ...Array(10).fill(9)]);
  assert.ok(Math.max(...scores.slice(40, 200)) < 0.1);
  assert.ok(Math.max(...scores.slice(200)) > 0.5);
});

Deno.test("exemplar: a usual value at a level where it never was", () => {
  const detector = atRate(exemplar({ ...NOVELTY, half: 0.08, near: 0.08, length: readings(10), prototypes: 16 }));
  const { state } = feed(detector, Array.from({ length: 400 }, (_, i) => Math.floor(i / 100) % 2 ? 10 : 0));
  const usual = detector.facts(state, pointOf(0, 10));
  assert.deepEqual([usual.level, usual.distance, usual.excess], [10, 0, 0]);
  // After 100 readings at 10 it has always been 0 that came, and a step up or down; never 5.
  const { score, excess } = detector;
  close(score(state, pointOf(0, 5)), 0.42 / 0.5);
  close(excess!(state, pointOf(0, 5)), 0.42);
});

Deno.test("exemplar: forgets what was not used for longest when there are enough", () => {
  const detector = atRate(exemplar({ ...NOVELTY, half: 0.08, near: 0.01, length: readings(2), prototypes: 4 }));
  const { state } = feed(detector, wave(200, 0, 10).map((value, i) => value + i % 13));
  assert.equal((state as { exemplars: number[] }).exemplars.length, 8);
});

Deno.test("a range grows by at most its own width a reading, so one glitch does not make all that follows normal", () => {
  const detector = atRate(valueNovelty(NOVELTY));
  const { state } = feed(detector, [...wave(50, 10, 20), 9_999]);
  assert.deepEqual([state.range.min, state.range.max], [10, 30]);
  assert.ok(detector.score(state, pointOf(0, 60)) > 0.9);
  assert.equal(detector.excess!(state, pointOf(0, 60)), 1.5);
});

Deno.test("caution: the odds of a score grow with what is known, up to the score itself", () => {
  const rules = { readings: 4_000, power: 0.5 };
  close(withCaution(0.5, 1_000, rules), 1 / 3);
  assert.equal(withCaution(0.5, 4_000, rules), 0.5);
  assert.deepEqual([withCaution(0, 10, rules), withCaution(1, 10, rules)], [0, 1]);
});

Deno.test("level shift: two deviations add up to the decision after as many readings as the formula says", () => {
  const detector = atRate(
    levelShift({ warmUp: readings(100), slack: 0.5, decision: 20, clip: 4, relearn: readings(1_000) }),
  );
  const { scores } = feed(detector, [...wave(100, -1, 1), ...Array(30).fill(2)]);
  assert.equal(scores.findIndex((score) => score > 0), 100 + 13);
});

Deno.test("level shift: takes a level that stays as the new normal", () => {
  const detector = atRate(
    levelShift({ warmUp: readings(100), slack: 0.5, decision: 20, clip: 4, relearn: readings(50) }),
  );
  const { scores } = feed(detector, [...wave(100, -1, 1), ...wave(300, 9, 11)]);
  assert.ok(scores.slice(-100).every((score) => score === 0));
});

Deno.test("variance change: sees scatter that grows while the level stays", () => {
  const detector = atRate(varianceChange({ ...NOVELTY, warmUp: 10, length: 8 }));
  const noise = (i: number) => Math.sin(i * 12.9898) * (1 + 0.2 * Math.sin(i / 10));
  const { scores } = feed(detector, Array.from({ length: 300 }, (_, i) => noise(i) * (i >= 280 ? 10 : 1)));
  assert.ok(Math.max(...scores.slice(100, 280).filter((score) => score >= 0)) < 0.6);
  assert.ok(Math.max(...scores.slice(280)) > 0.8);
});

Deno.test("rate of change: sees a jump between usual values", () => {
  const detector = atRate(rateOfChange(NOVELTY));
  const ramp = Array.from({ length: 200 }, (_, i) => Math.abs(i % 100 - 50));
  const { state } = feed(detector, ramp);
  close(detector.score(state, pointOf(0, ramp[199] + 1)), 0);
  assert.ok(detector.score(state, pointOf(0, 25)) > 0.9);
});

Deno.test("flatline: a sensor that sticks scores 0.5 at twice its usual run, and a switch is not judged", () => {
  const detector = atRate(flatline({ least: readings(20), warmUp: 50, changes: 0.3 }));
  const { scores } = feed(detector, [...wave(100, 0, 1), ...Array(50).fill(0.5)]);
  assert.equal(scores.findIndex((score) => score >= 0.5), 100 + 39);
  const { scores: ofSwitch } = feed(detector, Array.from({ length: 400 }, (_, i) => Math.floor(i / 150)));
  assert.ok(ofSwitch.every((score) => !(score > 0)));
});

Deno.test("limit: comes back only behind its hysteresis", () => {
  const detector = atRate(limit({ high: 7.1, hysteresis: 0.5 }));
  assert.deepEqual(feed(detector, [7.0, 7.2, 6.8, 6.6, 7.0, 7.2]).scores, [0, 1, 1, 0, 0, 1]);
});

Deno.test("ISO 20816-3: zones by group and support, in any unit of velocity, and no other", () => {
  assert.equal(zoneOf(4.6, { group: 1, support: "rigid", unit: "mm/s" }), "C");
  assert.equal(zoneOf(4.6, { group: 1, support: "flexible", unit: "mm/s" }), "B");
  assert.equal(zoneOf(0.0072, { group: 2, support: "flexible", unit: "m/s" }), "D");
  assert.deepEqual(limitsOf({ group: 2, support: "rigid", unit: "mm/s" }), { high: 2.8, hysteresis: 0.7 });
  for (const unit of ["m/s2", "[g]", "um"]) {
    assert.throws(() => zoneOf(1, { group: 1, support: "rigid", unit }), /judges velocity/);
  }
});
