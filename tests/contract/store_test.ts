/** What every store has to keep, on each engine. */
import assert from "node:assert/strict";
import {
  BATCH_CHANGES,
  BATCH_STATES,
  BATCH_TRANSITIONS,
  type BatchChange,
  type BatchId,
  type BatchState,
  type Stage,
} from "../../src/domain/intake/batch.ts";
import type { Evidence } from "../../src/domain/detection/episode.ts";
import type { SensorId } from "../../src/domain/plant/sensor.ts";
import type { TenantId } from "../../src/domain/access/tenant.ts";
import type { Accepted } from "../../src/domain/intake/verdict.ts";
import type { Store } from "../../src/ports/store.ts";
import { createStore } from "../../src/timescale/store.ts";
import { ENGINES, withMigrated } from "../fixtures/engines.ts";

const T0 = Date.UTC(2024, 0, 1);
const EVIDENCE: Evidence = {
  ts: T0,
  value: 1,
  score: 0.5,
  threshold: 0.3,
  contributions: [{ detector: "d", score: 0.5, facts: { a: 1 } }],
  missing: ["m"],
};

async function newSensor(store: Store, tenantId: TenantId, key: string): Promise<SensorId> {
  await store.sensors.addUnregistered(tenantId, [{ key, unit: undefined }]);
  return (await store.sensors.byKeys(tenantId, [key]))[0].id;
}

async function newBatch(store: Store, tenantId: TenantId, idempotencyKey: string, source = "s"): Promise<BatchId> {
  const landing = { source, idempotencyKey, contentHash: "h", payload: "{}", readings: 1 };
  return (await store.batches.accept(tenantId, landing)).batch.id;
}

function rows(sensorId: SensorId, values: readonly number[], fromMs = T0): Accepted {
  return {
    sensorIds: [sensorId],
    offsets: [0, values.length],
    ts: Float64Array.from(values, (_, i) => fromMs + i * 1_000),
    value: Float64Array.from(values),
    status: new Uint32Array(values.length),
    index: Int32Array.from(values, (_, i) => i),
  };
}

for (const engine of ENGINES) {
  Deno.test(`the ${engine.name} store keeps its contract`, async (t) => {
    await withMigrated(engine, async ({ sql }) => {
      const store = createStore(sql);
      const tenant = (await store.tenants.byKey("default"))!;
      const other =
        (await sql<{ id: TenantId }[]>`INSERT INTO tenant (key, name) VALUES ('other', 'Other') RETURNING id`)[0].id;

      await t.step(
        "a landing row takes the next position of its source, and the same key answers the first row",
        async () => {
          const landing = {
            source: "a",
            idempotencyKey: "k",
            contentHash: "h1",
            payload: `{"x":"\\u0000"}`,
            readings: 3,
          };
          const first = await store.batches.accept(tenant.id, landing);
          const again = await store.batches.accept(tenant.id, { ...landing, contentHash: "h2" });
          assert.deepEqual([first.created, again.created, again.contentHash], [true, false, "h1"]);
          assert.equal(again.batch.id, first.batch.id);
          const next = await store.batches.accept(tenant.id, { ...landing, idempotencyKey: "k2" });
          assert.ok(next.batch.position > first.batch.position);
          assert.equal((await store.batches.landed(tenant.id, first.batch.id))!.payload, landing.payload);
          const another = await store.batches.accept(tenant.id, { ...landing, source: "another" });
          assert.equal(another.created, true, "sources do not know each other's keys");
          const elsewhere = await store.batches.accept(other, landing);
          assert.equal(elsewhere.created, true);
        },
      );

      await t.step("one key accepted 20 times at once is one row", async () => {
        const landing = { source: "race", idempotencyKey: "race", contentHash: "h", payload: "{}", readings: 1 };
        const answers = await Promise.all(Array.from({ length: 20 }, () => store.batches.accept(tenant.id, landing)));
        assert.equal(answers.filter(({ created }) => created).length, 1);
        assert.equal(new Set(answers.map(({ batch }) => batch.id)).size, 1);
      });

      await t.step("a stage counts once, and a repeat gets the stored result", async () => {
        const batchId = await newBatch(store, tenant.id, "stages");
        const pass = (stage: Stage, result: string, counts = {}) =>
          store.batches.passStage(tenant.id, batchId, { stage, result, counts });
        assert.deepEqual(await pass("ingest", "one"), { kind: "passed" });
        assert.deepEqual(await pass("ingest", "two"), { kind: "repeated", result: "one" });
        assert.deepEqual(await pass("enrich", "too early"), { kind: "refused", state: "ingested" });
        assert.equal(await store.batches.stageResult(tenant.id, batchId, "ingest"), "one");
        assert.equal(await store.batches.stageResult(tenant.id, batchId, "enrich"), undefined);
        await pass("validate", "", { quarantined: 2, duplicates: 1 });
        await pass("enrich", "");
        const counts = { stored: 5, quarantined: 3, late: 2, alertsOpened: 1 };
        assert.deepEqual(await pass("detect", "", counts), { kind: "passed" });
        const [batch] = await store.batches.byIds(tenant.id, [batchId]);
        const { state, finishedAt, ...rest } = batch;
        assert.equal(state, "processed");
        assert.ok(finishedAt !== undefined);
        assert.deepEqual({ ...rest, ...counts, duplicates: 1 }, rest);
      });

      await t.step("a stage that is passed twenty times at once counts once", async () => {
        const batchId = await newBatch(store, tenant.id, "stage race");
        const passings = await Promise.all(
          Array.from(
            { length: 20 },
            (_, i) => store.batches.passStage(tenant.id, batchId, { stage: "ingest", result: `${i}`, counts: {} }),
          ),
        );
        assert.equal(passings.filter(({ kind }) => kind === "passed").length, 1);
      });

      await t.step("a batch changes as the table of transitions says, and not otherwise", async () => {
        const reach: Record<BatchState, BatchChange[]> = {
          accepted: [],
          ingested: ["ingest"],
          validated: ["ingest", "validate"],
          enriched: ["ingest", "validate", "enrich"],
          processed: ["ingest", "validate", "enrich", "detect"],
          failed: ["fail"],
        };
        const apply = async (id: BatchId, change: BatchChange): Promise<boolean> => {
          if (change === "fail") return await store.batches.fail(tenant.id, id, "r");
          if (change === "retry") return (await store.batches.retry(tenant.id, [id])).length === 1;
          const passing = await store.batches.passStage(tenant.id, id, { stage: change, result: "", counts: {} });
          return passing.kind === "passed";
        };
        for (const from of Object.keys(BATCH_STATES) as BatchState[]) {
          for (const change of BATCH_CHANGES) {
            const id = await newBatch(store, tenant.id, `${from} ${change}`, "transitions");
            for (const step of reach[from]) assert.ok(await apply(id, step));
            const expected = BATCH_TRANSITIONS[from][change];
            assert.equal(await apply(id, change), expected !== undefined, `${from} ${change}`);
            assert.equal((await store.batches.byIds(tenant.id, [id]))[0].state, expected ?? from, `${from} ${change}`);
          }
        }
      });

      await t.step("a stage that comes after its batch has failed leaves nothing, and does not revive it", async () => {
        const batchId = await newBatch(store, tenant.id, "late stage");
        await store.batches.fail(tenant.id, batchId, "poison");
        const passing = await store.batches.passStage(tenant.id, batchId, { stage: "ingest", result: "", counts: {} });
        assert.deepEqual(passing, { kind: "refused", state: "failed" });
        assert.equal(await store.batches.stageResult(tenant.id, batchId, "ingest"), undefined);
        const [batch] = await store.batches.byIds(tenant.id, [batchId]);
        assert.deepEqual([batch.state, batch.failure], ["failed", "poison"]);
      });

      await t.step("a transaction that throws leaves nothing", async () => {
        const batchId = await newBatch(store, tenant.id, "rollback");
        const end = { stage: "ingest", result: "", counts: {} } as const;
        await assert.rejects(store.transaction(async (tx) => {
          await tx.batches.passStage(tenant.id, batchId, end);
          throw new Error("no");
        }));
        assert.equal((await store.batches.passStage(tenant.id, batchId, end)).kind, "passed");
      });

      await t.step("the queue of a source is in the order of acceptance, and says what is ready", async () => {
        const ids: BatchId[] = [];
        for (const key of ["q1", "q2", "q3"]) ids.push(await newBatch(store, tenant.id, key, "queue"));
        const sourceId = (await store.sources.byKey(tenant.id, "queue"))!;
        const queue = async () => (await store.sources.queue(tenant.id, sourceId, 10)).map(({ id }) => id);
        const enrich = async (id: BatchId) => {
          for (const stage of ["ingest", "validate", "enrich"] as const) {
            await store.batches.passStage(tenant.id, id, { stage, result: "", counts: {} });
          }
        };
        assert.deepEqual(await queue(), ids);
        await enrich(ids[1]);
        assert.equal(await store.sources.ready(tenant.id, sourceId), undefined);
        await store.batches.fail(tenant.id, ids[0], "poison");
        assert.deepEqual(await queue(), ids.slice(1));
        assert.equal(await store.sources.ready(tenant.id, sourceId), ids[1]);
        await store.sources.await(tenant.id, ids[2]);
        const waiting = await store.sources.queue(tenant.id, sourceId, 10);
        assert.deepEqual(waiting.map(({ awaited }) => awaited), [false, true]);
        const [retried] = await store.batches.retry(tenant.id, [ids[0]]);
        assert.deepEqual([retried.state, retried.failure, retried.faults], ["accepted", undefined, 0]);
        assert.deepEqual(await queue(), [ids[1], ids[2], ids[0]]);
        assert.deepEqual(await store.sources.queue(other, sourceId, 10), []);
      });

      await t.step("one transaction at a time has the right to fold a source", async () => {
        const sourceId = (await store.sources.byKey(tenant.id, "queue"))!;
        const elsewhere = await engine.second?.(sql);
        await store.transaction(async (tx) => {
          assert.equal(await tx.sources.tryLock(sourceId), true);
          if (elsewhere === undefined) return;
          assert.equal(await createStore(elsewhere.sql).sources.tryLock(sourceId), false);
        });
        await elsewhere?.close();
        assert.equal(await store.transaction((tx) => tx.sources.tryLock(sourceId)), true);
      });

      await t.step("faults of a batch are counted", async () => {
        const batchId = await newBatch(store, tenant.id, "faults");
        await store.batches.addFault(tenant.id, batchId);
        assert.equal(await store.batches.addFault(tenant.id, batchId), 2);
      });

      await t.step("what is unfinished is found in turns over the sources, with its age", async () => {
        const ids: BatchId[] = [];
        for (const [key, source] of [["t1", "long"], ["t2", "long"], ["t3", "long"], ["t4", "short"]]) {
          ids.push(await newBatch(store, tenant.id, key, source));
        }
        const found = await store.batches.unfinishedInTurns({ olderThanMs: -60_000, limit: 1_000 });
        const own = found.filter(({ id }) => ids.includes(id));
        assert.deepEqual(own.map(({ source }) => source), ["long", "short", "long", "long"]);
        assert.deepEqual(own[0], {
          tenantKey: "default",
          tenantId: tenant.id,
          id: ids[0],
          source: "long",
          readings: 1,
        });
        assert.equal((await store.batches.unfinishedInTurns({ olderThanMs: 60_000, limit: 1_000 })).length, 0);
        const { unfinished, oldest } = await store.batches.backlog();
        assert.ok(unfinished >= 4 && oldest!.ageMs >= 0 && oldest!.ageMs < 60_000);
      });

      await t.step("readings are stored once; those that were there come back with the stored value", async () => {
        const [batchId, sensorId] = [await newBatch(store, tenant.id, "r1"), await newSensor(store, tenant.id, "r")];
        assert.deepEqual(await store.readings.add(tenant.id, batchId, rows(sensorId, [1, 2.5, -0.125, 1e-300])), []);
        const later = await newBatch(store, tenant.id, "r2");
        const known = await store.readings.add(tenant.id, later, rows(sensorId, [9, 2.5, 7], T0 + 2_000));
        assert.deepEqual(known.map((one) => ({ ...one })), [{ row: 0, storedValue: -0.125 }, {
          row: 1,
          storedValue: 1e-300,
        }]);
        const series = await store.readings.series(tenant.id, sensorId, { from: T0, to: T0 + 60_000, limit: 100 });
        assert.deepEqual([...series.value], [1, 2.5, -0.125, 1e-300, 7]);
        assert.deepEqual([...series.ts], [0, 1, 2, 3, 4].map((i) => T0 + i * 1_000));
        assert.equal(
          (await store.readings.series(other, sensorId, { from: T0, to: T0 + 60_000, limit: 100 })).ts.length,
          0,
        );
      });

      await t.step("microseconds and status codes survive", async () => {
        const [batchId, sensorId] = [await newBatch(store, tenant.id, "ms"), await newSensor(store, tenant.id, "ms")];
        const one = { ...rows(sensorId, [1], 1_700_000_000_123.456), status: Uint32Array.of(0x40000000) };
        await store.readings.add(tenant.id, batchId, one);
        const series = await store.readings.series(tenant.id, sensorId, { from: 0, to: 2e12, limit: 10 });
        assert.deepEqual([series.ts[0], series.status[0]], [1_700_000_000_123.456, 0x40000000]);
      });

      await t.step("buckets count, and know least, greatest and mean", async () => {
        const [batchId, sensorId] = [await newBatch(store, tenant.id, "b"), await newSensor(store, tenant.id, "b")];
        await store.readings.add(tenant.id, batchId, rows(sensorId, [1, 3, 5, 7]));
        const buckets = await store.readings.buckets(tenant.id, sensorId, {
          from: T0,
          to: T0 + 10_000,
          resolutionMs: 2_000,
          limit: 10,
        });
        assert.deepEqual(buckets.map((one) => ({ ...one })), [
          { ts: T0, count: 2, min: 1, max: 3, mean: 2, widthMs: 2_000, status: undefined },
          { ts: T0 + 2_000, count: 2, min: 5, max: 7, mean: 6, widthMs: 2_000, status: undefined },
        ]);
      });

      await t.step(
        "a state is read again only when its revision is not the known one, and what is late adds up",
        async () => {
          const sensorId = await newSensor(store, tenant.id, "st");
          const [fresh] = await store.detectorStates.lock(tenant.id, [{ id: sensorId, revision: -1 }]);
          assert.deepEqual([fresh.state, fresh.revision, fresh.watermark], ["", 0, undefined]);
          const [judged] = await store.detectorStates.sensors(tenant.id, [sensorId]);
          assert.deepEqual([judged.criticality, judged.quantity, judged.assetId], ["B", "generic", undefined]);
          const state = JSON.stringify({ text: 'with "quotes", {braces} and ünïcode' });
          const saved = { sensorId, state, watermark: T0, late: 2, lateFrom: T0 - 5_000, lateTo: T0 - 1_000 };
          await store.detectorStates.save(tenant.id, [saved]);
          await store.detectorStates.save(tenant.id, [{ ...saved, late: 1, lateFrom: T0 - 9_000, lateTo: T0 - 9_000 }]);
          const [unknown] = await store.detectorStates.lock(tenant.id, [{ id: sensorId, revision: 1 }]);
          assert.deepEqual([unknown.state, unknown.revision, unknown.watermark], [state, 2, T0]);
          const [known] = await store.detectorStates.lock(tenant.id, [{ id: sensorId, revision: 2 }]);
          assert.equal(known.state, undefined);
          const [progress] = await store.sensors.progress(tenant.id, [sensorId]);
          assert.deepEqual([progress.watermark, progress.late, progress.lateFrom, progress.lateTo], [
            T0,
            3,
            T0 - 9_000,
            T0 - 1_000,
          ]);
        },
      );

      await t.step("an episode opens one alert, which can be raised and closed, once", async () => {
        const [batchId, sensorId] = [await newBatch(store, tenant.id, "al"), await newSensor(store, tenant.id, "al")];
        const key = { sensorId, kind: "anomaly", episodeStart: T0 };
        const facts = { openedAt: T0 + 1_000, severity: "LOW", score: 0.4, reason: "r", batchId } as const;
        const opened = (await store.alerts.open(tenant.id, key, facts))!;
        assert.equal(await store.alerts.open(tenant.id, key, facts), undefined);
        const raised = await store.alerts.raise(tenant.id, key, { severity: "HIGH", score: 0.6, reason: "worse" });
        assert.deepEqual([raised!.severity, raised!.score, raised!.reason], ["HIGH", 0.6, "worse"]);
        const closed = await store.alerts.close(tenant.id, key, { endedAt: T0 + 9_000, score: 0.9, reason: "worst" });
        assert.deepEqual(
          [closed!.state, closed!.endedAt, closed!.score, closed!.reason],
          ["returned_unacknowledged", T0 + 9_000, 0.9, "worst"],
        );
        assert.equal(await store.alerts.close(tenant.id, key, { endedAt: T0, score: 1, reason: "" }), undefined);
        await store.alerts.addProof(tenant.id, {
          alertId: opened.id,
          ts: T0,
          change: "opened",
          batchId,
          evidence: EVIDENCE,
        });
        assert.deepEqual((await store.alerts.proofs(tenant.id, [opened.id]))[0].evidence, EVIDENCE);
        const ofBatch = (await store.alerts.ofBatches(tenant.id, [batchId], { limit: 10 })).get(batchId)!;
        assert.deepEqual(ofBatch.map(({ id }) => id), [opened.id]);
        assert.deepEqual(await store.alerts.byIds(other, [opened.id]), []);
      });

      await t.step("the event log numbers without gaps, however many write at once", async () => {
        const before = await store.events.lastSeq(tenant.id);
        const event = (n: number) => ({
          type: n % 2 ? "alert.opened" : "batch.processed",
          batchId: undefined,
          alertId: undefined,
          body: `${n}`,
        });
        await Promise.all(
          Array.from(
            { length: 10 },
            (_, n) => store.transaction((tx) => tx.events.append(tenant.id, [event(n), event(n + 1)])),
          ),
        );
        assert.equal(await store.events.lastSeq(tenant.id), before + 20);
        const all = await store.events.after(tenant.id, before, { prefix: "", limit: 100 });
        assert.deepEqual(all.map(({ seq }) => seq), Array.from({ length: 20 }, (_, i) => before + i + 1));
        assert.ok(
          (await store.events.after(tenant.id, before, { prefix: "alert.", limit: 100 })).every(({ type }) =>
            type === "alert.opened"
          ),
        );
        assert.deepEqual(await store.events.after(other, 0, { prefix: "", limit: 100 }), []);
      });

      await t.step("quarantine keeps what was sent, once per place", async () => {
        const batchId = await newBatch(store, tenant.id, "q");
        const row = {
          index: 3,
          reason: "not_a_number",
          detail: "d",
          raw: `{"sensor":"\\u0000","value":"😀"}`,
        } as const;
        await store.quarantine.add(tenant.id, batchId, [row]);
        await store.quarantine.add(tenant.id, batchId, [row]);
        assert.deepEqual(
          (await store.quarantine.ofBatches(tenant.id, [batchId], { limit: 10 })).get(batchId)!.map((one) => ({
            ...one,
          })),
          [{ ...row, replayedBy: undefined, replayedAt: undefined }],
        );
        assert.deepEqual(await store.quarantine.indexes(tenant.id, batchId), [3]);
        assert.equal((await store.quarantine.ofBatches(other, [batchId], { limit: 10 })).size, 0);
      });

      await t.step("a reprocess run folds its sensors one by one, and knows which of its alerts are live", async () => {
        const [batchId, sensorId] = [await newBatch(store, tenant.id, "rp"), await newSensor(store, tenant.id, "rp")];
        const live = { sensorId, kind: "anomaly", episodeStart: T0 };
        await store.alerts.open(tenant.id, live, { openedAt: T0, severity: "LOW", score: 0.4, reason: "r", batchId });
        const id = await store.reprocessing.create(tenant.id, {
          subject: { sensorId },
          from: T0,
          to: T0 + 1,
          sensorIds: [sensorId],
          assetIds: [],
        });
        const cursor = await store.reprocessing.lockNext(tenant.id, id);
        assert.deepEqual([cursor!.sensorId, cursor!.state, cursor!.watermark], [sensorId, "", undefined]);
        const alert = {
          sensorId,
          kind: "anomaly",
          openedAt: T0,
          endedAt: undefined,
          severity: "LOW",
          score: 0.4,
          reason: "r",
          evidence: EVIDENCE,
        } as const;
        await store.reprocessing.saveAlert(tenant.id, id, { ...alert, episodeStart: T0 });
        await store.reprocessing.saveAlert(tenant.id, id, { ...alert, episodeStart: T0 + 5_000 });
        await store.reprocessing.changeAlert(tenant.id, id, {
          ...live,
          score: 0.7,
          reason: "worse",
          endedAt: T0 + 9_000,
          severity: "HIGH",
        });
        await store.reprocessing.saveCursor(tenant.id, id, {
          sensorId,
          state: "{}",
          watermark: T0,
          folded: 7,
          finished: true,
        });
        assert.equal(await store.reprocessing.lockNext(tenant.id, id), undefined);
        await store.reprocessing.end(tenant.id, id, { state: "finished", failure: undefined });
        const [run] = await store.reprocessing.byIds(tenant.id, [id]);
        assert.deepEqual([run.state, run.sensors, run.sensorsFinished, run.readings], ["finished", 1, 1, 7]);
        const found = (await store.reprocessing.alertsOf(tenant.id, [id], { limit: 10 })).get(id)!;
        assert.deepEqual(
          found.map(({ live, severity, score, reason, endedAt }) => [live, severity, score, reason, endedAt]),
          [
            [true, "HIGH", 0.7, "worse", T0 + 9_000],
            [false, "LOW", 0.4, "r", undefined],
          ],
        );
      });
    });
  });
}
