/** What is asked all the time reads as much on the thousandth day as on the first. */
import assert from "node:assert/strict";
import type { AlertId } from "../../src/domain/alerting/alert.ts";
import type { BatchId, SourceId } from "../../src/domain/intake/batch.ts";
import type { SensorId } from "../../src/domain/plant/sensor.ts";
import { createStore } from "../../src/timescale/store.ts";
import { ENGINES, withMigrated } from "../fixtures/engines.ts";
import { explained, type Looked } from "../fixtures/explained.ts";
import { fill } from "../fixtures/filled.ts";

const FILLING = { batches: 20_000, events: 20_000, alerts: 10_000, sensors: 200 };
/** A page, and what a plan may read besides. */
const ROWS_MAX = 1_000;
const LIMIT = 51;

for (const engine of ENGINES) {
  Deno.test(`the ${engine.name} store looks no further than it has to, however much it holds`, async () => {
    await withMigrated(engine, async ({ sql }) => {
      await fill(sql, FILLING);
      const looks: Looked[] = [];
      const store = createStore(explained(sql, (looked) => looks.push(looked)));
      const tenant = (await store.tenants.byKey("default"))!;
      const [{ batchId, sourceId, sensorId, alertId }] = await sql<
        { batchId: BatchId; sourceId: SourceId; sensorId: SensorId; alertId: AlertId }[]
      >`SELECT (SELECT max(id) FROM batch) AS "batchId", (SELECT min(id) FROM source) AS "sourceId",
          (SELECT min(id) FROM sensor) AS "sensorId", (SELECT max(id) FROM alert) AS "alertId"`;
      const asked: Record<string, () => Promise<unknown>> = {
        "the first page of alerts": () => store.alerts.page(tenant.id, { limit: LIMIT }),
        "alerts of a sensor": () =>
          store.alerts.page(tenant.id, { limit: LIMIT, subjects: { sensorIds: [sensorId], assetIds: [] } }),
        "alerts of a sensor that has none": () =>
          store.alerts.page(tenant.id, { limit: LIMIT, subjects: { sensorIds: [0 as SensorId], assetIds: [] } }),
        "alerts of a batch": () => store.alerts.page(tenant.id, { limit: 1_000, batchId }),
        "an alert and its proofs": () =>
          Promise.all([store.alerts.byIds(tenant.id, [alertId]), store.alerts.proofs(tenant.id, [alertId])]),
        "the first page of batches": () => store.batches.page(tenant.id, { limit: LIMIT }),
        "a page far back": () => store.batches.page(tenant.id, { limit: LIMIT, before: 100 }),
        "batches that have failed": () => store.batches.page(tenant.id, { limit: LIMIT, state: "failed" }),
        "batches that have failed, of a source": () =>
          store.batches.page(tenant.id, { limit: LIMIT, state: "failed", source: "filled-0" }),
        "batches that are accepted": () => store.batches.page(tenant.id, { limit: LIMIT, state: "accepted" }),
        "batches that are enriched, of which there are none": () =>
          store.batches.page(tenant.id, { limit: LIMIT, state: "enriched" }),
        "batches that are processed": () => store.batches.page(tenant.id, { limit: LIMIT, state: "processed" }),
        "a batch with its payload and its stages": () =>
          Promise.all([
            store.batches.landed(tenant.id, batchId),
            store.batches.stageResult(tenant.id, batchId, "detect"),
          ]),
        "how many are unfinished": () => store.batches.unfinished(tenant.id),
        "the backlog": () => store.batches.backlog(),
        "what the sweeper takes": () => store.batches.unfinishedInTurns({ olderThanMs: 0, limit: 1_000 }),
        "the queue of a source": () => store.sources.queue(tenant.id, sourceId, 32),
        "whether a source is ready": () => store.sources.ready(tenant.id, sourceId),
        "the quarantine of a batch": () => store.quarantine.ofBatches(tenant.id, [batchId], { limit: 100 }),
        "the first page of sensors": () => store.sensors.page(tenant.id, { limit: LIMIT }),
        "the first page of assets": () => store.assets.page(tenant.id, { limit: LIMIT }),
        "events about alerts, the last of which is long past": () => store.events.alertsAfter(tenant.id, 100, 100),
        "events about alerts from the beginning": () => store.events.alertsAfter(tenant.id, 0, 100),
        "what has gone of them": () => store.events.alertsGoneTo(tenant.id),
        "the last event": () => store.events.lastSeq(tenant.id),
        "the first page of runs": () => store.reprocessing.page(tenant.id, { limit: LIMIT }),
        "runs under way": () => store.reprocessing.countRunning(tenant.id),
      };
      const far: string[] = [];
      for (const [what, ask] of Object.entries(asked)) {
        looks.length = 0;
        await ask();
        for (const { rows, scanned, statement } of looks) {
          const large = scanned.filter((table) => ["batch", "alert", "event", "quarantined_reading"].includes(table));
          if (rows > ROWS_MAX || large.length > 0) far.push(`${what}: ${rows} rows, scans ${large}: ${statement}`);
        }
      }
      assert.deepEqual(far, []);
    });
  });
}
