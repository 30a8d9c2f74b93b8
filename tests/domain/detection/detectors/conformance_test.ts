/**
 * What every detector of single sensors has to keep, and the default set as a whole. Which there are, it asks the
 * program.
 */
import fc from "fast-check";
import assert from "node:assert/strict";
import { detectorSet, makeSet } from "../../../../src/domain/detection/detector_set.ts";
import { bounded, type Detector, type Point, pointOf } from "../../../../src/domain/detection/detectors/detector.ts";
import {
  DETECTOR_NAMES,
  type DetectorChoice,
  type DetectorName,
  makeDetector,
} from "../../../../src/domain/detection/detectors/mod.ts";
import { scoreSeries } from "../../../../src/domain/detection/score_series.ts";
import { DEFAULT_SETTINGS } from "../../../../src/domain/detection/settings.ts";
import { seededRandom } from "../../../../src/domain/detection/stats/random.ts";
import { type AtRate, atRate } from "./at_rate.ts";
import { DETECTOR_CASES, type DetectorCase, type Outlier } from "./cases.ts";
import { NULL_DETECTOR, RANDOM_DETECTOR } from "../../../doubles/control_detectors.ts";

const SEED = 20_240_101;
const SECOND = 1_000;
const MINUTE = 60_000;
const T0 = Date.UTC(2024, 0, 1);
const ROWS = 1_200;

function series(value: (i: number) => number, ts = (i: number) => T0 + i * MINUTE) {
  return Array.from({ length: ROWS }, (_, i) => pointOf(ts(i), bounded(value(i))));
}

const random = seededRandom(SEED);
const noise = Array.from({ length: ROWS }, () => random() - 0.5);

/** Inputs that break detectors. */
const INPUTS: Readonly<Record<string, readonly Point[]>> = {
  constant: series(() => 5),
  zero: series(() => 0),
  huge: series((i) => (i % 2 ? 1 : -1) * 1e308),
  tiny: series((i) => i * 5e-324),
  gappy: series((i) => noise[i], (i) => T0 + i * MINUTE + Math.floor(i / 100) * 40 * 86_400_000),
  alternating: series((i) => i % 2),
  "a counter with resets": series((i) => i % 400),
  "negative values": series((i) => -1_000 + noise[i]),
  "a large offset with small noise": series((i) => 1e9 + noise[i]),
  "disorder and repeats in time": series((i) => noise[i], (i) => T0 + (i - i % 3) * MINUTE),
  "before 1970": series((i) => noise[i], (i) => -1e12 + i * MINUTE),
  "a step": series((i) => noise[i] + (i > 800 ? 20 : 0)),
};

function run(
  detector: AtRate<unknown>,
  points: readonly Point[],
  eachState?: (state: unknown) => unknown,
): number[] {
  let state = detector.start();
  return points.map((point) => {
    const score = detector.score(state, point);
    detector.learn(state, point);
    if (eachState !== undefined) state = eachState(state);
    return score;
  });
}

/** Without a case, that of a detector is the failure of its tests. */
function caseOf(
  name: DetectorName,
): { detector: AtRate<unknown>; unpaced: AtRate<unknown>; outlier: Outlier; stepMs: number } {
  if (!Object.hasOwn(DETECTOR_CASES, name)) {
    throw new Error(
      `${name} is registered in src/domain/detection/detectors/mod.ts, and this suite knows no parameters for it: ` +
        "add its case to tests/domain/detection/detectors/cases.ts",
    );
  }
  const { parameters, outlier, stepMs = SECOND } = DETECTOR_CASES[name] as DetectorCase<DetectorName>;
  const detector = makeDetector({ name, parameters } as DetectorChoice);
  return { detector: atRate(detector), unpaced: atRate(detector, 0), outlier, stepMs };
}

/** Noise within -0.5 to 0.5, then `values`; for a rate that nobody knows, so that windows have their least length. */
function afterCalm(rows: number, { values, stepMs }: { values: readonly number[]; stepMs: number }) {
  const calm = seededRandom(SEED);
  return [...Array.from({ length: rows }, () => calm() - 0.5), ...values].map((value, i) =>
    pointOf(T0 + i * stepMs, value)
  );
}

const CALM_MORE = 100;
const OUTLIER = 1_000;
/** Readings behind an outlier in which those that look at windows may find it. */
const OUTLIER_FOUND_WITHIN = 24;
const FOUND = 0.5;

for (const name of DETECTOR_NAMES) {
  Deno.test(`${name}: is known to this suite, and names itself as it is registered, with a version`, () => {
    const { detector } = caseOf(name);
    assert.equal(detector.name, name, "evidence and stored states would name another detector");
    assert.match(detector.sees, /^\S.*[^.]$/, "what people read when it speaks");
    assert.ok(Number.isInteger(detector.version) && detector.version >= 1, `version ${detector.version}`);
  });
  if (!Object.hasOwn(DETECTOR_CASES, name)) continue;
  const { detector, unpaced, outlier, stepMs } = caseOf(name);

  Deno.test(`${name}: scores are 0 to 1 or none, on input that breaks detectors`, () => {
    for (const [input, points] of Object.entries(INPUTS)) {
      for (const [i, score] of run(detector, points).entries()) {
        assert.ok(Number.isNaN(score) || (score >= 0 && score <= 1), `${score} at row ${i} of ${input}`);
      }
    }
  });

  Deno.test(`${name}: JSON keeps a state exactly`, () => {
    for (const [input, points] of Object.entries(INPUTS)) {
      const throughJson = (state: unknown) => {
        const kept = JSON.parse(JSON.stringify(state));
        assert.deepEqual(kept, state, input);
        return kept;
      };
      assert.deepEqual(throughJson(detector.start()), detector.start());
      assert.deepEqual(run(detector, points, throughJson), run(detector, points), input);
    }
  });

  Deno.test(`${name}: scoring and explaining leave the state as it is`, () => {
    for (const [input, points] of Object.entries(INPUTS)) {
      const state = detector.start();
      for (const point of points) {
        const before = JSON.stringify(state);
        detector.score(state, point);
        detector.facts(state, point);
        assert.equal(JSON.stringify(state), before, input);
        detector.learn(state, point);
      }
    }
  });

  Deno.test(`${name}: judges a lively signal from the end of its warm-up on, and not before`, () => {
    const scores = run(unpaced, afterCalm(detector.warmUp + CALM_MORE, { values: [], stepMs }));
    assert.equal(scores.findIndex((score) => !Number.isNaN(score)), detector.warmUp);
    assert.ok(!scores.slice(detector.warmUp).some((score) => Number.isNaN(score)));
  });

  for (const value of [OUTLIER, -OUTLIER]) {
    Deno.test(`${name}: ${outlier === "found" ? "finds" : "leaves to others"} an outlier of ${value}`, () => {
      const calm = detector.warmUp + CALM_MORE;
      const scores = run(
        unpaced,
        afterCalm(calm, { values: [value, ...noise.slice(0, OUTLIER_FOUND_WITHIN)], stepMs }),
      );
      assert.ok(scores.slice(0, calm).every((score) => !(score >= FOUND)), "it is not calm on noise");
      if (outlier === "found") assert.ok(scores.slice(calm).some((score) => score >= FOUND));
      else assert.ok(scores.slice(calm).every((score) => !(score > 0)), outlier.ignoredBecause);
    });
  }

  if (outlier !== "found") {
    Deno.test(`${name}: finds what it is for`, () => {
      const calm = detector.warmUp + CALM_MORE;
      const scores = run(unpaced, afterCalm(calm, { values: outlier.instead, stepMs }));
      assert.ok(scores.slice(0, calm).every((score) => !(score >= FOUND)), "it is not calm on noise");
      assert.ok(scores.slice(calm).some((score) => score >= FOUND));
    });
  }

  Deno.test(`${name}: the excess, where it has one, is that of its facts, finite, and 0 wherever the score is 0 or none`, () => {
    if (detector.excess === undefined) return;
    for (const [input, points] of Object.entries(INPUTS)) {
      const state = detector.start();
      for (const point of points) {
        const excess = detector.excess(state, point);
        const score = detector.score(state, point);
        assert.ok(Number.isFinite(excess) && excess >= 0, `${excess} of ${input}`);
        assert.equal(excess > 0, score > 0, input);
        if (score > 0) assert.equal(detector.facts(state, point).excess, excess, input);
        detector.learn(state, point);
      }
    }
  });

  Deno.test(`${name}: facts are finite numbers`, () => {
    const state = detector.start();
    for (const point of INPUTS["a step"]) {
      for (const [fact, value] of Object.entries(detector.facts(state, point))) {
        assert.ok(Number.isFinite(value) || Number.isNaN(detector.score(state, point)), fact);
      }
      detector.learn(state, point);
    }
  });
}

Deno.test("later rows never change earlier scores", () => {
  const values = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 2, maxLength: 400 });
  fc.assert(
    fc.property(values, fc.nat(), (value, cut) => {
      const ts = value.map((_, i) => T0 + i * MINUTE);
      const n = cut % value.length;
      const all = scoreSeries(detectorSet("generic"), { ts, value });
      const part = scoreSeries(detectorSet("generic"), { ts: ts.slice(0, n), value: value.slice(0, n) });
      assert.deepEqual([...all.slice(0, n)], [...part]);
    }),
    { seed: SEED, numRuns: 50 },
  );
});

Deno.test("the default set finds each planted anomaly, calmly, where a null and a random detector do not", () => {
  const planted = [800, 960, 1_120];
  const points = series(
    (i) => 10 * Math.sin(i / 60) + noise[i] + (planted.includes(i) ? 25 + 30 * planted.indexOf(i) : 0),
    (i) => T0 + i * 5 * MINUTE,
  );
  const scores = scoreSeries(detectorSet("generic"), {
    ts: points.map(({ ts }) => ts),
    value: points.map(({ value }) => value),
  });
  const over = [...scores].flatMap((score, i) => i >= 750 && score >= DEFAULT_SETTINGS.episode.threshold ? [i] : []);
  // The row behind a gross outlier jumps back, which is a change too.
  assert.deepEqual(over.filter((i) => !planted.includes(i - 1)), planted);
  const worth = (scored: ArrayLike<number>) =>
    planted.reduce((sum, i) => sum + scored[i], 0) / 3 -
    Array.from(scored).reduce((sum, score) => sum + score, 0) / ROWS;
  assert.ok(worth(scores) > 0.4);
  assert.ok(worth(run(atRate(NULL_DETECTOR as Detector<unknown>), points)) < 0.4);
  assert.ok(worth(run(atRate(RANDOM_DETECTOR as Detector<unknown>), points)) < 0.4);
});

Deno.test("parameters out of bounds are refused by name where a detector is made", () => {
  const make = (name: string, parameters: object) => () => makeDetector({ name, parameters } as DetectorChoice);
  assert.throws(
    make("zscore", { sigma: 5, cap: 4, memory: { hours: 1, least: 10 }, warmUp: 10 }),
    /zscore: this does not hold: cap > sigma/,
  );
  assert.throws(make("limit", { hysteresis: 0 }), /low or high/);
  assert.throws(
    make("flatline", { least: { hours: 1, least: 1 }, warmUp: 0, changes: 2 }),
    /least.least >= 2; warmUp >= 2; 0 < changes <= 1/,
  );
  assert.throws(make("oracle", {}), /there is no detector "oracle"/);
  assert.throws(
    () =>
      makeSet({
        ...DEFAULT_SETTINGS,
        detectors: [{
          name: "rate_of_change",
          weight: 1,
          parameters: { window: { hours: -1, least: 0 }, blocks: 1, half: 0, warmUp: 0 },
        }],
      }),
    RangeError,
  );
});
