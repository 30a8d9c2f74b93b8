/**
 * A reading whose clock runs ahead of its receipt: nothing that comes after it is late by it, and its own turn comes.
 */
import assert from "node:assert/strict";
import type { Batch } from "../../../src/domain/intake/batch.ts";
import { acceptBatch } from "../../../src/operations/intake/accept_batch.ts";
import { registerSensor } from "../../../src/operations/plant/register_sensor.ts";
import { type Bench, withTemporal } from "../../fixtures/temporal.ts";
import { until } from "../../fixtures/until.ts";

const HOUR_MS = 3_600_000;

interface Point {
  readonly time: number;
  readonly value: number;
}

async function send({ scope }: Bench, sensor: string, points: readonly Point[]): Promise<Batch> {
  const columns = {
    sensors: [sensor],
    sensor: points.map(() => 0),
    time: points.map(({ time }) => time),
    value: points.map(({ value }) => value),
  };
  const input = { source: sensor, idempotencyKey: crypto.randomUUID(), columns, waitMs: 30_000 };
  return (await acceptBatch(scope, input)).batch;
}

async function watermarkOf({ scope: { store, tenant } }: Bench, key: string): Promise<number> {
  const [{ id }] = await store.sensors.byKeys(tenant.id, [key]);
  return (await store.sensors.progress(tenant.id, [id]))[0].watermark!;
}

/** `count` readings, one a second, up to `endMs`. */
function seconds(count: number, endMs: number, value: (i: number) => number): Point[] {
  return Array.from({ length: count }, (_, i) => ({ time: endMs - (count - i) * 1_000, value: value(i) }));
}

Deno.test({
  name: "readings ahead of their receipt",
  // The Temporal SDK's native part keeps handles of its own.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    await withTemporal((bench) =>
      bench.withWorker((activities) => activities, async () => {
        const calm = (i: number) => 60 + Math.sin(i / 7) / 2;

        await t.step("one reading of tomorrow does not blind its sensor until then", async () => {
          const nowMs = Date.now();
          await send(bench, "s", seconds(900, nowMs - 200_000, calm));
          const ahead = await send(bench, "s", [{ time: nowMs + 20 * HOUR_MS, value: 60 }]);
          assert.deepEqual([ahead.stored, ahead.late], [1, 0]);
          const fault = await send(bench, "s", seconds(100, nowMs, (i) => 500 + Math.sin(i)));
          assert.deepEqual([fault.stored, fault.late, fault.alertsOpened], [100, 0, 1]);
          assert.ok(await watermarkOf(bench, "s") <= fault.receivedAt);
        });

        await t.step("it is judged in its place with the first batch that is received behind it", async () => {
          const nowMs = Date.now();
          await send(bench, "judged", seconds(900, nowMs - 200_000, calm));
          const aheadMs = nowMs + 1_500;
          const ahead = await send(bench, "judged", [{ time: aheadMs, value: 500 }, { time: aheadMs - 1, value: 500 }]);
          assert.deepEqual([ahead.stored, ahead.alertsOpened], [2, 0]);
          assert.ok(await watermarkOf(bench, "judged") < aheadMs - 1);
          await until("its time to come", () => Date.now() > aheadMs + 100 || undefined);
          const next = await send(bench, "judged", [{ time: aheadMs + 50, value: 60 }]);
          assert.deepEqual([next.late, next.alertsOpened], [0, 1]);
          assert.equal(await watermarkOf(bench, "judged"), aheadMs + 50);
        });

        await t.step(
          "a sensor whose first reading is ahead, or that has a reorder window, loses none either",
          async () => {
            await registerSensor(bench.scope, { key: "window", reorderWindowMs: 100 });
            for (const key of ["first", "window"]) {
              const startMs = Date.now() + 800;
              await send(bench, key, [{ time: startMs, value: 60 }]);
              for (const stepMs of [400, 800]) {
                await until("its time to come", () => Date.now() > startMs + stepMs || undefined);
                const batch = await send(bench, key, [{ time: startMs + stepMs, value: 60 }]);
                assert.equal(batch.late, 0);
              }
              const [{ id }] = await bench.scope.store.sensors.byKeys(bench.scope.tenant.id, [key]);
              const [{ state }] = await bench.scope.store.sensors.progress(bench.scope.tenant.id, [id]);
              assert.equal(JSON.parse(state).readings, key === "first" ? 3 : 2);
            }
          },
        );
      })
    );
  },
});
