/** Readings for times that are closed, since those of then have given way to minutes and hours. */
import assert from "node:assert/strict";
import type { Columns } from "../../../src/domain/intake/batch.ts";
import { closedSince, judge } from "../../../src/domain/intake/verdict.ts";
import type { SensorId } from "../../../src/domain/plant/sensor.ts";

const CLOSED = Date.UTC(2026, 0, 1);
const COLUMNS: Columns = {
  sensors: ["a"],
  sensor: [0, 0, 0],
  time: [CLOSED - 1, CLOSED, CLOSED + 60_000],
  value: [1, 2, 3],
};
const OPTIONS = {
  sensors: [{
    id: 1 as SensorId,
    rangeMin: undefined,
    rangeMax: undefined,
    expectedIntervalMs: undefined,
    retired: false,
  }],
  receivedAtMs: CLOSED + 86_400_000,
  futureMaxMs: 0,
};

Deno.test("a reading for a closed time goes to quarantine, and its sender is told what is kept", () => {
  const { accepted, quarantined } = judge(COLUMNS, { ...OPTIONS, closedBeforeMs: CLOSED });
  assert.deepEqual([...accepted.index], [1, 2]);
  assert.equal(quarantined[0].reason, "too_old");
  assert.match(
    quarantined[0].detail,
    /before 2026-01-01T00:00:00.000Z: readings before that have given way to minutes/,
  );
});

Deno.test("one that was accepted before its time was closed goes there too when it is to be stored", () => {
  const { accepted } = judge(COLUMNS, OPTIONS);
  const now = closedSince(accepted, { columns: COLUMNS, closedBeforeMs: CLOSED });
  assert.deepEqual([...now.accepted.ts], [CLOSED, CLOSED + 60_000]);
  assert.deepEqual(now.quarantined.map(({ index, reason, raw }) => [index, reason, JSON.parse(raw).value]), [[
    0,
    "too_old",
    1,
  ]]);
  assert.equal(closedSince(accepted, { columns: COLUMNS, closedBeforeMs: -Infinity }).accepted, accepted);
});
