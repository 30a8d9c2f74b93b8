/** The fold: where a series is cut changes nothing, and what comes of it. */
import fc from "fast-check";
import assert from "node:assert/strict";
import { assess } from "../../../src/domain/detection/assess.ts";
import {
  encodeState,
  learning,
  parseState,
  relearn,
  type SensorRules,
  type SensorState,
  startState,
} from "../../../src/domain/detection/sensor_state.ts";
import { detectorSet } from "../../../src/domain/detection/detector_set.ts";
import { type Decision, startEpisode, stepEpisode } from "../../../src/domain/detection/episode.ts";
import { QUANTITY_SEEDS } from "../../../src/domain/detection/quantity.ts";
import type { Series } from "../../../src/domain/plant/reading.ts";
import { SEVERITIES, type Severity } from "../../../src/domain/detection/severity.ts";
import { seededRandom } from "../../../src/domain/detection/stats/random.ts";

const SEED = 20_240_102;
const SET = detectorSet("generic");
const RULES: SensorRules = { set: SET, criticality: "B" };
const T0 = Date.UTC(2024, 0, 1);
const MINUTE = 60_000;

function toSeries(value: readonly number[], ts: readonly number[] = value.map((_, i) => T0 + i * MINUTE)): Series {
  return { ts: Float64Array.from(ts), value: Float64Array.from(value), status: new Uint32Array(value.length) };
}

function slice({ ts, value, status }: Series, from: number, to: number): Series {
  return { ts: ts.slice(from, to), value: value.slice(from, to), status: status.slice(from, to) };
}

/** A noisy day and night with bursts far outside. */
function eventful(seed: number, rows: number): number[] {
  const random = seededRandom(seed);
  return Array.from(
    { length: rows },
    (_, i) => 10 * Math.sin(i / 229) + random() + (i > 300 && random() < 0.01 ? 60 * random() : 0),
  );
}

function calm(rows: number): number[] {
  const random = seededRandom(SEED);
  // Touches both ends of its range now and then, so that chance makes nothing new.
  return Array.from({ length: rows }, (_, i) => i % 50 === 0 ? 20 : i % 50 === 25 ? 21 : 20.1 + 0.8 * random());
}

/** Folds in pieces, each from a state that was written and read, as batches and pages do. */
function foldInPieces(series: Series, cuts: readonly number[]): { decisions: Decision[]; state: SensorState } {
  let state = startState(SET);
  const decisions: Decision[] = [];
  const edges = [0, ...[...cuts].sort((a, b) => a - b), series.ts.length];
  for (let i = 1; i < edges.length; i++) {
    decisions.push(...assess(state, slice(series, edges[i - 1], edges[i]), RULES).decisions);
    state = parseState(encodeState(state))!;
  }
  return { decisions, state };
}

Deno.test("live equals reprocessed: however a series is cut, the decisions and the state are the same", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), fc.array(fc.nat(900), { maxLength: 12 }), (seed, cuts) => {
      const series = toSeries(eventful(seed, 900));
      const whole = foldInPieces(series, []);
      assert.deepEqual(foldInPieces(series, cuts), whole);
    }),
    { seed: SEED, numRuns: 40 },
  );
});

Deno.test("reading by reading gives the same as all at once", () => {
  const series = toSeries(eventful(7, 700));
  assert.deepEqual(foldInPieces(series, Array.from({ length: 700 }, (_, i) => i)), foldInPieces(series, []));
});

Deno.test("readings at or before the watermark are late: not folded, and named by their place", () => {
  const state = startState(SET);
  assess(state, toSeries([1, 2, 3]), RULES);
  const before = encodeState(state);
  const again = assess(state, toSeries([1, 2, 3]), RULES);
  assert.deepEqual([again.folded, again.late], [0, [0, 1, 2]]);
  assert.equal(encodeState(state), before);
});

Deno.test("an unknown sensor does not take its first reading as truth: it says when it will judge, and judges no sooner", () => {
  const state = startState(detectorSet("never heard of"));
  assert.deepEqual(learning(state, SET), { judges: false, readingsLeft: 200 });
  const wild = Array.from({ length: 199 }, (_, i) => (i % 2 ? 1 : -1) * 10 ** (i % 9));
  assert.deepEqual(assess(state, toSeries(wild), RULES).decisions, []);
  assert.equal(learning(state, SET).readingsLeft, 1);
});

Deno.test("negative values are legal", () => {
  const values = calm(600).map((value) => value - 200);
  assert.deepEqual(assess(startState(SET), toSeries(values), RULES).decisions, []);
  const cold = assess(startState(SET), toSeries([...values, -260]), RULES).decisions;
  assert.deepEqual(cold.map(({ type }) => type), ["opened"]);
});

Deno.test("an alert opens at the row of the anomaly, with the numbers that raised it", () => {
  const { decisions } = assess(startState(SET), toSeries([...calm(500), 40, ...calm(100)]), RULES);
  const [opened, closed] = decisions.filter(({ type }) => type !== "raised");
  assert.ok(opened.type === "opened" && closed.type === "closed");
  assert.equal(opened.ts, T0 + 500 * MINUTE);
  assert.equal(opened.evidence.value, 40);
  assert.ok(opened.evidence.score >= opened.evidence.threshold);
  const names = opened.evidence.contributions.map(({ detector }) => detector);
  assert.deepEqual(
    [...names, ...opened.evidence.missing].sort(),
    detectorSet("generic").detectors.map(({ name }) => name).sort(),
  );
  assert.match(opened.reason, /value 40 scored .*value_novelty/);
});

Deno.test("detectors that cannot judge are named as missing", () => {
  const { decisions: [opened] } = assess(startState(SET), toSeries([...calm(250), 90]), RULES);
  assert.ok(opened.type === "opened" && opened.evidence.missing.includes("level_shift"));
});

Deno.test("a gap neither opens nor ends an episode", () => {
  const values = [...calm(500), 40, ...calm(30)];
  const times = values.map((_, i) => T0 + i * MINUTE + (i > 510 ? 30 * 86_400_000 : 0));
  const state = startState(SET);
  const { decisions } = assess(state, toSeries(values, times), RULES);
  assert.deepEqual(decisions.map(({ type }) => type).filter((type) => type !== "raised"), ["opened"]);
  assert.equal(state.episode.open, true);
});

Deno.test("a stuck sensor opens an alert of its own kind, which ends with the first other value", () => {
  const { decisions } = assess(startState(SET), toSeries([...calm(400), ...Array(80).fill(20.5), ...calm(3)]), RULES);
  assert.deepEqual(
    decisions.filter(({ kind, type }) => kind === "flatline" && type !== "raised").map(({ type }) => type),
    ["opened", "closed"],
  );
});

Deno.test("CRITICAL is reachable, and so are all four severities", () => {
  const reached = new Set<Severity>();
  const bursts: Record<string, number[]> = {
    small: [21.3],
    larger: [22],
    gross: [200],
    "gross and growing": [200, 400, 900, 2_000, 5_000, 12_000],
  };
  for (const burst of Object.values(bursts)) {
    for (const criticality of ["A", "B", "C"] as const) {
      const rules = { ...RULES, criticality };
      for (
        const decision of assess(startState(rules.set), toSeries([...calm(600), ...burst, ...calm(5)]), rules).decisions
      ) {
        if (decision.type === "opened" || decision.type === "raised") reached.add(decision.severity);
      }
    }
  }
  assert.deepEqual([...SEVERITIES].filter((severity) => !reached.has(severity)), []);
});

Deno.test("text that is no state is read as none", () => {
  for (const text of ["", "null", "{", "[1]", '"x"', "{}", '{"version":1}']) assert.equal(parseState(text), undefined);
});

Deno.test("the state of the default set stays under 6.5 KB for every quantity", () => {
  for (const quantity of Object.keys(QUANTITY_SEEDS)) {
    const rules = { ...RULES, set: detectorSet(quantity) };
    const state = startState(rules.set);
    assess(state, toSeries(eventful(3, 9_000)), rules);
    const bytes = new TextEncoder().encode(encodeState(state)).length;
    assert.ok(bytes < 6_656, `${quantity}: ${bytes} bytes`);
  }
});

Deno.test("the baseline freezes after warm-up, without the anomalies, and a maintenance event begins the next version", () => {
  const state = startState(SET);
  assess(state, toSeries([...calm(200), 900, ...calm(200)]), RULES);
  assert.equal(state.baseline.frozen, true);
  assert.ok(state.baseline.max < 22);
  const frozen = JSON.stringify(state.baseline);
  assess(state, toSeries(calm(50), calm(50).map((_, i) => T0 + (1_000 + i) * MINUTE)), RULES);
  assert.equal(JSON.stringify(state.baseline), frozen);
  const repaired = relearn(state, SET);
  assert.deepEqual([repaired.baseline.version, repaired.readings, repaired.watermark], [2, 0, state.watermark]);
});

Deno.test("an alert's reason is that of its score, however it went on, live and reprocessed", () => {
  const state = startEpisode();
  const twice = { hours: 0, least: 2 };
  const rules = { threshold: 0.3, deadband: 0.1, onDelay: twice, offDelay: twice, newNormal: twice };
  const scores = [0.4, 0.5, 0.9, 0.31, 0.32, 0.33, 0.1, 0.1];
  const decisions = scores.flatMap((score, i) =>
    stepEpisode(state, {
      kind: "k",
      ts: i,
      score,
      news: score,
      rules,
      perHour: 60,
      criticality: "B",
      level: 1,
      normal: () => [],
      evidence: () => ({ ts: i, value: i, score, threshold: 0.3, contributions: [], missing: [] }),
    }) ?? []
  );
  assert.deepEqual(decisions.map(({ type }) => type), ["opened", "raised", "raised", "closed"]);
  assert.deepEqual(decisions.map(({ peak }) => peak.score), [0.5, 0.9, 0.9, 0.9]);
  for (const { peak } of decisions) assert.ok(peak.reason.includes(`scored ${peak.score} `), peak.reason);
});
