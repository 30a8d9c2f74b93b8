/** What the store alone can take: batches of 5,000 readings inserted one after the other, as the pipeline does it. */
import type { BatchId } from "../../src/domain/intake/batch.ts";
import type { SensorId } from "../../src/domain/plant/sensor.ts";
import { createStore } from "../../src/timescale/store.ts";
import { ENGINES, withMigrated } from "../fixtures/engines.ts";

const READINGS = 5_000;
const SENSORS = 100;
const BATCHES = 40;

/** Readings a second, of the embedded store or of the server that DATABASE_URL names. */
export async function rawInsertRate(databaseUrl: string | undefined): Promise<number> {
  let rate = 0;
  await withMigrated(databaseUrl === undefined ? ENGINES[0] : ENGINES[1], async ({ sql }) => {
    const store = createStore(sql);
    const tenant = (await store.tenants.byKey("default"))!;
    const perSensor = READINGS / SENSORS;
    const add = (batch: number) =>
      store.readings.add(tenant.id, batch as BatchId, {
        sensorIds: Array.from({ length: SENSORS }, (_, i) => i as SensorId),
        offsets: Array.from({ length: SENSORS + 1 }, (_, i) => i * perSensor),
        ts: Float64Array.from({ length: READINGS }, (_, i) =>
          Date.UTC(2024, 0, 1) + (batch * perSensor + i % perSensor) * 1_000),
        value: Float64Array.from({ length: READINGS }, (_, i) =>
          Math.round(1_000 * Math.sin(i)) / 1_000),
        status: new Uint32Array(READINGS),
        index: Int32Array.from({ length: READINGS }, (_, i) => i),
      });
    for (let batch = 0; batch < 5; batch++) await add(batch);
    const beganMs = performance.now();
    for (let batch = 5; batch < 5 + BATCHES; batch++) await add(batch);
    rate = BATCHES * READINGS / (performance.now() - beganMs) * 1_000;
  });
  return rate;
}
