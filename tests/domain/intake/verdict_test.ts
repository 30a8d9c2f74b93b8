import fc from "fast-check";
import assert from "node:assert/strict";
import {
  type Columns,
  columnsFault,
  decodeColumns,
  encodeColumns,
  READINGS_PER_BATCH_MAX,
} from "../../../src/domain/intake/batch.ts";
import { decodeCursor, encodeCursor } from "../../../src/domain/cursor.ts";
import { keyFault } from "../../../src/domain/key.ts";
import type { SensorId } from "../../../src/domain/plant/sensor.ts";
import { formatTimestamp, parseTimestamp } from "../../../src/domain/timestamp.ts";
import { judge, seriesOf, without } from "../../../src/domain/intake/verdict.ts";

const SEED = 20_240_103;
const NOW = Date.UTC(2024, 5, 1);

function judgeAll(
  columns: Columns,
  sensors = columns.sensors.map((_, i) => ({
    id: i + 1 as SensorId,
    rangeMin: undefined,
    rangeMax: undefined,
    expectedIntervalMs: undefined,
    retired: false,
  })),
) {
  return judge(columns, { sensors, receivedAtMs: NOW, futureMaxMs: 60_000 });
}

const anyValue = fc.oneof(fc.double(), fc.string(), fc.constant(null), fc.boolean(), fc.object());
const anyTime = fc.oneof(
  fc.integer({ min: NOW - 5_000, max: NOW + 70_000 }),
  fc.string(),
  fc.constant(null),
  fc.constant("2024-05-01T00:00:00Z"),
);
const anyRow = fc.record({
  sensor: fc.oneof(fc.nat(3), fc.string(), fc.constant(-1)),
  time: anyTime,
  value: anyValue,
  status: fc.oneof(fc.constant(0), fc.integer(), anyValue),
});

Deno.test("every reading is accepted, repeated or quarantined with a reason, whatever it holds; a repeat judges the same", () => {
  fc.assert(
    fc.property(fc.array(anyRow, { minLength: 1, maxLength: 60 }), (rows) => {
      const columns: Columns = {
        sensors: ["a", "b", "c"],
        sensor: rows.map(({ sensor }) => sensor),
        time: rows.map(({ time }) => time),
        value: rows.map(({ value }) => value),
        status: rows.map(({ status }) => status),
      };
      const stored = decodeColumns(encodeColumns(columns));
      const { accepted, quarantined, duplicates } = judgeAll(stored);
      assert.equal(accepted.ts.length + quarantined.length + duplicates, rows.length);
      assert.deepEqual(judgeAll(stored), { accepted, quarantined, duplicates });
      for (const [i] of accepted.sensorIds.entries()) {
        const { ts, value } = seriesOf(accepted, i);
        assert.ok(ts.every((at, k) => k === 0 || at > ts[k - 1]), "strictly in time order");
        assert.ok(value.every(Number.isFinite));
      }
    }),
    { seed: SEED, numRuns: 300 },
  );
});

Deno.test("judged again without what is in quarantine, the same rows are accepted", () => {
  const columns: Columns = {
    sensors: ["a"],
    sensor: [0, 0, 0, 0],
    time: [NOW, NOW, NOW - 1, "x"],
    value: [1, 2, 3, 4],
  };
  const first = judgeAll(columns);
  const skip = new Set(first.quarantined.map(({ index }) => index));
  const again = judge(columns, {
    sensors: [{
      id: 1 as SensorId,
      rangeMin: undefined,
      rangeMax: undefined,
      expectedIntervalMs: undefined,
      retired: false,
    }],
    receivedAtMs: NOW,
    futureMaxMs: 60_000,
    skip,
  });
  assert.deepEqual(again.accepted, first.accepted);
});

Deno.test("a key listed twice is one sensor", () => {
  const id = 5 as SensorId;
  const limits = { id, rangeMin: undefined, rangeMax: undefined, expectedIntervalMs: undefined, retired: false };
  const { accepted, duplicates } = judgeAll({
    sensors: ["a", "a"],
    sensor: [0, 1, 1],
    time: [NOW, NOW, NOW - 1],
    value: [1, 1, 2],
  }, [limits, limits]);
  assert.deepEqual([accepted.sensorIds, [...accepted.value], duplicates], [[id], [2, 1], 1]);
});

Deno.test("rows are taken out without moving the others between sensors", () => {
  const { accepted } = judgeAll({
    sensors: ["a", "b"],
    sensor: [0, 0, 1, 1],
    time: [1e12, 1e12 + 1, 1e12, 1e12 + 1],
    value: [1, 2, 3, 4],
  });
  const rest = without(accepted, new Set([0, 1, 3]));
  assert.deepEqual([rest.sensorIds, rest.offsets, [...rest.value], [...rest.index]], [[2], [0, 1], [3], [2]]);
});

Deno.test("what is no batch at all is said", () => {
  const rows = (n: number): Columns => ({
    sensors: ["a"],
    sensor: Array(n).fill(0),
    time: Array(n).fill(0),
    value: Array(n).fill(0),
  });
  assert.equal(columnsFault(rows(READINGS_PER_BATCH_MAX)), undefined);
  assert.match(columnsFault(rows(0))!, /no readings/);
  assert.match(columnsFault(rows(READINGS_PER_BATCH_MAX + 1))!, /10001 readings/);
  assert.match(columnsFault({ ...rows(2), status: [0] })!, /"status"/);
  assert.match(columnsFault({ ...rows(1), sensors: ["a", "b"] })!, /2 sensors for 1 readings/);
});

Deno.test("numbers that JSON does not know are kept by their names", () => {
  const text = encodeColumns({ sensors: ["a"], sensor: [0, 0], time: [0, 0], value: [Infinity, 1] });
  assert.deepEqual(decodeColumns(text).value, ["Infinity", 1]);
});

Deno.test("times are read with their zone to the microsecond, and nothing is guessed", () => {
  const good: [unknown, number][] = [
    ["2024-01-01T00:00:00Z", Date.UTC(2024, 0, 1)],
    ["2024-01-01T02:00:00+02:00", Date.UTC(2024, 0, 1)],
    ["2024-01-01 00:00:00.123456789Z", Date.UTC(2024, 0, 1) + 123.456],
    ["2024-01-01T00:00:00.12345Z", Date.UTC(2024, 0, 1) + 123.45],
    ["2024-02-29t23:59:59z", Date.UTC(2024, 1, 29, 23, 59, 59)],
    [1_700_000_000_123, 1_700_000_000_123],
    [1_700_000_000_123.9, 1_700_000_000_123.9],
    [1_700_000_000_123.456_789, 1_700_000_000_123.456],
  ];
  for (const [text, ms] of good) assert.equal(parseTimestamp(text), ms, String(text));
  for (
    const text of [
      "2024-01-01T00:00:00",
      "2024-01-01",
      "2023-02-29T00:00:00Z",
      "2024-13-01T00:00:00Z",
      "2024-01-01T25:00:00Z",
      "2024-01-01T24:00:00Z",
      "now",
      "",
      null,
      NaN,
      Infinity,
      {},
      true,
    ]
  ) {
    assert.equal(parseTimestamp(text), undefined, String(text));
  }
  fc.assert(fc.property(fc.integer({ min: 0, max: 4e12 }), (ms) => parseTimestamp(formatTimestamp(ms)) === ms), {
    seed: SEED,
  });
});

Deno.test("cursors are read back, and what is none is not taken for one", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 1e14 }), (seq) => decodeCursor(encodeCursor(seq)) === seq), {
    seed: SEED,
  });
  fc.assert(
    fc.property(fc.string(), (text) => decodeCursor(text) === undefined || encodeCursor(decodeCursor(text)!) === text),
    { seed: SEED },
  );
});

Deno.test("keys of any script are taken; those that hide something are not", () => {
  for (const key of ["a", "Pumpe 7/Lager-links", "温度", "e\u0301", "🔑", "x".repeat(200)]) {
    assert.equal(keyFault(key), undefined, key);
  }
  for (const key of ["", " a", "a\n", "\u0000", "a\u202Eb", "\uD800", "\u200B", "x".repeat(201)]) {
    assert.ok(keyFault(key), JSON.stringify(key));
  }
});

Deno.test("a time is written as it was read, to the microsecond", () => {
  const anyMicroseconds = fc.integer({ min: 0, max: 4_102_444_800_000_000 });
  fc.assert(
    fc.property(anyMicroseconds, (micros) => {
      const text = formatTimestamp(micros / 1_000);
      assert.equal(parseTimestamp(text), micros / 1_000);
      assert.equal(text.length, micros % 1_000 === 0 ? 24 : 27);
    }),
    { seed: SEED },
  );
});
