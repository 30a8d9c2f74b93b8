import assert from "node:assert/strict";
import fc from "fast-check";
import { type Columns, decodeColumns, encodeColumns } from "../../../src/domain/intake/batch.ts";
import { rawPrefix, replayColumns } from "../../../src/domain/intake/replay.ts";
import { judge, rawReading } from "../../../src/domain/intake/verdict.ts";
import type { SensorId } from "../../../src/domain/plant/sensor.ts";

const SEED = 20_261_124;
const KEYS = ["a", 'quo"te', "حساس", "\u2028"];
const anything = fc.oneof(fc.double(), fc.string(), fc.constant(null), fc.boolean(), fc.constant("NaN"));

const columns: fc.Arbitrary<Columns> = fc.array(
  fc.record({
    key: fc.oneof(fc.constantFrom(...KEYS), fc.constant(7), fc.constant("\u0000")),
    unit: fc.constantFrom(null, "Cel", "bar", "no such unit"),
    time: fc.oneof(fc.integer({ min: 1e12, max: 1.5e12 }), anything),
    value: anything,
    status: fc.oneof(fc.constantFrom(0, 0x40000000, 0x80000000), anything),
  }),
  { minLength: 1, maxLength: 30 },
).map((rows) => ({
  sensors: rows.map(({ key }) => key),
  units: rows.map(({ unit }) => unit),
  sensor: rows.map((_, i) => i),
  time: rows.map(({ time }) => time),
  value: rows.map(({ value }) => value),
  status: rows.map(({ status }) => status),
}));

/** The verdicts by the place of the readings, with nothing that depends on how they were written down. */
function verdictsOf(sent: Columns) {
  const sensors = sent.sensors.map((key) =>
    typeof key === "string" && KEYS.includes(key)
      ? {
        ...{ rangeMin: -5, rangeMax: 5, expectedIntervalMs: undefined, retired: false },
        id: KEYS.indexOf(key) as SensorId,
      }
      : undefined
  );
  const { accepted, quarantined, duplicates } = judge(sent, { sensors, receivedAtMs: 1.6e12, futureMaxMs: 0 });
  return { stored: [...accepted.index], duplicates, refused: quarantined.map(({ index, reason }) => [index, reason]) };
}

Deno.test("a reading that is replayed is judged as it was when it was sent", () => {
  fc.assert(
    fc.property(columns, (given) => {
      const sent = decodeColumns(encodeColumns(given));
      const again = replayColumns(sent.time.map((_, i) => rawReading(sent, i)), { correction: false });
      assert.deepEqual(verdictsOf(decodeColumns(encodeColumns(again))), verdictsOf(sent));
    }),
    { seed: SEED },
  );
});

Deno.test("the texts of a sensor's readings begin with its key, and those of no other sensor do", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (key, other) => {
      const raw = rawReading({ sensors: [key], sensor: [0], time: [0], value: [0] }, 0);
      assert.equal(raw.startsWith(rawPrefix(key)), true);
      assert.equal(raw.startsWith(rawPrefix(other)), key === other);
    }),
    { seed: SEED },
  );
});

Deno.test("a correction is one, and what is none says nothing of it", () => {
  const raws = ['{"sensor":"a","time":1,"value":2}'];
  assert.equal(replayColumns(raws, { correction: true }).correction, true);
  assert.deepEqual(replayColumns(raws, { correction: false }), { sensors: ["a"], sensor: [0], time: [1], value: [2] });
});
