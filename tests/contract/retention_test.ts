/** What goes by its time goes in pages, and nothing else does, on each engine. */
import assert from "node:assert/strict";
import type { TenantId } from "../../src/domain/access/tenant.ts";
import { type BatchId, type Stage, STAGES } from "../../src/domain/intake/batch.ts";
import type { AlertId } from "../../src/domain/alerting/alert.ts";
import type { Due } from "../../src/domain/history/retention.ts";
import { removeDue } from "../../src/operations/history/remove_due.ts";
import type { RemovableNoun } from "../../src/ports/history/retention.ts";
import type { Store } from "../../src/ports/store.ts";
import { createStore } from "../../src/timescale/store.ts";
import { ENGINES, withMigrated } from "../fixtures/engines.ts";
import { newSensors, newTenant } from "../fixtures/history.ts";

const DAY_MS = 86_400_000;
const CLOCK = { nowMs: () => Date.now() };

interface Target {
  readonly store: Store;
  readonly tenantId: TenantId;
}

async function newBatch({ store, tenantId }: Target, upTo: Stage | "failed" | "accepted"): Promise<BatchId> {
  const landing = {
    source: "s",
    idempotencyKey: crypto.randomUUID(),
    contentHash: "h",
    payload: "0123456789",
    readings: 1,
  };
  const { id } = (await store.batches.accept(tenantId, landing)).batch;
  if (upTo === "accepted") return id;
  await store.quarantine.add(tenantId, id, [{ index: 0, reason: "not_a_number", detail: "d", raw: "{}" }]);
  for (const stage of STAGES) {
    await store.batches.passStage(tenantId, id, { stage, result: "{}", counts: {} });
    if (stage === upTo) return id;
    if (upTo === "failed") break;
  }
  await store.batches.fail(tenantId, id, "poison");
  return id;
}

/** Removes, or counts, all that ended or happened before now. */
async function go({ store, tenantId }: Target, noun: RemovableNoun, remove = true) {
  const due: Due & { noun: RemovableNoun } = { noun, beforeMs: Date.now() - DAY_MS, why: "" };
  const working = { after: 0, remove, untilMs: Infinity, beat: () => {} };
  const { rows, bytes, oldestMs, after } = await removeDue(
    { store, tenant: { id: tenantId, key: "t" }, clock: CLOCK },
    due,
    working,
  );
  assert.equal(after, undefined);
  return { rows, bytes, oldestMs };
}

for (const engine of ENGINES) {
  Deno.test(`retention on the ${engine.name} store`, async (t) => {
    await withMigrated(engine, async ({ sql, edition }) => {
      const store = createStore(sql, { edition });
      const tenantId = await newTenant(sql, "own");
      const other = { store, tenantId: await newTenant(sql, "other") };
      const target = { store, tenantId };
      const age = async (ids: readonly BatchId[]) =>
        void await sql`UPDATE batch SET received_at = now() - interval '3 days', finished_at = finished_at - interval '2 days'
          WHERE id = ANY (${`{${ids.join(",")}}`}::text::bigint[])`;

      await t.step("settings are kept per tenant, can be changed, and given back", async () => {
        await store.retention.set(tenantId, { noun: "ledger", keepMs: 5 * DAY_MS, by: "anna" });
        await store.retention.set(tenantId, { noun: "payload", keepMs: undefined, by: "anna" });
        await store.retention.set(tenantId, { noun: "ledger", keepMs: 6 * DAY_MS, by: "bert" });
        const settings = await store.retention.settings(tenantId);
        assert.deepEqual(settings.map(({ noun, keepMs, changedBy }) => [noun, keepMs, changedBy]), [
          ["ledger", 6 * DAY_MS, "bert"],
          ["payload", undefined, "anna"],
        ]);
        assert.ok(Math.abs(settings[0].changedAt - Date.now()) < 60_000);
        await sql`INSERT INTO retention_policy VALUES (${tenantId}, 'from tomorrow', 1, 'x')`;
        await store.retention.unset(tenantId, "ledger");
        assert.deepEqual((await store.retention.settings(tenantId)).map(({ noun }) => noun), ["payload"]);
        assert.deepEqual(await store.retention.settings(other.tenantId), []);
      });

      await t.step(
        "payloads, ledger and quarantine go with the end of their batch; unfinished and fresh ones stay",
        async () => {
          const [unfinished, old, failed] = [
            await newBatch(target, "enrich"),
            await newBatch(target, "detect"),
            await newBatch(target, "failed"),
          ];
          const more = await Promise.all(Array.from({ length: 30 }, () => newBatch(target, "detect")));
          const fresh = await newBatch(target, "detect");
          const foreign = await newBatch(other, "detect");
          await age([unfinished, old, failed, foreign, ...more]);
          const expected: [RemovableNoun, number][] = [
            ["payload", 31],
            ["failed_payload", 1],
            ["ledger", 31 * 4 + 1],
            ["quarantine", 32],
          ];
          for (const [noun, rows] of expected) {
            const counted = await go(target, noun, false);
            assert.deepEqual(await go(target, noun), counted, noun);
            assert.equal(counted.rows, rows, noun);
            assert.ok(counted.bytes > rows * 10 && counted.oldestMs! < Date.now() - DAY_MS, noun);
            assert.equal((await go(target, noun)).rows, 0, noun);
          }
          for (const [id, kept] of [[unfinished, true], [fresh, true], [old, false], [failed, false]] as const) {
            assert.equal((await store.batches.landed(tenantId, id))!.payload !== undefined, kept);
            assert.equal(await store.batches.stageResult(tenantId, id, "ingest") !== undefined, kept);
            assert.equal((await store.quarantine.indexes(tenantId, id)).length, kept ? 1 : 0);
          }
          assert.equal((await store.batches.landed(other.tenantId, foreign))!.payload, "0123456789");
          assert.deepEqual(await store.batches.retry(tenantId, [failed]), [], "nothing is left to be retried");
        },
      );

      await t.step(
        "events go from the oldest on, and whoever stands before one about an alert can be told",
        async () => {
          const about = (n: number) => ({
            type: n % 3 === 0 ? "alert.opened" : "batch.processed",
            batchId: undefined,
            alertId: n % 3 === 0 ? n as AlertId : undefined,
            body: `${n}`,
          });
          assert.equal(await store.events.alertsGoneTo(tenantId), 0);
          await store.events.append(tenantId, Array.from({ length: 12 }, (_, i) => about(i + 1)));
          assert.deepEqual((await store.events.alertsAfter(tenantId, 3, 2)).map(({ seq }) => seq), [6, 9]);
          assert.deepEqual(await store.events.alertsAfter(tenantId, 12, 2), []);
          await sql`UPDATE event SET at = now() - interval '2 days' WHERE tenant_id = ${tenantId} AND seq <= 8`;
          // One that is old behind one that is not stays: the log has no holes.
          await sql`UPDATE event SET at = now() - interval '2 days' WHERE tenant_id = ${tenantId} AND seq = 10`;
          const counted = await go(target, "event", false);
          assert.equal(await store.events.alertsGoneTo(tenantId), 0);
          assert.deepEqual(await go(target, "event"), counted);
          assert.equal(counted.rows, 8);
          assert.equal(await store.events.alertsGoneTo(tenantId), 6);
          assert.deepEqual((await store.events.after(tenantId, 0, { prefix: "", limit: 100 })).map(({ seq }) => seq), [
            9,
            10,
            11,
            12,
          ]);
          assert.equal(await store.events.lastSeq(tenantId), 12);
        },
      );

      await t.step("what was kept below the line goes once it is over, and came, long enough ago", async () => {
        const [sensorId] = await newSensors(store, tenantId, ["kept"]);
        const [old, fresh] = [await newBatch(target, "detect"), await newBatch(target, "detect")];
        await age([old]);
        const rarity = { value: 2, parts: [], onceInDays: 40 };
        const facts = { severity: "LOW", score: 0.3, reason: "r", rarity, line: 3 } as const;
        const keep = async (episodeStart: number, batchId: BatchId, endedAt?: number) => {
          const key = { sensorId, kind: "anomaly", episodeStart };
          await store.candidates.keep(tenantId, key, { ...facts, keptAt: episodeStart, batchId });
          if (endedAt !== undefined) await store.candidates.end(tenantId, key, { ...facts, endedAt });
        };
        const past = Date.now() - 5 * DAY_MS;
        for (let i = 0; i < 230; i++) await keep(past + i, old, past + 1_000);
        await keep(past + 500, old);
        await keep(past + 501, old, Date.now());
        await keep(past + 502, fresh, past + 1_000);
        const counted = await go(target, "candidate", false);
        assert.deepEqual(await go(target, "candidate"), counted);
        assert.deepEqual([counted.rows, counted.oldestMs], [230, past + 1_000]);
        assert.equal((await go(target, "candidate")).rows, 0);
        assert.equal((await go(other, "candidate")).rows, 0);
        const left = await store.candidates.rarest(tenantId, { limit: 10 });
        assert.deepEqual(left.map(({ episodeStart }) => episodeStart - past).sort(), [500, 501, 502]);
      });

      await t.step("a reprocess run goes with all that it found; one under way stays", async () => {
        const [sensorId] = await newSensors(store, tenantId, ["a"]);
        const run = { subject: { sensorId }, from: 0, to: 1, sensorIds: [sensorId], assetIds: [] };
        const create = () => store.transaction((tx) => tx.reprocessing.create(tenantId, run));
        const [old, running, fresh] = [await create(), await create(), await create()];
        for (const id of [old, running, fresh]) {
          const evidence = { ts: 0, value: 1, score: 1, threshold: 0, contributions: [], missing: [] };
          const alert = {
            sensorId,
            kind: "anomaly",
            episodeStart: 0,
            openedAt: 0,
            endedAt: undefined,
            severity: "LOW",
          } as const;
          await store.reprocessing.saveAlert(tenantId, id, { ...alert, score: 1, reason: "r", evidence });
        }
        await store.reprocessing.end(tenantId, old, { state: "finished", failure: undefined });
        await store.reprocessing.end(tenantId, fresh, { state: "failed", failure: "x" });
        await sql`UPDATE reprocess_run SET finished_at = finished_at - interval '2 days' WHERE id = ${old}`;
        const counted = await go(target, "reprocessing", false);
        assert.deepEqual(await go(target, "reprocessing"), counted);
        assert.equal(counted.rows, 1);
        assert.deepEqual((await store.reprocessing.page(tenantId, { limit: 10 })).map(({ id }) => id), [
          fresh,
          running,
        ]);
        assert.equal((await store.reprocessing.alertsOf(tenantId, [running], { limit: 10 })).get(running)?.length, 1);
        const [{ left }] = await sql<
          { left: number }[]
        >`SELECT count(*)::int AS left FROM reprocess_alert WHERE run_id = ${old}`;
        assert.equal(left, 0);
      });

      await t.step("a run says from when on there were readings, the latest that it met", async () => {
        const [sensorId] = await newSensors(store, tenantId, ["a"]);
        const run = { subject: { sensorId }, from: 0, to: 1, sensorIds: [sensorId], assetIds: [] };
        const id = await store.transaction((tx) => tx.reprocessing.create(tenantId, run));
        assert.equal((await store.reprocessing.byIds(tenantId, [id]))[0].readingsFrom, undefined);
        for (const ms of [5_000, 9_000, 7_000]) await store.reprocessing.noteGone(tenantId, id, ms);
        assert.equal((await store.reprocessing.byIds(tenantId, [id]))[0].readingsFrom, 9_000);
      });
    });
  });
}
