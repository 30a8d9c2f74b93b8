/** What is shown below a trend: from what was written down when it happened, bounded by the width, on either store. */
import assert from "node:assert/strict";
import type { Columns } from "../../../src/domain/intake/batch.ts";
import { openMaintenanceWindow, takeOutOfService } from "../../../src/operations/alerting/change_windows.ts";
import { shelveAlerts } from "../../../src/operations/alerting/shelve_alerts.ts";
import { acceptBatch } from "../../../src/operations/intake/accept_batch.ts";
import { readLanes } from "../../../src/operations/plant/read_lanes.ts";
import { registerAsset } from "../../../src/operations/plant/register_asset.ts";
import { registerSensor } from "../../../src/operations/plant/register_sensor.ts";
import type { Scope } from "../../../src/operations/scope.ts";
import type { Lane } from "../../../src/ports/plant/lane.ts";
import { decide, T0 } from "../../fixtures/alerts.ts";
import { ENGINES } from "../../fixtures/engines.ts";
import { withGateway } from "../../fixtures/gateway.ts";
import { prepare } from "../../fixtures/pipeline.ts";
import { detectAnomalies } from "../../../src/operations/detection/detect_anomalies.ts";

const MINUTE = 60_000;
const UNCERTAIN = 0x40000000;

interface Sent {
  readonly minutes: readonly number[];
  readonly value?: number;
  readonly status?: number;
  readonly correction?: boolean;
}

async function send(scope: Scope, { minutes, value = 1, status = 0, correction = false }: Sent) {
  const columns: Columns = {
    sensors: ["bearing"],
    sensor: minutes.map(() => 0),
    time: minutes.map((minute) => T0 + minute * MINUTE),
    value: minutes.map(() => value),
    status: minutes.map(() => status),
    correction,
  };
  const { batch } = await acceptBatch(scope, { source: "s", idempotencyKey: crypto.randomUUID(), columns });
  await prepare(scope, batch.id);
  await detectAnomalies(scope, batch.id);
  return batch.id;
}

/** In minutes. */
function shown({ from, to, count, batch }: Lane) {
  return from.map((_, i) => [(from[i] - T0) / MINUTE, (to[i] - T0) / MINUTE, count[i], batch[i]]);
}

for (const engine of ENGINES) {
  Deno.test(`lanes of a sensor, on the ${engine.name} store`, async (t) => {
    await withGateway(engine, async ({ scope }) => {
      const nobody = { name: null, level: null, criticality: null };
      await registerAsset(scope, { ...nobody, key: "line" });
      await registerAsset(scope, { ...nobody, key: "pump", parentKey: "line" });
      const sensor = await registerSensor(scope, { key: "bearing", assetKey: "pump" });
      const range = { sensorKey: "bearing", from: T0 - MINUTE, to: T0 + 200 * MINUTE, width: 1_000 };

      await t.step("late readings are those that the fold found behind the watermark, with their batch", async () => {
        await send(scope, { minutes: [0, 10, 20, 30] });
        // Known already: no late reading, but a duplicate.
        await send(scope, { minutes: [10] });
        const batch = await send(scope, { minutes: [5, 15, 40] });
        const alone = await send(scope, { minutes: [35] });
        const { late } = await readLanes(scope, range);
        assert.deepEqual(shown(late), [[5, 15, 2, batch], [35, 35, 1, alone]]);
      });

      await t.step("corrected readings are those that have a revision", async () => {
        const batch = await send(scope, { minutes: [10, 20], value: 2, correction: true });
        // The same value again corrects nothing.
        await send(scope, { minutes: [20], value: 2, correction: true });
        const { corrected, late } = await readLanes(scope, range);
        assert.deepEqual(shown(corrected), [[10, 10, 1, batch], [20, 20, 1, batch]]);
        assert.equal(late.from.length, 2);
      });

      await t.step("doubtful readings are told from good ones", async () => {
        const batch = await send(scope, { minutes: [50, 51], status: UNCERTAIN });
        assert.deepEqual(shown((await readLanes(scope, range)).uncertain), [[50, 50, 1, batch], [51, 51, 1, batch]]);
      });

      await t.step("what begins in one slot is one stretch: a lane has no more than the picture shows", async () => {
        const { uncertain, late } = await readLanes(scope, { ...range, width: 2 });
        assert.deepEqual(shown(uncertain).map((row) => row.slice(0, 3)), [[50, 51, 2]]);
        assert.deepEqual(shown(late).map((row) => row.slice(0, 3)), [[5, 35, 3]]);
        const many = await send(scope, {
          minutes: Array.from({ length: 3_000 }, (_, i) => 60 + i / 100),
          status: UNCERTAIN,
        });
        const bounded = (await readLanes(scope, { ...range, width: 100 })).uncertain;
        assert.ok(bounded.from.length <= 100, `${bounded.from.length}`);
        assert.equal(bounded.count.reduce((a, b) => a + b), 3_002);
        assert.equal(bounded.batch.at(-1), many);
      });

      await t.step("episodes, the one that lasts up to the end of the range", async () => {
        const start = T0 + 100 * MINUTE;
        const opened = await decide(scope, { sensor, type: "opened", episode: { start } });
        const { episodes } = await readLanes(scope, range);
        assert.deepEqual(shown(episodes).map((row) => row.slice(0, 3)), [[100, 200, 1]]);
        await decide(scope, { sensor, type: "closed", episode: { start, ts: start + 5 * MINUTE } });
        assert.deepEqual(shown((await readLanes(scope, range)).episodes)[0].slice(0, 2), [100, 105]);
        assert.ok(opened);
      });

      await t.step("windows of the sensor and of what it is a part of, and shelved times", async () => {
        const now = scope.clock.nowMs();
        const around = { ...range, from: now - 60 * MINUTE, to: now + 60 * MINUTE };
        const [start, to] = [T0 + 150 * MINUTE, now + 30 * MINUTE];
        await openMaintenanceWindow(scope, {
          assetKey: "line",
          sensorKey: undefined,
          from: undefined,
          to,
          reason: "oil",
        });
        await takeOutOfService(scope, { sensorKey: "bearing", assetKey: undefined, reason: "no cable" });
        await registerAsset(scope, { ...nobody, key: "elsewhere" });
        await takeOutOfService(scope, { assetKey: "elsewhere", sensorKey: undefined, reason: "gone" });
        const { id } = (await decide(scope, { sensor, type: "opened", episode: { start } }))!;
        await shelveAlerts(scope, { targets: [{ id }], until: now + 10 * MINUTE, reason: "known" });
        const { windows, shelved } = await readLanes(scope, around);
        assert.deepEqual(windows.map(({ kind, reason }) => [kind, reason]).sort(), [
          ["maintenance_window", "oil"],
          ["out_of_service", "no cable"],
        ]);
        assert.deepEqual(shelved.map(({ alertId, to, reason }) => [alertId, to, reason]), [[id, undefined, "known"]]);
        const before = await readLanes(scope, range);
        assert.deepEqual([before.windows, before.shelved], [[], []]);
      });

      await t.step("its first reading is told, and of a sensor without any that there is none", async () => {
        const silent = await registerSensor(scope, { key: "silent" });
        const begins = await scope.store.lanes.begins(scope.tenant.id, [sensor.id, silent.id]);
        assert.deepEqual([...begins], [[sensor.id, T0]]);
      });

      await t.step("a range without data has empty lanes, and what makes no sense is refused", async () => {
        const empty = await readLanes(scope, { ...range, from: 0, to: MINUTE });
        for (const lane of [empty.late, empty.corrected, empty.uncertain, empty.episodes]) {
          assert.deepEqual(lane, { from: [], to: [], count: [], batch: [] });
        }
        await assert.rejects(readLanes(scope, { ...range, to: range.from }), /empty/);
        await assert.rejects(readLanes(scope, { ...range, width: 0 }), /width/);
        await assert.rejects(readLanes(scope, { ...range, sensorKey: "nobody" }), /no sensor/);
      });
    });
  });
}
