/**
 * Which episodes become alerts, and when: laws over series with many episodes and lines that change from day to day.
 */
import fc from "fast-check";
import assert from "node:assert/strict";
import { assess } from "../../../src/domain/detection/assess.ts";
import { makeSet } from "../../../src/domain/detection/detector_set.ts";
import type { Decision } from "../../../src/domain/detection/episode.ts";
import { RARITY_FLOOR } from "../../../src/domain/detection/rarity.ts";
import { DAY_MS, dayOf } from "../../../src/domain/detection/sensor_day.ts";
import {
  encodeState,
  parseState,
  relearn,
  type SensorState,
  startState,
} from "../../../src/domain/detection/sensor_state.ts";
import { DEFAULT_SETTINGS } from "../../../src/domain/detection/settings.ts";
import { seededRandom } from "../../../src/domain/detection/stats/random.ts";
import type { Series } from "../../../src/domain/plant/reading.ts";

const SEED = 20_240_107;
const SET = makeSet({
  ...DEFAULT_SETTINGS,
  episode: { ...DEFAULT_SETTINGS.episode, offDelay: { hours: 0, least: 50 } },
});
const RULES = { set: SET, criticality: "B" as const };
const T0 = Date.UTC(2024, 0, 1);
/** A day has 96 readings. */
const STEP = 900_000;
const READINGS = 900;

type LineAt = (ts: number, kind?: string) => number;

/** Noise with outliers of every size, some of which grow over some readings. */
function eventful(seed: number): Series {
  const random = seededRandom(seed);
  let left = 0, size = 0;
  const value = Float64Array.from({ length: READINGS }, (_, i) => {
    if (i > 220 && left === 0 && random() < 0.02) {
      [left, size] = [Math.ceil(6 * random()), 10 ** (1.8 * random() - 1.6) * (1 + i / 300)];
    }
    const out = left > 0 ? size * (1 + random()) * 7 / left-- : 0;
    return 10 + random() + (random() < 0.02 ? 0.3 * random() : 0) + out;
  });
  return { ts: Float64Array.from(value, (_, i) => T0 + i * STEP), value, status: new Uint32Array(READINGS) };
}

function slice({ ts, value, status }: Series, from: number, to: number): Series {
  return { ts: ts.slice(from, to), value: value.slice(from, to), status: status.slice(from, to) };
}

function fold(
  series: Series,
  lineAt?: LineAt,
  cuts: readonly number[] = [],
): { decisions: Decision[]; state: SensorState } {
  let state = startState(SET);
  const decisions: Decision[] = [];
  const edges = [0, ...cuts.toSorted((a, b) => a - b), series.ts.length];
  for (let i = 1; i < edges.length; i++) {
    decisions.push(...assess(state, slice(series, edges[i - 1], edges[i]), { ...RULES, lineAt }).decisions);
    state = parseState(encodeState(state))!;
  }
  return { decisions, state };
}

/** Lines of the days, drawn; most are where rarities are. */
const lines = fc.array(fc.oneof(fc.double({ min: 0, max: 25, noNaN: true }), fc.constant(Infinity)), {
  minLength: 10,
  maxLength: 10,
});
const lineAtOf = (days: readonly number[]): LineAt => (ts) => days[dayOf(ts) - dayOf(T0)];
const seeds = fc.integer({ min: 1, max: 1e6 });
const ofKind = (decisions: readonly Decision[], ...types: Decision["type"][]) =>
  decisions.filter(({ type, kind }) => kind === "anomaly" && types.includes(type));
const runs = { seed: SEED, numRuns: 40 };

Deno.test("however a series is cut, the same episodes are announced, with the same numbers", () => {
  fc.assert(
    fc.property(seeds, lines, fc.array(fc.nat(READINGS), { maxLength: 12 }), (seed, days, cuts) => {
      const series = eventful(seed);
      assert.deepEqual(fold(series, lineAtOf(days), cuts), fold(series, lineAtOf(days)));
    }),
    runs,
  );
});

Deno.test("an episode is announced at the first reading at which its greatest rarity reaches that reading's line", () => {
  let late = 0;
  fc.assert(
    fc.property(seeds, lines, (seed, days) => {
      const series = eventful(seed);
      const lineAt = lineAtOf(days);
      const all = fold(series, () => 0).decisions;
      // With a line that nothing but the floor reaches, each growth of a rarity is told.
      const grown = fold(series, () => Infinity).decisions;
      const expected = ofKind(all, "opened").flatMap(({ episodeStart, ts: begin }) => {
        const end = ofKind(all, "closed").find((one) => one.episodeStart === episodeStart)?.ts ?? Infinity;
        const rises = ofKind(grown, "kept", "rarer", "opened").filter((one) => one.episodeStart === episodeStart);
        const greatest = (ts: number) =>
          Math.max(...rises.filter((one) => one.ts <= ts).map(({ rarity }) => rarity!.value));
        const at = [...series.ts].find((ts) =>
          ts >= begin && ts < end && greatest(ts) >= Math.min(lineAt(ts), RARITY_FLOOR)
        );
        return at === undefined ? [] : [[episodeStart, at]];
      });
      const announced = ofKind(fold(series, lineAt).decisions, "opened");
      assert.deepEqual(announced.map(({ episodeStart, ts }) => [episodeStart, ts]), expected);
      late += announced.filter((one) => one.type === "opened" && one.wasKept).length;
    }),
    runs,
  );
  assert.ok(late > 5, `${late} were kept before: the law is not tried`);
});

Deno.test("whatever the line, what is at the floor or over it is announced", () => {
  let most = 0;
  fc.assert(
    fc.property(seeds, fc.constantFrom(Infinity, NaN, 1e300, 21), (seed, line) => {
      const series = eventful(seed);
      const reached = new Set(
        ofKind(fold(series, () => 0).decisions, "opened", "raised", "closed")
          .filter(({ rarity }) => rarity!.value >= RARITY_FLOOR).map(({ episodeStart }) => episodeStart),
      );
      const announced = new Set(ofKind(fold(series, () => line).decisions, "opened").map((one) => one.episodeStart));
      for (const start of reached) assert.ok(announced.has(start));
      most = Math.max(most, reached.size);
    }),
    runs,
  );
  assert.ok(most > 0);
});

Deno.test("lines change which episodes are announced, and nothing of what is learnt or where episodes begin and end", () => {
  const without = ({ announcing: _, ...state }: SensorState) => state;
  fc.assert(
    fc.property(seeds, lines, (seed, days) => {
      const series = eventful(seed);
      const [free, lined] = [fold(series), fold(series, lineAtOf(days))];
      assert.deepEqual(without(lined.state), without(free.state));
      const spans = (decisions: readonly Decision[], ...types: Decision["type"][]) =>
        ofKind(decisions, ...types).map(({ episodeStart, ts }) => [episodeStart, ts]);
      assert.deepEqual(spans(lined.decisions, "closed", "passed"), spans(free.decisions, "closed"));
      const begun = new Map(
        ofKind(lined.decisions, "kept", "opened").toReversed().map((one) => [one.episodeStart, one.ts]),
      );
      assert.deepEqual([...begun].toReversed(), spans(free.decisions, "opened"));
    }),
    runs,
  );
});

Deno.test("without lines every episode is announced as it opens, and says how rare it is and why", () => {
  const { decisions } = fold(eventful(5));
  assert.deepEqual(ofKind(decisions, "kept", "rarer", "passed"), []);
  const opened = ofKind(decisions, "opened");
  assert.ok(opened.length > 2);
  for (const one of opened) {
    assert.ok(one.type === "opened" && one.rarity !== undefined && one.line === 0);
    const { value, parts, onceInDays } = one.rarity;
    assert.ok(Math.abs(parts.reduce((sum, { rarity }) => sum + rarity, 0) - value) < 1e-9 * Math.max(1, value));
    assert.ok(onceInDays >= 1);
    assert.deepEqual(parts, parts.toSorted((a, b) => b.rarity - a.rarity));
    assert.equal(one.evidence.rarity?.value, value);
  }
});

Deno.test("a day of data time is over with the first reading of a later one, and knows the sensor's age and readings", () => {
  const state = startState(SET);
  const days = [200, 300, 96].flatMap((readings, part) => {
    const [from, rest] = [200 * Number(part > 0) + 300 * Number(part > 1), readings];
    return assess(state, slice(eventful(1), from, from + rest), RULES).days;
  });
  const first = dayOf(T0);
  assert.deepEqual(days.slice(0, 2), [{ day: first, known: 0, readings: 96 }, {
    day: first + 1,
    known: 96,
    readings: 96,
  }]);
  assert.deepEqual(days.map(({ day }) => day), [0, 1, 2, 3, 4, 5].map((n) => first + n).slice(0, days.length));
  const young = relearn(state, SET);
  const later = slice(eventful(1), 600, 700);
  const after = assess(young, { ...later, ts: later.ts.map((ts) => ts + DAY_MS) }, RULES).days;
  assert.deepEqual(after.map(({ known }) => known), [0]);
});

/** A month about one level, then one that climbs for good. */
function drifting(seed: number): Series {
  const random = seededRandom(seed);
  const value = Float64Array.from({ length: 45 * 96 }, (_, i) => 10 + random() + Math.max(0, i / 96 - 30) * 0.2);
  return { ts: Float64Array.from(value, (_, i) => T0 + i * STEP), value, status: new Uint32Array(value.length) };
}

Deno.test("drift has its own line: below it an episode is kept, over it announced, and what is learnt is the same", () => {
  const ofDrift = (decisions: readonly Decision[]) => decisions.filter(({ kind }) => kind === "drift");
  const series = drifting(3);
  const line = (drift: number) => (_ts: number, kind?: string) => kind === "drift" ? drift : 0;
  const [free, kept] = [fold(series), fold(series, line(Infinity))];
  const [opened] = ofDrift(free.decisions);
  assert.ok(opened.type === "opened" && opened.line === 0 && opened.evidence.rarity !== undefined);
  assert.deepEqual(opened.rarity!.parts.map(({ detector }) => detector), ["drift"]);
  const [first] = ofDrift(kept.decisions);
  assert.deepEqual([first.type, first.episodeStart, first.ts], ["kept", opened.episodeStart, opened.ts]);
  assert.ok(ofDrift(kept.decisions).every((one) => one.type !== "opened" || one.rarity!.value >= RARITY_FLOOR));
  const between = ofDrift(fold(series, line(first.rarity!.value * 1.5)).decisions);
  const announced = between.find(({ type }) => type === "opened")!;
  assert.ok(announced.ts > first.ts && announced.type === "opened" && announced.wasKept);
  const episodes = ({ state }: { state: SensorState }) => state.watches.map(({ announcing: _, ...watch }) => watch);
  assert.deepEqual(episodes(kept), episodes(free));
  assert.deepEqual(fold(series, line(0.4), [1_000, 2_911, 2_912, 3_500]), fold(series, line(0.4)));
});

Deno.test("an episode that was open before its kind had a rarity is an alert, and ends as one", () => {
  const series = drifting(3);
  const { decisions } = fold(series);
  const [opened] = decisions.filter(({ kind }) => kind === "drift");
  const at = series.ts.indexOf(opened.ts) + 1;
  const state = startState(SET);
  assess(state, slice(series, 0, at), RULES);
  for (const watch of state.watches) delete watch.announcing;
  const back = { ...series, value: series.value.map((value, i) => i < at ? value : 10.5) };
  const later = assess(state, slice(back, at, series.ts.length), { ...RULES, lineAt: () => Infinity }).decisions;
  const ofDrift = later.filter(({ kind, episodeStart }) => kind === "drift" && episodeStart === opened.episodeStart);
  assert.deepEqual(ofDrift.map(({ type }) => type).filter((type) => type !== "raised"), ["closed"]);
});
