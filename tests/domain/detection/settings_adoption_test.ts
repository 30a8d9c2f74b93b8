/** What new settings do to a sensor's state and its open episodes. */
import fc from "fast-check";
import assert from "node:assert/strict";
import { assess } from "../../../src/domain/detection/assess.ts";
import { detectorSet, makeSet } from "../../../src/domain/detection/detector_set.ts";
import type { Decision } from "../../../src/domain/detection/episode.ts";
import { adoptSettings, needsReadings } from "../../../src/domain/detection/settings_adoption.ts";
import { resolveSettings, sensorSettingsOf } from "../../../src/domain/detection/settings_layers.ts";
import type { SettingsPatch } from "../../../src/domain/detection/settings_document.ts";
import {
  encodeState,
  newestIn,
  parseState,
  type SensorState,
  startState,
} from "../../../src/domain/detection/sensor_state.ts";
import { seededRandom } from "../../../src/domain/detection/stats/random.ts";
import type { Series } from "../../../src/domain/plant/reading.ts";

const T0 = Date.UTC(2024, 0, 1);
const MINUTE = 60_000;
const SET = detectorSet("generic");
const CRITICALITY = "B";

function setOf(patch: SettingsPatch, version = 7) {
  return makeSet(sensorSettingsOf(resolveSettings([{ scope: {}, version, patch }])));
}

function toSeries(value: readonly number[], from = 0): Series {
  return {
    ts: Float64Array.from(value, (_, i) => T0 + (from + i) * MINUTE),
    value: Float64Array.from(value),
    status: new Uint32Array(value.length),
  };
}

function slice({ ts, value, status }: Series, from: number, to?: number): Series {
  return { ts: ts.slice(from, to), value: value.slice(from, to), status: status.slice(from, to) };
}

function calm(rows: number, seed = 5): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: rows }, (_, i) => i % 50 === 0 ? 20 : i % 50 === 25 ? 21 : 20.1 + 0.8 * random());
}

function eventful(seed: number, rows: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: rows }, (_, i) => Math.sin(i / 99) + random() + (i > 300 && random() < 0.01 ? 60 : 0));
}

/** A state that has an open alert, by 601 readings of which the last is far outside. */
function withOpenAlert(): { state: SensorState; series: Series; opened: Decision } {
  const state = startState(SET);
  const series = toSeries([...calm(600), 40]);
  const { decisions } = assess(state, series, { set: SET, criticality: CRITICALITY });
  const opened = decisions.at(-1)!;
  assert.deepEqual([opened.type, opened.ts, state.episode.open], ["opened", T0 + 600 * MINUTE, true]);
  return { state, series, opened };
}

/** As it is written and read again, whatever its version. */
function asStored(state: SensorState): SensorState {
  return JSON.parse(encodeState({ ...state, version: "" }));
}

const THRESHOLD: SettingsPatch = { sensor: { episode: { threshold: 0.4 } } };
const HALF: SettingsPatch = { sensor: { detectors: { value_novelty: { parameters: { half: 0.5 } } } } };

Deno.test("a change that touches no detector keeps all that was learnt, and reads nothing", () => {
  const { state } = withOpenAlert();
  const set = setOf(THRESHOLD);
  assert.equal(needsReadings(state, set), false);
  const { state: after, relearnt, decisions } = adoptSettings(structuredClone(state), set);
  assert.deepEqual([relearnt, decisions], [[], []]);
  assert.deepEqual(asStored(after), asStored(state));
  assert.match(after.version, /^generic-\d+\.7 /);
});

Deno.test("a detector with other parameters learns from stored readings, the others keep what they know", () => {
  const { state, series } = withOpenAlert();
  const set = setOf(HALF);
  assert.equal(needsReadings(state, set), true);
  const { state: after, relearnt } = adoptSettings(structuredClone(state), set, { stored: series });
  assert.deepEqual(relearnt, ["value_novelty"]);
  // The new parameter has no part in what is learnt: the same readings make the same memory.
  assert.deepEqual(asStored(after).detectors, asStored(state).detectors);
  assert.deepEqual([after.readings, after.watermark, after.baseline], [
    state.readings,
    state.watermark,
    state.baseline,
  ]);
});

Deno.test("law: settings that judge alike change nothing, wherever a sensor goes over to them", () => {
  const other = setOf({}, 12);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), fc.nat(900), (seed, cut) => {
      const series = toSeries(eventful(seed, 900));
      const whole = startState(SET);
      const wanted = assess(whole, series, { set: SET, criticality: CRITICALITY }).decisions;
      const first = startState(SET);
      const decisions = [...assess(first, slice(series, 0, cut), { set: SET, criticality: CRITICALITY }).decisions];
      const { state } = adoptSettings(parseState(encodeState(first)), other);
      decisions.push(...assess(state, slice(series, cut), { set: other, criticality: CRITICALITY }).decisions);
      assert.deepEqual(decisions, wanted);
      assert.deepEqual(asStored(state), asStored(whole));
    }),
    { seed: 11, numRuns: 25 },
  );
});

Deno.test("an open alert lives through a change of quantity, and ends when the readings are quiet", () => {
  const { state, opened } = withOpenAlert();
  const set = detectorSet("temperature");
  const { state: after, decisions } = adoptSettings(state, set, { stored: toSeries([...calm(600), 40]) });
  assert.deepEqual(decisions, []);
  const quiet = assess(after, toSeries(calm(1_500, 9), 601), { set, criticality: CRITICALITY }).decisions;
  const closed = quiet.find(({ type }) => type === "closed");
  assert.equal(closed?.episodeStart, opened.episodeStart);
});

Deno.test("an open alert that nothing judges any more is superseded, and says why", () => {
  const { state, opened } = withOpenAlert();
  const only = (name: string, parameters: SettingsPatch): SettingsPatch => ({
    sensor: {
      detectors: {
        ...Object.fromEntries(SET.detectors.map((detector) => [detector.name, null])),
        [name]: { weight: 0.9, parameters },
      },
    },
  });
  const set = setOf(only("zscore", { sigma: 5 }));
  const { decisions: [superseded], state: after } = adoptSettings(structuredClone(state), set, {
    stored: toSeries(calm(20)),
  });
  assert.equal(superseded.type, "superseded");
  assert.equal(superseded.episodeStart, opened.episodeStart);
  assert.equal(superseded.ts, state.watermark);
  assert.match(superseded.reason, /settings are generic-\d+\.7 now: what judged it starts anew/);
  assert.equal(after.episode.open, undefined);
  // With enough readings to learn from it is judged on, and goes on.
  const judged = adoptSettings(structuredClone(state), set, { stored: toSeries(calm(600)) });
  assert.deepEqual([judged.decisions, judged.state.episode.open], [[], true]);
});

Deno.test("an alert of a watch that was taken out is superseded; one with another limit goes on", () => {
  const limit = (high: number): SettingsPatch => ({
    sensor: { watches: { too_hot: { detector: "limit", parameters: { high } } } },
  });
  const set = setOf(limit(30));
  const state = startState(set);
  const { decisions: [opened] } = assess(state, toSeries([20, 35]), { set, criticality: CRITICALITY });
  assert.deepEqual([opened.type, opened.kind], ["opened", "too_hot"]);
  const out = adoptSettings(structuredClone(state), setOf({}));
  assert.deepEqual(out.decisions.map(({ type, kind }) => [type, kind]), [["superseded", "too_hot"]]);
  assert.match(out.decisions[0].reason, /nothing looks for it any more/);
  const on = adoptSettings(structuredClone(state), setOf(limit(34)), { stored: toSeries([20, 35]) });
  assert.deepEqual(on.decisions, []);
  const after = assess(on.state, toSeries([33], 2), { set: setOf(limit(34)), criticality: CRITICALITY });
  assert.deepEqual(after.decisions.map(({ type, kind }) => [type, kind]), [["closed", "too_hot"]]);
});

Deno.test("a state that cannot be read learns everything from stored readings, its baseline too, and judges at once", () => {
  const series = toSeries(calm(600));
  const watermark = series.ts.at(-1)!;
  const { state } = adoptSettings(undefined, SET, { watermark, stored: series });
  assert.deepEqual([state.watermark, state.readings, state.baseline.frozen], [watermark, 600, true]);
  const { decisions } = assess(state, toSeries([40], 600), { set: SET, criticality: CRITICALITY });
  assert.deepEqual(decisions.map(({ type }) => type), ["opened"]);
});

Deno.test("of a state of an earlier release what is held back is kept, and everything is learnt from stored readings", () => {
  const { state, series } = withOpenAlert();
  const { frame: _, ...earlier } = JSON.parse(encodeState({ ...state, newest: T0 + 700 * MINUTE }));
  const text = JSON.stringify(earlier);
  assert.deepEqual([parseState(text), newestIn(text)], [undefined, T0 + 700 * MINUTE]);
  const options = { watermark: state.watermark, newest: newestIn(text), stored: series };
  const { state: after } = adoptSettings(parseState(text), SET, options);
  assert.deepEqual([after.watermark, after.newest, after.readings], [state.watermark, T0 + 700 * MINUTE, 601]);
});

Deno.test("a sensor that becomes a counter learns its rate anew, under the next version of its baseline", () => {
  const { state, series, opened } = withOpenAlert();
  const { state: after, decisions } = adoptSettings(state, detectorSet("counter"), { stored: series });
  assert.deepEqual(decisions.map(({ type, episodeStart }) => [type, episodeStart]), [[
    "superseded",
    opened.episodeStart,
  ]]);
  assert.equal(after.baseline.version, state.baseline.version + 1);
  assert.deepEqual(after.counter, adoptSettings(undefined, detectorSet("counter"), { stored: series }).state.counter);
});

Deno.test("a rest is not longer than the new settings say", () => {
  const { state } = withOpenAlert();
  assert.ok(state.rest.left > 10);
  assert.equal(
    adoptSettings(state, setOf({ sensor: { rest: { length: { hours: 0, least: 10 } } } })).state.rest.left,
    10,
  );
});
