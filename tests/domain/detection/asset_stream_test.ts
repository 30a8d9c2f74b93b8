import assert from "node:assert/strict";
import fc from "fast-check";
import { toRows } from "../../../src/domain/detection/asset_rows.ts";
import { type AssetStream, createAssetStream, resumeAssetStream } from "../../../src/domain/detection/asset_stream.ts";
import { ASSET_STREAM_DEFAULTS } from "../../../src/domain/detection/asset_stream_state.ts";
import { seededRandom } from "../../../src/domain/detection/stats/random.ts";

const SETTINGS = { warmUp: 100 };

/** Three sensors a second: two that scatter together about a level, and one that drifts. */
function plant(rows: number, change?: (row: Float64Array, i: number) => void): Float64Array[] {
  const random = seededRandom(17);
  const draw = () => random() + random() + random() - 1.5;
  let drift = 40;
  return Array.from({ length: rows }, (_, i) => {
    const a = draw();
    drift += 0.05 * draw();
    const row = Float64Array.of(10 + a, 20 + a + 0.3 * draw(), drift);
    change?.(row, i);
    return row;
  });
}

function pushAll(stream: AssetStream, rows: readonly Float64Array[]): number[] {
  return rows.map((row, i) => stream.push(i * 1_000, row));
}

function mean(scores: readonly number[]): number {
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

Deno.test("nothing is judged during warm-up, and usual rows stay under 0.5 behind it", () => {
  const scores = pushAll(createAssetStream(3, SETTINGS), plant(600));
  assert.ok(scores.slice(0, 100).every((score) => score === 0));
  assert.ok(mean(scores.slice(100)) < 0.4, `${mean(scores.slice(100))}`);
  const above = scores.slice(100).filter((score) => score > 0.5).length;
  assert.ok(above < 25, `${above} of 500 rows score above 0.5`);
});

Deno.test("a sensor that leaves its level is found within a window, named, and let go when it is back", () => {
  const stream = createAssetStream(3, SETTINGS);
  const rows = plant(600, (row, i) => {
    if (i >= 300 && i < 400) row[1] += 4;
  });
  const before = pushAll(stream, rows.slice(0, 300));
  const during = rows.slice(300, 400).map((row, i) => stream.push((300 + i) * 1_000, row));
  assert.ok(during.findIndex((score) => score > 0.5) < ASSET_STREAM_DEFAULTS.window, "found too late");
  const facts = stream.facts();
  assert.ok(facts.contributions[1] > 0.8, `${facts.contributions}`);
  assert.ok(facts.departures[1] > 3 && facts.correlationFactor > 1, `${facts.departures} ${facts.correlationFactor}`);
  const after = rows.slice(400).map((row, i) => stream.push((400 + i) * 1_000, row));
  assert.ok(mean(during.slice(20)) > 0.6 && mean(after.slice(80)) < 0.4 && mean(before.slice(100)) < 0.4);
});

Deno.test("the same departure counts for more where sensors depart against each other than together", () => {
  const endOf = (sign: number) => {
    const stream = createAssetStream(3, SETTINGS);
    pushAll(
      stream,
      plant(320, (row, i) => {
        if (i < 300) return;
        row[0] += 3;
        row[1] += 3 * sign;
      }),
    );
    return stream.facts();
  };
  const together = endOf(1), against = endOf(-1);
  assert.ok(together.correlationFactor < 1 && against.correlationFactor > 1);
  assert.ok(against.score > together.score);
});

Deno.test("a drifting sensor that drifts on says little, a steady one that moves as many spreads says much", () => {
  const stepped = (column: number) => {
    const stream = createAssetStream(3, SETTINGS);
    const rows = plant(300);
    pushAll(stream, rows);
    const calm = rows.slice(100, 290).map((row) => row[column]);
    const center = mean(calm);
    const spread = Math.sqrt(mean(calm.map((x) => (x - center) ** 2)));
    const moved = rows[299].slice();
    moved[column] = center + 6 * spread;
    for (let i = 0; i < 20; i++) stream.push((300 + i) * 1_000, moved);
    return stream.facts().score;
  };
  assert.ok(stepped(0) > stepped(2), `${stepped(0)} and ${stepped(2)}`);
});

Deno.test("later rows never change earlier scores, nor does a stop and start", () => {
  const rows = plant(260, (row, i) => {
    if (i > 200) row[0] += 5;
    if (i % 37 === 0) row[2] = NaN;
  });
  const whole = pushAll(createAssetStream(3, SETTINGS), rows);
  assert.deepEqual(pushAll(createAssetStream(3, SETTINGS), rows.slice(0, 230)), whole.slice(0, 230));
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 259 }), (cut) => {
      const first = createAssetStream(3, SETTINGS);
      const head = rows.slice(0, cut).map((row, i) => first.push(i * 1_000, row));
      const { stream, relearns } = resumeAssetStream(first.encode(), { columns: 3, settings: SETTINGS });
      assert.equal(relearns, undefined);
      const tail = rows.slice(cut).map((row, i) => stream.push((cut + i) * 1_000, row));
      assert.deepEqual([...head, ...tail], whole);
    }),
    { seed: 31, numRuns: 25 },
  );
});

Deno.test("a missing value is no evidence: rows without any leave the score as it was", () => {
  const stream = createAssetStream(3, SETTINGS);
  pushAll(
    stream,
    plant(300, (row, i) => {
      if (i > 280) row[0] += 5;
    }),
  );
  const { score } = stream.facts();
  assert.ok(score > 0.5);
  for (let i = 0; i < 50; i++) assert.equal(stream.push((300 + i) * 1_000, new Float64Array(3).fill(NaN)), score);
  const alone = stream.push(350_000, Float64Array.of(15, NaN, NaN));
  assert.ok(alone > 0.5);
  assert.deepEqual(stream.facts().departures.slice(1), [NaN, NaN]);
});

Deno.test("a long pause empties the windows, is counted, and neither raises nor clears the score", () => {
  const stream = createAssetStream(3, SETTINGS);
  const rows = plant(300, (row, i) => {
    if (i >= 280) row[0] += 5;
  });
  pushAll(stream, rows);
  const { score } = stream.facts();
  assert.equal(stream.push(10_000_000, rows[0]), score);
  assert.equal(stream.facts().gaps, 1);
  for (let i = 1; i < 60; i++) stream.push(10_000_000 + i * 1_000, rows[100 + i]);
  assert.ok(stream.facts().score < score);
  assert.equal(stream.facts().gaps, 1);
});

Deno.test("a sensor that never moved in the warm-up is judged by its first movement", () => {
  const stream = createAssetStream(2, SETTINGS);
  const random = seededRandom(2);
  for (let i = 0; i < 200; i++) assert.ok(stream.push(i, Float64Array.of(7, random())) < 0.5);
  let score = 0;
  for (let i = 0; i < 15; i++) score = stream.push(200 + i, Float64Array.of(8, random()));
  assert.ok(score > 0.3 && score < 0.8, `${score}`);
  assert.ok(stream.facts().contributions[0] > 0.8);
});

Deno.test("scores stay finite and within 0 to 1 on constant, huge, tiny and alternating rows", () => {
  const shapes: Record<string, (i: number) => number[]> = {
    constant: () => [5, 5],
    huge: (i) => [i % 3 === 0 ? Number.MAX_VALUE : -Number.MAX_VALUE, 1e300 * i],
    subnormal: (i) => [5e-324 * (i % 4), 1e-310 * (i % 7)],
    alternating: (i) => [i % 2, -(i % 2)],
    counter: (i) => [i % 150, i],
    "constant, then huge": (i) => [i < 150 ? 1 : 1e308, i < 150 ? 1 : -1e308],
  };
  for (const [name, shape] of Object.entries(shapes)) {
    const stream = createAssetStream(2, SETTINGS);
    for (let i = 0; i < 400; i++) {
      const score = stream.push(i * 1_000, Float64Array.from(shape(i)));
      assert.ok(score >= 0 && score <= 1, `${name}, row ${i}: ${score}`);
    }
    const { stream: resumed } = resumeAssetStream(stream.encode(), { columns: 2, settings: SETTINGS });
    assert.deepEqual(resumed.facts(), stream.facts(), name);
  }
});

Deno.test("readings that come at their own times, joined in bins, lead to the sensor that departed", () => {
  const stream = createAssetStream(3, SETTINGS);
  const rows = plant(330, (row, i) => {
    if (i >= 300) row[1] += 5;
  });
  const columns = [0, 1, 2].map((column) => {
    // The third sensor reports every other second only.
    const taken = rows.map((row, i) => ({ ts: i * 1_000 + 300 * column, value: row[column] }))
      .filter((_, i) => column < 2 || i % 2 === 0);
    return { ts: taken.map(({ ts }) => ts), value: taken.map(({ value }) => value) };
  });
  for (const { ts, values } of toRows(columns, { binMs: 1_000, from: 0, to: 330_000 })) stream.push(ts, values);
  const { score, contributions, rows: taken } = stream.facts();
  assert.equal(taken, 330);
  assert.ok(score > 0.5 && contributions[1] > 0.8, `${score} ${contributions}`);
});

Deno.test("an offset of 1e9 hides nothing", () => {
  const scoreAt = (offset: number) => {
    const rows = plant(320, (row, i) => {
      if (i > 300) row[0] += 5;
      for (let j = 0; j < 3; j++) row[j] += offset;
    });
    return pushAll(createAssetStream(3, SETTINGS), rows)[319];
  };
  assert.ok(Math.abs(scoreAt(1e9) - scoreAt(0)) < 1e-3);
});

Deno.test("what is no row is refused with the state untouched", () => {
  const stream = createAssetStream(2, SETTINGS);
  stream.push(0, Float64Array.of(1, 2));
  const before = stream.encode();
  assert.throws(() => stream.push(1, Float64Array.of(1)), /2 values, not 1/);
  assert.throws(() => stream.push(1, Float64Array.of(1, Infinity)), /Value 1 of the row is Infinity/);
  assert.throws(() => stream.push(NaN, Float64Array.of(1, 2)), /time is a finite number/);
  assert.equal(stream.encode(), before);
});

Deno.test("settings out of bounds are refused, and a state of other settings, sensors or version relearns and says why", () => {
  assert.throws(() => createAssetStream(0), /columns a whole number/);
  assert.throws(() => createAssetStream(2, { warmUp: 20 }), /at least ten blocks/);
  assert.throws(() => createAssetStream(2, { release: 2, gate: 0 }), /release from 0 to 1; gate/);
  const text = createAssetStream(2, SETTINGS).encode();
  const why = (changed: string, columns: number, settings = {}) =>
    resumeAssetStream(changed, { columns, settings }).relearns;
  assert.match(why(text, 2) ?? "", /settings have changed/);
  assert.match(why(text, 3, SETTINGS) ?? "", /of 2 sensors, now there are 3/);
  assert.match(why(text.replace('"version":1', '"version":9'), 2, SETTINGS) ?? "", /version 9/);
  for (const broken of ["", "{", "null"]) assert.match(why(broken, 2, SETTINGS) ?? "", /cannot be read/);
  assert.equal(why(text, 2, SETTINGS), undefined);
});

Deno.test("the state of eight sensors stays under 18 KB while levels are learnt and under 6 KB behind it", () => {
  const stream = createAssetStream(8);
  const random = seededRandom(5);
  let largest = 0;
  for (let i = 0; i < 1_700; i++) {
    stream.push(i * 180_000, Float64Array.from({ length: 8 }, random));
    if (i % 100 === 99) largest = Math.max(largest, stream.encode().length);
  }
  assert.ok(largest < 18_432, `${largest}`);
  assert.ok(stream.encode().length < 6_144, `${stream.encode().length}`);
});
