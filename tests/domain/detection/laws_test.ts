/**
 * What people may rely on, whatever the detectors: nothing hides a later fault, an alert stays while its condition
 * does, calm sensors are calm, and how often a sensor speaks does not change what is judged.
 */
import assert from "node:assert/strict";
import { assess } from "../../../src/domain/detection/assess.ts";
import { detectorSet } from "../../../src/domain/detection/detector_set.ts";
import type { Decision } from "../../../src/domain/detection/episode.ts";
import { acceptNewNormal } from "../../../src/domain/detection/new_normal.ts";
import { encodeState, parseState, type SensorState, startState } from "../../../src/domain/detection/sensor_state.ts";
import { seededRandom } from "../../../src/domain/detection/stats/random.ts";

const T0 = Date.UTC(2024, 0, 1);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SEEDS = [1, 2, 3, 4, 5];

interface Sensor {
  readonly quantity?: string;
  readonly stepMs?: number;
  readonly state?: SensorState;
  /** Data time of the first value. */
  readonly from?: number;
}

/** Folds `values`, one each `stepMs`, in pieces as batches come. */
function fold(values: readonly number[], { quantity = "generic", stepMs = MINUTE, state, from = T0 }: Sensor = {}) {
  const set = detectorSet(quantity);
  const rules = { set, criticality: "B" } as const;
  let after = state ?? startState(set);
  const decisions: Decision[] = [];
  for (let i = 0; i < values.length; i += 997) {
    const piece = values.slice(i, i + 997);
    const ts = Float64Array.from(piece, (_, j) => from + (i + j) * stepMs);
    const series = { ts, value: Float64Array.from(piece), status: new Uint32Array(piece.length) };
    decisions.push(...assess(after, series, rules).decisions);
    after = parseState(encodeState(after))!;
  }
  return { decisions, state: after, until: from + values.length * stepMs };
}

function normal(seed: number): () => number {
  const random = seededRandom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** `rows` readings of a calm process at 60. */
function calm(seed: number, rows: number, level = 60): number[] {
  const gauss = normal(seed);
  return Array.from({ length: rows }, () => level + gauss() / 2);
}

const opened = (decisions: readonly Decision[], kind = "anomaly") =>
  decisions.filter((decision) => decision.type === "opened" && decision.kind === kind);

/** What may stand between a calm start and a fault. */
const DISTURBANCES: Readonly<Record<string, (seed: number) => number[]>> = {
  "nothing": () => [],
  "one 9999": () => [9_999],
  "one dropout to 0": () => [0],
  "ten 9999 in a row": () => Array(10).fill(9_999),
  "ten zeros in a row": () => Array(10).fill(0),
  "spikes of 9999 in 5 % of 1,000 readings": (seed) => {
    const random = seededRandom(seed + 100);
    return calm(seed + 100, 1_000).map((value) => random() < 0.05 ? 9_999 : value);
  },
  "dropouts to 0 in 5 % of 1,000 readings": (seed) => {
    const random = seededRandom(seed + 100);
    return calm(seed + 100, 1_000).map((value) => random() < 0.05 ? 0 : value);
  },
};

const FAULTS: Readonly<Record<string, (seed: number) => number[]>> = {
  "a step from 60 to 95": (seed) => calm(seed + 200, 600, 95),
  "a ramp from 60 to 120": (seed) => [
    ...calm(seed + 200, 600).map((value, i) => value + i / 10),
    ...calm(seed + 201, 300, 120),
  ],
};

for (const [disturbance, disturbed] of Object.entries(DISTURBANCES)) {
  for (const [fault, faulty] of Object.entries(FAULTS)) {
    Deno.test(`${disturbance} does not hide ${fault}`, () => {
      for (const seed of SEEDS) {
        const before = [...calm(seed, 1_000), ...disturbed(seed), ...calm(seed + 300, 500)];
        const first = fold(before);
        const then = fold(faulty(seed), { state: first.state, from: first.until });
        const [found] = opened(then.decisions);
        assert.ok(found !== undefined, `seed ${seed}: ${JSON.stringify(first.state.episode)}`);
        assert.ok(found.ts - first.until <= 5 * HOUR, `seed ${seed}: found after ${(found.ts - first.until) / HOUR} h`);
        assert.ok(then.state.episode.open, `seed ${seed}: it ended while the fault stood`);
      }
    });
  }
}

Deno.test("an alert stays open while the value stays where it was not before, and ends when it is back", () => {
  for (const seed of SEEDS) {
    const fault = fold([...calm(seed, 1_000), ...calm(seed + 10, 5_000, 95)]);
    assert.ok(fault.decisions.every(({ type, ts }) => type !== "closed" || ts < T0 + 1_000 * MINUTE), `seed ${seed}`);
    assert.ok(fault.state.episode.open);
    const back = fold(calm(seed + 20, 400), { state: fault.state, from: fault.until });
    const closed = back.decisions.find(({ type }) => type === "closed");
    assert.ok(
      closed?.type === "closed" && closed.end === "returned",
      `seed ${seed}: ${JSON.stringify(back.decisions)}`,
    );
    assert.match(closed.reason, /as before between 5\d.* and 6\d/);
  }
});

Deno.test("what never returns ends as the new normal after a week of calm, and says so", () => {
  const { decisions } = fold([...calm(1, 1_000), ...calm(2, 9 * 1_440, 95)]);
  const began = T0 + 1_000 * MINUTE;
  const closed = decisions.find(({ type, ts }) => type === "closed" && ts > began);
  assert.ok(closed?.type === "closed" && closed.end === "new_normal");
  assert.match(
    closed.reason,
    /^new normal: \d+ calm readings around 9\d.*, where it was between 5\d.* and 6\d.* before$/,
  );
  assert.ok(closed.ts - began > 7 * DAY && closed.ts - began < 8.5 * DAY);
});

Deno.test("a person may take it as the new normal: the alert ends, and the sensor learns anew", () => {
  const set = detectorSet("generic");
  const fault = fold([...calm(1, 1_000), ...calm(2, 300, 95)]);
  const { state, decisions: [accepted, ...more] } = acceptNewNormal(fault.state, set);
  assert.deepEqual(more, []);
  assert.ok(accepted.type === "closed" && accepted.end === "accepted");
  assert.deepEqual([accepted.ts, accepted.episodeStart], [fault.state.watermark, T0 + 1_000 * MINUTE]);
  assert.deepEqual([state.readings, state.baseline.version], [0, 2]);
  const next = fold(calm(3, 1_000, 95), { state, from: fault.until });
  assert.ok(!next.state.episode.open, "the level that was accepted is normal");
  assert.ok(opened(fold(calm(4, 300), { state: next.state, from: next.until }).decisions).length > 0);
  assert.deepEqual(acceptNewNormal(state, set), { state, decisions: [] }, "there is nothing to accept any more");
});

Deno.test("noise, square waves and quantised noise stay calm", () => {
  const kinds: Readonly<Record<string, (seed: number) => number[]>> = {
    "normal noise": (seed) => calm(seed, 30 * 1_440),
    "quantised noise": (seed) => calm(seed, 30 * 1_440).map((value) => Math.round(2 * value) / 2),
    "a square wave of two hours": (seed) => calm(seed, 30 * 1_440).map((_, i) => Math.floor(i / 60) % 2 ? 80 : 20),
    "a square wave with noise": (seed) =>
      calm(seed, 30 * 1_440).map((value, i) => value + (Math.floor(i / 90) % 2 ? 30 : 0)),
  };
  for (const [kind, values] of Object.entries(kinds)) {
    const alerts = SEEDS.flatMap((seed) => fold(values(seed)).decisions.filter(({ type }) => type === "opened"));
    const perDay = alerts.length / SEEDS.length / 30;
    assert.ok(perDay <= 0.25, `${kind}: ${perDay} alerts a day`);
  }
});

/** Counts 10 a minute by day and 2 at night, with some noise. */
function energy(seed: number, rows: number, start = 1e6): number[] {
  const gauss = normal(seed);
  let count = start;
  return Array.from({ length: rows }, (_, i) => count += Math.max(0, (i % 1_440 < 720 ? 10 : 2) + gauss() / 2));
}

Deno.test("a counter is judged by how fast it counts: calm when healthy, and a reset is no reading", () => {
  for (const seed of SEEDS) {
    const healthy = fold(energy(seed, 30 * 1_440), { quantity: "counter" });
    assert.ok(opened(healthy.decisions).length <= 8, `seed ${seed}: ${opened(healthy.decisions).length} in 30 days`);
    const reset = fold(energy(seed + 10, 1_440, 0), {
      quantity: "counter",
      state: healthy.state,
      from: healthy.until,
    });
    assert.deepEqual(reset.decisions.filter(({ ts }) => ts < healthy.until + HOUR), [], `seed ${seed}`);
    assert.equal(reset.state.readings, 31 * 1_440);
    const faster = Array.from({ length: 120 }, (_, i) => 1e7 + 40 * i);
    const fault = fold(faster, { quantity: "counter", state: reset.state, from: reset.until });
    assert.equal(opened(fault.decisions).length, 1, "four times the usual rate");
  }
});

Deno.test("a stuck sensor is found though it changes in 12 % of its readings only", () => {
  for (const seed of SEEDS) {
    const random = seededRandom(seed);
    const gauss = normal(seed + 1);
    let value = 60;
    const seldom = (rows: number) =>
      Array.from({ length: rows }, () => random() < 0.12 ? value = Math.round(10 * (60 + gauss())) / 10 : value);
    const healthy = fold(seldom(10 * 1_440));
    assert.deepEqual(opened(healthy.decisions, "flatline"), [], `seed ${seed}`);
    const stuck = fold(Array(1_440).fill(value), { state: healthy.state, from: healthy.until });
    assert.equal(opened(stuck.decisions, "flatline").length, 1, `seed ${seed}`);
  }
});

/** A day and night with noise and, from `faultAt` on, a shift of the level by a sixth of the range. */
function daily(seed: number, days: number, faultAt = Infinity): number[] {
  const gauss = normal(seed);
  return Array.from(
    { length: days * 288 },
    (_, i) => 60 + 10 * Math.sin(i / 288 * 2 * Math.PI) + gauss() + (i >= faultAt * 288 ? 25 : 0),
  );
}

for (const every of [2, 3, 6]) {
  Deno.test(`every reading or each ${every}. one: the same fault, about as early, and as calm`, () => {
    for (const seed of SEEDS) {
      const thin = (values: readonly number[]) => values.filter((_, i) => i % every === 0);
      const faultAt = 25;
      const times = [1, every].map((step) => {
        const values = step === 1 ? daily(seed, 26, faultAt) : thin(daily(seed, 26, faultAt));
        const { decisions } = fold(values, { stepMs: 5 * MINUTE * step });
        return opened(decisions).map(({ ts }) => (ts - T0) / DAY);
      });
      for (const days of times) {
        const found = days.filter((day) => day >= faultAt);
        assert.ok(found.length > 0 && found[0] - faultAt < 0.2, `seed ${seed}: ${days}`);
      }
      assert.ok(times[1].length <= times[0].length + 3, `seed ${seed}: ${times[1]} instead of ${times[0]}`);
    }
  });

  Deno.test(`a sensor that begins to speak each ${every}. time only, and then as before, is no news`, () => {
    const news = { changed: 0, unchanged: 0 };
    for (const seed of SEEDS) {
      const full = fold(daily(seed, 25), { stepMs: 5 * MINUTE });
      const thin = daily(seed + 10, 10).filter((_, i) => i % every === 0);
      const slow = fold(thin, { stepMs: 5 * MINUTE * every, state: full.state, from: full.until });
      assert.equal(slow.state.pace.stepMs, 5 * MINUTE * every, "the new rate was noticed");
      const again = fold(daily(seed + 20, 10), { stepMs: 5 * MINUTE, state: slow.state, from: slow.until });
      assert.equal(again.state.pace.stepMs, 5 * MINUTE, "and the old one");
      news.changed += opened([...slow.decisions, ...again.decisions]).length;
      const control = [...daily(seed, 25), ...daily(seed + 10, 10), ...daily(seed + 20, 10)];
      news.unchanged += opened(fold(control, { stepMs: 5 * MINUTE }).decisions).filter(({ ts }) =>
        ts >= full.until
      ).length;
      const fault = fold(daily(seed + 30, 1, 0), { stepMs: 5 * MINUTE, state: again.state, from: again.until });
      assert.ok(opened(fault.decisions).length > 0, "what comes later is judged as before");
    }
    assert.ok(news.changed <= news.unchanged + 3, JSON.stringify(news));
  });
}
