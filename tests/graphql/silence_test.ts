/** Sensors that fall silent, and what is wrong with instruments, through the store and the gateway. */
import assert from "node:assert/strict";
import { readInstruments } from "../../src/operations/alerting/read_instruments.ts";
import { watchSilence } from "../../src/operations/alerting/watch_silence.ts";
import type { Scope } from "../../src/operations/scope.ts";
import { decide, sensorOf } from "../fixtures/alerts.ts";
import { ENGINES } from "../fixtures/engines.ts";
import { type GatewayBench, withGateway } from "../fixtures/gateway.ts";
import type { Answer } from "../fixtures/graphql.ts";
import { processed, type SentReading } from "../fixtures/processed.ts";

const MINUTE_MS = 60_000;
const BAD = 0x80000000;

const ALERTS = `query ($filter: AlertFilter) { alerts(filter: $filter) { edges { node {
  kind state severity reason instrumentStatus suppressedBy hidden endedAt source sensor { key } batch { number }
  evidence { value contributions { detector facts { name value } } } history { change actor detail } } } } }`;

async function found({ ask }: GatewayBench, filter: Answer): Promise<Answer[]> {
  return (await ask(ALERTS, { filter })).alerts.edges.map(({ node }: Answer) => node);
}

const later = (scope: Scope, minutes: number): Scope => (
  { ...scope, clock: { nowMs: () => Date.now() + minutes * MINUTE_MS } }
);
const watch = (scope: Scope, minutes: number) => watchSilence(later(scope, minutes), { listeningSince: 0 });

/** Readings each minute up to now. */
const usual = (sensors: readonly string[], value = 20): SentReading[] =>
  sensors.flatMap((sensor) =>
    Array.from({ length: 5 }, (_, i) => ({ sensor, time: Date.now() - (4 - i) * MINUTE_MS, value: value + i }))
  );

async function expecting({ ask }: GatewayBench, sensors: readonly string[]): Promise<void> {
  for (const key of sensors) {
    await ask(
      `mutation ($key: String!) { registerSensor(input: { key: $key, expectedIntervalMs: 60000 }) { __typename } }`,
      {
        key,
      },
    );
  }
}

async function oneOfMany(bench: GatewayBench): Promise<void> {
  const { scope } = bench;
  await expecting(bench, ["a1", "a2"]);
  await processed(scope, "line-a", usual(["a1", "a2"]));
  assert.equal(await watch(scope, 1), 0);
  assert.equal(
    await watchSilence(later(scope, 10), { listeningSince: Date.now() + 9 * MINUTE_MS }),
    0,
    "who has just come up",
  );
  // The source goes on, with a2 alone.
  await bench
    .sql`UPDATE sensor_presence SET heard_at = heard_at + interval '4 minutes', good_at = good_at + interval '4 minutes',
    due_at = due_at + interval '4 minutes' WHERE sensor_id = ${(await sensorOf(scope, "a2")).id}`;
  assert.deepEqual(await Promise.all([watch(scope, 5), watch(scope, 5)]).then((both) => both[0] + both[1]), 1);
  assert.equal(await watch(scope, 6), 0, "once");
  const [alert, ...more] = await found(bench, { kinds: ["silence"] });
  assert.equal(more.length, 0);
  assert.deepEqual([alert.sensor.key, alert.source, alert.severity, alert.instrumentStatus], [
    "a1",
    null,
    "MEDIUM",
    "FAILURE",
  ]);
  assert.match(alert.reason, /^no reading for 5 min, at most 3 min are usual; the last one was 24 of good quality at /);
  assert.equal(alert.evidence[0].value, 24, "its last value");
  await processed(scope, "line-a", [{ sensor: "a1", time: Date.now() - 10_000 * MINUTE_MS, value: 1 }]);
  assert.equal((await found(bench, { kinds: ["silence"], standing: true })).length, 1, "history is no return");
  await processed(scope, "line-a", [{ sensor: "a1", time: Date.now(), value: 25 }]);
  const [ended] = await found(bench, { kinds: ["silence"], sensor: "a1" });
  assert.equal(ended.state, "RETURNED_UNACKNOWLEDGED");
  assert.equal(ended.reason, alert.reason, "an alert keeps why it was opened");
}

async function wholeSource(bench: GatewayBench): Promise<void> {
  const { scope, sql } = bench;
  await sql`DELETE FROM sensor_presence`;
  const sensors = Array.from({ length: 20 }, (_, i) => `b${i}`);
  await expecting(bench, sensors);
  await processed(scope, "line-b", usual(sensors));
  assert.equal(await watch(scope, 10), 1);
  assert.equal(await watch(scope, 100), 0);
  const ofSource = (await found(bench, { kinds: ["silence"] })).filter(({ source }) => source === "line-b");
  assert.equal(ofSource.length, 1);
  assert.equal(ofSource[0].sensor, null);
  assert.match(ofSource[0].reason, /nothing from the source line-b for 10 min: all its 20 sensors are silent/);
  await processed(scope, "line-b", usual(sensors.slice(0, 19), 30).slice(-95));
  const [ended] = (await found(bench, { kinds: ["silence"], standing: false })).filter(({ source }) =>
    source === "line-b"
  );
  assert.notEqual(ended, undefined, "readings end it");
}

async function unprocessed(bench: GatewayBench): Promise<void> {
  const { scope, sql } = bench;
  await sql`DELETE FROM sensor_presence`;
  await expecting(bench, ["c1"]);
  await processed(scope, "line-c", usual(["c1"]));
  const landing = { source: "line-c", idempotencyKey: "waits", contentHash: "h", payload: "{}", readings: 1 };
  const { batch } = await scope.store.batches.accept(scope.tenant.id, landing);
  assert.equal(await watch(scope, 30), 0, "what has been accepted and waits may hold its readings");
  await sql`UPDATE batch SET state = 'failed' WHERE id = ${batch.id}`;
  assert.equal(await watch(scope, 30), 1);
}

async function badQuality(bench: GatewayBench): Promise<void> {
  const { scope, sql } = bench;
  await sql`DELETE FROM sensor_presence`;
  await expecting(bench, ["d1"]);
  await processed(scope, "line-d", usual(["d1"]));
  const { id } = await sensorOf(scope, "d1");
  await sql`UPDATE sensor_presence SET good_at = good_at - interval '4 minutes', due_at = due_at - interval '4 minutes'
    WHERE sensor_id = ${id}`;
  await processed(scope, "line-d", [{ sensor: "d1", time: Date.now(), value: 99, status: BAD }]);
  assert.equal(await watch(scope, 0), 1);
  const [alert] = await found(bench, { sensor: "d1" });
  assert.deepEqual([alert.kind, alert.instrumentStatus], ["bad_quality", "FAILURE"]);
  assert.match(alert.reason, /readings, but none of usable quality, for 4 min.* the last one was 99 of bad quality/);
}

/** While the instrument is at fault, what it says of the process is hidden, and shows again afterwards. */
async function instrumentBeforeProcess(bench: GatewayBench): Promise<void> {
  const { scope } = bench;
  const sensor = await sensorOf(scope, "e1");
  const hidden = async (kind: string) => {
    const [{ suppressedBy, hidden }] = await found(bench, { sensor: "e1", kinds: [kind] });
    assert.equal(hidden, suppressedBy.length > 0);
    return suppressedBy;
  };
  await decide(scope, { sensor, type: "opened" });
  await decide(scope, { sensor, type: "opened", episode: { kind: "flatline" } });
  assert.deepEqual(await hidden("anomaly"), ["INSTRUMENT_FAULT"], "what stands");
  assert.deepEqual(await hidden("flatline"), []);
  await decide(scope, { sensor, type: "opened", episode: { kind: "limit" } });
  assert.deepEqual(await hidden("limit"), ["INSTRUMENT_FAULT"], "what opens meanwhile");
  await decide(scope, { sensor, type: "opened", episode: { kind: "bad_quality" } });
  await decide(scope, { sensor, type: "closed", episode: { kind: "flatline" } });
  assert.deepEqual(await hidden("anomaly"), ["INSTRUMENT_FAULT"], "another fault stands");
  await decide(scope, { sensor, type: "closed", episode: { kind: "bad_quality" } });
  assert.deepEqual([await hidden("anomaly"), await hidden("limit")], [[], []]);
  const [{ history, instrumentStatus }] = await found(bench, { sensor: "e1", kinds: ["anomaly"] });
  assert.equal(instrumentStatus, null);
  assert.deepEqual(history.map(({ change }: Answer) => change), ["RELEASED", "SUPPRESSED", "OPENED"]);
  const events = await scope.store.events.alertsAfter(scope.tenant.id, 0, 1_000);
  assert.ok(
    events.some(({ type }) => type === "alert.suppressed") && events.some(({ type }) => type === "alert.released"),
  );
}

/** How the instrument is: what stands, what is worked on, also above it, and what fails again and again. */
async function instrumentState(bench: GatewayBench): Promise<void> {
  const { scope, ask } = bench;
  for (const [key, parentKey] of [["hall", null], ["press", "hall"]]) {
    await ask(`mutation ($input: RegisterAssetInput!) { registerAsset(input: $input) { __typename } }`, {
      input: { key, parentKey },
    });
  }
  await ask(`mutation { registerSensor(input: { key: "f1", assetKey: "press" }) { __typename } }`);
  const sensor = await sensorOf(scope, "f1");
  const state = async () => (await ask(`{ sensor(key: "f1") { instrument { status reason } } }`)).sensor.instrument;
  const now = Date.now();
  const silence = (n: number, type: "opened" | "closed") =>
    decide(scope, { sensor, type, episode: { kind: "silence", start: now - n * MINUTE_MS } });
  assert.equal(await state(), null);
  await silence(3, "opened");
  assert.deepEqual(await state(), { status: "FAILURE", reason: "An alert stands: silence." });
  const service = (mutation: string, rest = "") =>
    ask(`mutation { ${mutation}(input: { asset: "hall"${rest} }) { __typename } }`);
  await service("takeOutOfService", `, reason: "calibration"`);
  assert.equal((await state()).status, "FUNCTION_CHECK");
  const [alert] = await found(bench, { sensor: "f1" });
  assert.equal(alert.instrumentStatus, "FUNCTION_CHECK");
  await service("returnToService");
  assert.equal((await state()).status, "FAILURE");
  await silence(3, "closed");
  for (const n of [2, 1]) {
    await silence(n, "opened");
    await silence(n, "closed");
  }
  assert.deepEqual(await state(), {
    status: "MAINTENANCE_REQUIRED",
    reason: "It has failed 3 times in 20 hours: silence.",
  });
  const next = { ...scope, clock: { nowMs: () => now + 24 * 60 * MINUTE_MS } };
  assert.equal((await readInstruments(next, [sensor.id])).size, 0, "a day without any is enough");
}

for (const engine of ENGINES) {
  Deno.test(`silence and instrument faults, on the ${engine.name} store`, async (t) => {
    await withGateway(engine, async (bench) => {
      await t.step(
        "a sensor that its source goes on without has an alert of its own, until it returns",
        () => oneOfMany(bench),
      );
      await t.step("a source that is silent as a whole has one alert", () => wholeSource(bench));
      await t.step("what waits to be processed is not silent", () => unprocessed(bench));
      await t.step("readings of bad quality alone are a fault of their own", () => badQuality(bench));
      await t.step("an instrument at fault hides its process alerts", () => instrumentBeforeProcess(bench));
      await t.step("a sensor says how its instrument is, and why", () => instrumentState(bench));
    });
  });
}
