/** How alerts did in a range, and the report of a week, through the gateway. */
import assert from "node:assert/strict";
import { reportWeek } from "../../src/operations/alerting/report_alarms.ts";
import { decide, sensorOf } from "../fixtures/alerts.ts";
import { ENGINES } from "../fixtures/engines.ts";
import { type GatewayBench, withGateway } from "../fixtures/gateway.ts";

const MONDAY = Date.UTC(2024, 0, 1);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const FIELDS = `alerts suppressed slots perSlot perSlotMax manageableShare floodShare floods chattering stale
  severities { severity count } worst { kind count sensor { key } }`;
const ASK = `query ($from: DateTime!, $to: DateTime!) { alarmPerformance(from: $from, to: $to) { ${FIELDS} } }`;

/** In the week: 12 alerts of one sensor within ten minutes, 2 of another that last for long, 1 of a sensor at fault. */
async function week({ scope }: GatewayBench): Promise<void> {
  const [many, long, faulty] = [
    await sensorOf(scope, "many"),
    await sensorOf(scope, "long"),
    await sensorOf(scope, "faulty"),
  ];
  for (let i = 0; i < 12; i++) {
    const episode = { kind: `k${i}`, start: MONDAY + DAY_MS + i * 30_000, severity: "LOW" } as const;
    await decide(scope, { sensor: many, type: "opened", episode });
    await decide(scope, { sensor: many, type: "closed", episode: { ...episode, ts: episode.start + MINUTE_MS } });
  }
  for (const start of [MONDAY + 2 * DAY_MS, MONDAY + 3 * DAY_MS + HOUR_MS]) {
    await decide(scope, { sensor: long, type: "opened", episode: { start, severity: "HIGH", kind: `since ${start}` } });
  }
  await decide(scope, { sensor: faulty, type: "opened", episode: { kind: "flatline", start: MONDAY + 5 * DAY_MS } });
  await decide(scope, { sensor: faulty, type: "opened", episode: { start: MONDAY + 5 * DAY_MS + 1 } });
}

async function measured({ ask, post }: GatewayBench): Promise<void> {
  const range = { from: new Date(MONDAY).toISOString(), to: new Date(MONDAY + 7 * DAY_MS).toISOString() };
  const { alarmPerformance: { worst, ...counts } } = await ask(ASK, range);
  assert.deepEqual(counts, {
    alerts: 15,
    suppressed: 1,
    slots: 1_008,
    perSlot: 15 / 1_008,
    perSlotMax: 12,
    manageableShare: 1_007 / 1_008,
    floodShare: 1 / 1_008,
    floods: 1,
    chattering: 0,
    stale: 3,
    severities: [
      { severity: "LOW", count: 12 },
      { severity: "MEDIUM", count: 1 },
      { severity: "HIGH", count: 2 },
      { severity: "CRITICAL", count: 0 },
    ],
  });
  assert.equal(worst.length, 10);
  assert.deepEqual(worst[0], { kind: "k0", count: 1, sensor: { key: "many" } });
  const empty = await ask(ASK, { from: "2020-01-01T00:00:00Z", to: "2020-01-02T00:00:00Z" });
  assert.deepEqual([empty.alarmPerformance.alerts, empty.alarmPerformance.manageableShare], [0, 1]);
  for (const to of ["2019-12-31T00:00:00Z", "2020-01-01T00:00:00Z", "2021-06-01T00:00:00Z"]) {
    const { errors } = await post(ASK, { from: "2020-01-01T00:00:00Z", to });
    assert.equal(errors[0].extensions.code, "INVALID_INPUT");
  }
}

async function reported({ ask, scope }: GatewayBench): Promise<void> {
  const nowMs = MONDAY + 7 * DAY_MS + 6 * HOUR_MS;
  const both = await Promise.all([reportWeek(scope, nowMs), reportWeek(scope, nowMs + HOUR_MS)]);
  assert.deepEqual(both.sort(), [false, true], "a week has one report");
  const { alarmReports } = await ask(`{ alarmReports { edges { node { performance { from to ${FIELDS} } } } } }`);
  const [{ node: { performance } }] = alarmReports.edges;
  assert.deepEqual([performance.from, performance.alerts, performance.worst[0].sensor.key], [
    "2024-01-01T00:00:00.000Z",
    15,
    "many",
  ]);
  const events = await scope.store.events.after(scope.tenant.id, 0, { prefix: "alarm.", limit: 10 });
  assert.deepEqual(events.map(({ type }) => type), ["alarm.report"]);
}

for (const engine of ENGINES) {
  Deno.test(`alarm performance, on the ${engine.name} store`, async (t) => {
    await withGateway(engine, async (bench) => {
      await week(bench);
      await t.step("a range is measured", () => measured(bench));
      await t.step("a week is reported once", () => reported(bench));
    });
  });
}
