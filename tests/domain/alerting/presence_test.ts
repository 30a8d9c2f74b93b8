/** Who is overdue, by two clocks: data time of the readings, and the time of their receipt. */
import assert from "node:assert/strict";
import {
  faultAt,
  hear,
  type Heard,
  heardIn,
  missedBySource,
  type Presence,
} from "../../../src/domain/alerting/presence.ts";
import type { BatchId, SourceId } from "../../../src/domain/intake/batch.ts";
import { judge } from "../../../src/domain/intake/verdict.ts";
import type { SensorId } from "../../../src/domain/plant/sensor.ts";

const S = 1_000;
const MIN = 60 * S;
const HOUR = 60 * MIN;
const T0 = Date.UTC(2024, 0, 1);
const BAD = 0x80000000;

interface Sent {
  /** Data times and statuses. */
  readonly times: readonly number[];
  readonly status?: number;
  readonly receivedAt: number;
}

function heardOf({ times, status = 0, receivedAt }: Sent, expectedIntervalMs?: number): Heard[] {
  const columns = {
    sensors: ["s"],
    sensor: times.map(() => 0),
    time: times,
    value: times.map((_, i) => i),
    status: times.map(() => status),
  };
  const limits = { rangeMin: undefined, rangeMax: undefined, expectedIntervalMs, retired: false };
  const sensors = [{ id: 1 as SensorId, ...limits }];
  const { accepted } = judge(columns, { sensors, receivedAtMs: receivedAt, futureMaxMs: HOUR });
  return heardIn({ columns, sensors, accepted, receivedAt });
}

/** What is known after all of `sent`; `expectedIntervalMs` undefined: learnt. */
function after(sent: readonly Sent[], expectedIntervalMs?: number): Presence | undefined {
  let presence: Presence | undefined;
  for (const one of sent) {
    for (const heard of heardOf(one, expectedIntervalMs)) {
      const delivery = { sourceId: 1 as SourceId, batchId: 1 as BatchId, receivedAt: one.receivedAt };
      presence = hear(presence, heard, delivery);
    }
  }
  return presence;
}

const every = (ms: number, n: number, from = T0) => Array.from({ length: n }, (_, i) => from + i * ms);
/** One reading in each batch, as it is taken. */
const single = (ms: number, n: number, from = T0): Sent[] =>
  every(ms, n, from).map((ts) => ({ times: [ts], receivedAt: ts + S }));
/** All readings of a time in one batch at its end. */
const collected = (ms: number, everyMs: number, n: number): Sent[] =>
  every(everyMs, n).map((from) => ({ times: every(ms, everyMs / ms, from), receivedAt: from + everyMs }));

const allowed = (presence: Presence | undefined) => presence?.dueAt && presence.dueAt - presence.goodAt;

Deno.test("how long nothing may come", async (t) => {
  const cases: [string, Presence | undefined, number | undefined][] = [
    ["each 5 min as given: three times that, from the first reading on", after(single(5 * MIN, 1), 5 * MIN), 15 * MIN],
    ["each second as given: a minute at least", after(single(S, 3), S), MIN],
    ["each 2 min, learnt from 30 readings", after(single(2 * MIN, 30)), 6 * MIN],
    ["learnt from five: nobody knows yet", after(single(2 * MIN, 5)), undefined],
    ["an import of 500 readings in one batch: nobody knows yet", after(collected(S, 500 * S, 1)), undefined],
    ["each second, collected over 10 min: three times 10 min", after(collected(S, 10 * MIN, 5)), 30 * MIN],
    ["history, sent now", after([{ times: every(MIN, 500), receivedAt: T0 + 9_000 * HOUR }], MIN), undefined],
    [
      "a day's history up to now counts as heard now",
      after([{ times: every(MIN, 1_440), receivedAt: T0 + 24 * HOUR }], MIN),
      3 * MIN,
    ],
  ];
  for (const [name, presence, expected] of cases) {
    await t.step(name, () => {
      const found = allowed(presence);
      if (expected === undefined) assert.equal(found, undefined);
      else assert.ok(Math.abs(found! - expected) <= expected * 0.15, `${found} for ${expected}`);
    });
  }
});

Deno.test("an overdue sensor is silent, or says nothing usable, and history changes neither", () => {
  const usual = single(MIN, 60);
  const presence = after(usual)!;
  assert.equal(faultAt(presence, presence.goodAt + MIN), undefined);
  assert.equal(faultAt(presence, presence.goodAt + 10 * MIN), "silence");
  const last = usual.at(-1)!.receivedAt;
  const bad = every(MIN, 10, last + MIN).map((ts): Sent => ({ times: [ts], status: BAD, receivedAt: ts + S }));
  const spoilt = after([...usual, ...bad])!;
  assert.equal(spoilt.goodAt, presence.goodAt);
  assert.equal(faultAt(spoilt, spoilt.heardAt), "bad_quality");
  assert.deepEqual(spoilt.last, { ts: bad.at(-1)!.times[0], value: 0, status: BAD });
  assert.equal(faultAt(spoilt, spoilt.heardAt + HOUR), "silence");
  const replayed: Sent = { times: every(MIN, 300, T0 - 500 * HOUR), receivedAt: last + 30 * MIN };
  assert.deepEqual(after([...usual, replayed]), presence);
});

Deno.test("a silence is not learnt as usual, but what comes again and again is", () => {
  const usual = single(MIN, 60);
  const back = T0 + 60 * MIN + 5 * HOUR;
  const once = after([...usual, ...single(MIN, 2, back)])!;
  assert.ok(allowed(once)! < 6 * MIN, `${allowed(once)}`);
  const slower = after([...usual, ...single(20 * MIN, 12, T0 + 80 * MIN)])!;
  assert.ok(allowed(slower)! >= 60 * MIN, `${allowed(slower)}`);
});

Deno.test("a source that goes on without a sensor shows that the sensor is missing", () => {
  const presence = after(single(MIN, 60))!;
  assert.equal(missedBySource(presence, presence.heardAt), false);
  assert.equal(missedBySource(presence, presence.heardAt + 10 * S), false);
  assert.equal(missedBySource(presence, presence.heardAt + 3 * MIN), true);
});
