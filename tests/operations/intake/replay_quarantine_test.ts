/** Readings in quarantine are sent again: once, in bounds, by the laws of ingest, on either store. */
import assert from "node:assert/strict";
import type { Batch } from "../../../src/domain/intake/batch.ts";
import { detectAnomalies } from "../../../src/operations/detection/detect_anomalies.ts";
import { removeDue } from "../../../src/operations/history/remove_due.ts";
import { acceptBatch } from "../../../src/operations/intake/accept_batch.ts";
import { enrichReadings } from "../../../src/operations/intake/enrich_readings.ts";
import { ingestReadings } from "../../../src/operations/intake/ingest_readings.ts";
import { replayQuarantine } from "../../../src/operations/intake/replay_quarantine.ts";
import { validateReadings } from "../../../src/operations/intake/validate_readings.ts";
import { registerSensor } from "../../../src/operations/plant/register_sensor.ts";
import { retireSensor } from "../../../src/operations/plant/retire.ts";
import type { Scope } from "../../../src/operations/scope.ts";
import { ENGINES } from "../../fixtures/engines.ts";
import { type GatewayBench, withGateway } from "../../fixtures/gateway.ts";
import type { Answer } from "../../fixtures/graphql.ts";

const T0 = Date.UTC(2024, 0, 1);

interface Row {
  readonly sensor: unknown;
  readonly minute: number;
  readonly value: unknown;
  readonly unit?: string;
}

/** Readings as one batch that nobody works on yet. */
async function accepted(scope: Scope, source: string, rows: readonly Row[]): Promise<Batch> {
  const columns = {
    sensors: rows.map(({ sensor }) => sensor),
    units: rows.map(({ unit }) => unit ?? null),
    sensor: rows.map((_, i) => i),
    time: rows.map(({ minute }) => T0 + minute * 60_000),
    value: rows.map(({ value }) => value),
  };
  return (await acceptBatch(scope, { source, idempotencyKey: crypto.randomUUID(), columns })).batch;
}

/** Brings all that has been accepted to its end, in its order. */
async function work(scope: Scope): Promise<void> {
  const { store, tenant } = scope;
  const unfinished = (await store.batches.page(tenant.id, { limit: 1_000 })).filter(({ state }) =>
    state === "accepted"
  );
  for (const { id } of unfinished.reverse()) {
    await ingestReadings(scope, id);
    await validateReadings(scope, id);
    await enrichReadings(scope, id);
    await detectAnomalies(scope, id);
  }
}

async function sent(scope: Scope, source: string, rows: readonly Row[]): Promise<Batch> {
  const { id } = await accepted(scope, source, rows);
  await work(scope);
  return (await scope.store.batches.byIds(scope.tenant.id, [id]))[0];
}

async function now(scope: Scope, batches: readonly Batch[]): Promise<Batch[]> {
  await work(scope);
  const found = await scope.store.batches.byIds(scope.tenant.id, batches.map(({ id }) => id));
  for (const { readings, stored, corrected, quarantined, duplicates } of found) {
    assert.equal(stored + corrected + quarantined + duplicates, readings, "each reading has one end");
  }
  return found;
}

async function open(scope: Scope): Promise<Record<string, number>> {
  const counts = await scope.store.looks.quarantineCounts(scope.tenant.id, { sensorKey: undefined });
  return Object.fromEntries(counts.map(({ reason, count }) => [reason, count]));
}

async function valuesOf({ store, tenant }: Scope, key: string): Promise<number[]> {
  const [{ id }] = await store.sensors.byKeys(tenant.id, [key]);
  return [...(await store.readings.series(tenant.id, id, { from: 0, to: 2e12, limit: 100 })).value];
}

const NONE = { quantity: null, unit: null, rangeMin: null, rangeMax: null };
const PLAIN = { correction: false };

for (const engine of ENGINES) {
  Deno.test(`readings in quarantine are sent again, on the ${engine.name} store`, async (t) => {
    await withGateway(engine, async (bench) => {
      const { scope } = bench;
      const { store, tenant } = scope;

      await t.step("once their cause is gone they are stored, from their own source and in its order", async () => {
        await registerSensor(scope, { ...NONE, key: "oil", unit: "Cel", rangeMax: 100 });
        const first = await sent(scope, "line-1", [
          { sensor: "oil", minute: 0, value: 20 },
          { sensor: "oil", minute: 1, value: 150 },
          { sensor: "oil", minute: 2, value: 411, unit: "[degF]" },
          { sensor: "oil", minute: 3, value: 900 },
        ]);
        assert.deepEqual([first.stored, first.quarantined], [1, 3]);
        await registerSensor(scope, { ...NONE, key: "oil", unit: "Cel", rangeMax: 300 });
        const answer = await replayQuarantine(scope, { ...PLAIN, reason: "outside_physical_range" });
        assert.deepEqual([answer.replayed, answer.remaining, answer.conflicts], [3, 0, 0]);
        const [batch] = await now(scope, answer.batches);
        assert.deepEqual([batch.source, batch.stored, batch.quarantined], ["line-1", 2, 1]);
        assert.ok(batch.position > first.position);
        assert.deepEqual((await valuesOf(scope, "oil")).map(Math.round), [20, 150, 211]);
        assert.deepEqual(bench.observed.filter(({ kind }) => kind === "quarantine.replayed").length, 1);
      });

      await t.step("what is refused again is there once, with its new batch and reason", async () => {
        assert.deepEqual(await open(scope), { outside_physical_range: 1 });
        await sent(scope, "line-1", [{ sensor: "oil", minute: 10, value: 1, unit: "no such unit" }]);
        await retireSensor(scope, "oil");
        const { batches, replayed } = await replayQuarantine(scope, { ...PLAIN, sensorKey: "oil" });
        assert.equal(replayed, 2);
        const [batch] = await now(scope, batches);
        assert.deepEqual([batch.stored, batch.quarantined], [0, 2]);
        const kept = await store.quarantine.ofBatches(tenant.id, [batch.id], { limit: 10 });
        assert.deepEqual(kept.get(batch.id)!.map(({ reason, replayedBy }) => [reason, replayedBy]), [
          ["retired_sensor", undefined],
          ["retired_sensor", undefined],
        ]);
        assert.deepEqual(await open(scope), { retired_sensor: 2 });
        assert.equal((await store.quarantine.replayedFrom(tenant.id, [batch.id], 10)).get(batch.id)!.length, 2);
      });

      await t.step("who calls until nothing remains leaves out what was refused again meanwhile", async () => {
        const receivedBefore = Date.now() + 1;
        await bench.sql`UPDATE batch SET received_at = received_at - interval '1 hour' WHERE tenant_id = ${tenant.id}`;
        const input = { ...PLAIN, reason: "retired_sensor", receivedBefore: receivedBefore - 60_000 } as const;
        const first = await replayQuarantine(scope, input);
        await now(scope, first.batches);
        const second = await replayQuarantine(scope, input);
        assert.deepEqual([first.replayed, second.replayed, second.remaining], [2, 0, 0]);
        assert.deepEqual(await open(scope), { retired_sensor: 2 });
      });

      await t.step("two at once send each reading once", async () => {
        const rows = Array.from({ length: 200 }, (_, minute) => ({ sensor: "twice", minute, value: "n/a" }));
        const { id } = await sent(scope, "line-2", rows);
        const answers = await Promise.all([1, 2, 3].map(() => replayQuarantine(scope, { ...PLAIN, batchId: id })));
        assert.equal(answers.reduce((sum, { replayed }) => sum + replayed, 0), 200);
        const batches = await now(scope, answers.flatMap(({ batches }) => batches));
        assert.equal(batches.reduce((sum, { readings }) => sum + readings, 0), 200);
        assert.equal((await open(scope)).not_a_number, 200);
        assert.equal((await replayQuarantine(scope, { ...PLAIN, batchId: id })).replayed, 0);
      });

      await t.step("readings are named one by one: the answer tells what became of each", async () => {
        const place = (await store.looks.quarantine(tenant.id, {
          reason: "not_a_number",
          sensorKey: "twice",
          replayed: false,
          after: undefined,
          limit: 3,
        })).map(({ batchId, index }) => ({ batchId, index }));
        const first = await replayQuarantine(scope, { ...PLAIN, places: place.slice(0, 2) });
        assert.deepEqual([first.replayed, first.replayedBefore, first.missing, first.remaining], [2, 0, 0, 0]);
        const nowhere = { batchId: place[0].batchId, index: 99_999 };
        const again = await replayQuarantine(scope, { ...PLAIN, places: [...place, nowhere] });
        assert.deepEqual([again.replayed, again.replayedBefore, again.missing], [1, 2, 1]);
        await work(scope);
      });

      await t.step("conflicts are left where they are, and replaced by a correction", async () => {
        await sent(scope, "line-3", [{ sensor: "gauge", minute: 0, value: 1 }]);
        const other = await sent(scope, "line-4", [
          { sensor: "gauge", minute: 0, value: 2 },
          { sensor: "gauge", minute: 1, value: "n/a" },
        ]);
        const plain = await replayQuarantine(scope, { ...PLAIN, batchId: other.id });
        assert.deepEqual([plain.replayed, plain.conflicts, plain.remaining], [1, 1, 0]);
        await work(scope);
        assert.deepEqual(await valuesOf(scope, "gauge"), [1]);
        const { replayed, batches } = await replayQuarantine(scope, { correction: true, batchId: other.id });
        const [batch] = await now(scope, batches);
        assert.deepEqual([replayed, batch.corrected, batch.quarantined], [1, 1, 0]);
        assert.deepEqual(await valuesOf(scope, "gauge"), [2]);
        const [{ id }] = await store.sensors.byKeys(tenant.id, ["gauge"]);
        const revisions = await store.readings.revisions(tenant.id, id, { from: 0, to: 2e12, limit: 10 });
        assert.deepEqual(revisions.map(({ value, replacedBy }) => [value, replacedBy]), [[1, batch.id]]);
      });

      await t.step("text that no JSON of the store takes goes through as it was sent", async () => {
        const rows = ["\u0000", "\ud800", '"}', 7, null].map((sensor, minute) => ({ sensor, minute, value: minute }));
        const { id } = await sent(scope, "line-5", rows);
        assert.equal((await replayQuarantine(scope, { ...PLAIN, sensorKey: "gauge" })).replayed, 1);
        const { replayed, batches } = await replayQuarantine(scope, { ...PLAIN, batchId: id });
        const [batch] = await now(scope, batches);
        assert.equal(batch.stored + batch.quarantined, replayed);
        const raws = async (of: Batch["id"]) =>
          (await store.quarantine.ofBatches(tenant.id, [of], { limit: 10 })).get(of)!.map(({ raw }) => raw);
        assert.equal((await raws(batch.id)).length, batch.quarantined);
        for (const raw of await raws(batch.id)) assert.ok((await raws(id)).includes(raw), raw);
      });

      await t.step("readings of a sensor that nobody had let in bring it into being", async () => {
        const policy = (unknown_sensors: string) =>
          bench.sql`UPDATE tenant SET unknown_sensors = ${unknown_sensors} WHERE id = ${tenant.id}`;
        await policy("quarantine");
        await sent(scope, "line-8", [{ sensor: "stranger", minute: 0, value: 1 }]);
        assert.equal((await open(scope)).unknown_sensor, 1);
        await policy("register");
        const { batches } = await replayQuarantine(scope, { ...PLAIN, sensorKey: "stranger" });
        const [batch] = await now(scope, batches);
        assert.equal(batch.stored, 1);
        assert.deepEqual(await valuesOf(scope, "stranger"), [1]);
      });

      await t.step("what no request can mean is refused, and says where", async () => {
        const faults: [Parameters<typeof replayQuarantine>[1], string][] = [
          [{ correction: false }, "reason"],
          [{ correction: true }, "reason"],
          [{ correction: false, reason: "conflict_with_stored" }, "correction"],
          [{ correction: true, reason: "not_a_number" }, "correction"],
          [{ correction: false, places: [] }, "readings"],
          [{ correction: false, batchId: 999_999 as Batch["id"] }, "batch"],
        ];
        for (const [input, field] of faults) {
          await assert.rejects(replayQuarantine(scope, input), (error: Answer) => error.options.field === field);
        }
      });

      await t.step("a tenant reaches nothing of another", async () => {
        const [{ id: otherId }] = await bench.sql<{ id: Scope["tenant"]["id"] }[]>`
          INSERT INTO tenant (key, name) VALUES ('other', 'Other') RETURNING id`;
        const other = { ...scope, tenant: { id: otherId, key: "other" } };
        const theirs = await sent(other, "line-1", [{ sensor: "oil", minute: 0, value: "n/a" }]);
        const before = await open(scope);
        await assert.rejects(replayQuarantine(scope, { ...PLAIN, batchId: theirs.id }), /no such batch/);
        const places = [{ batchId: theirs.id, index: 0 }];
        const named = await replayQuarantine(scope, { ...PLAIN, places });
        assert.deepEqual([named.replayed, named.missing], [0, 1]);
        assert.equal((await replayQuarantine(other, { ...PLAIN, sensorKey: "oil" })).replayed, 1);
        assert.deepEqual(await open(scope), before);
        await work(other);
      });

      await t.step("a full queue refuses it, and nothing has gone", async () => {
        const before = await open(scope);
        const full = { ...scope, limits: { ...scope.limits, unfinishedBatchesMax: 0 } };
        const input = { ...PLAIN, reason: "not_a_number" } as const;
        await assert.rejects(replayQuarantine(full, input), (error: Answer) => error.kind === "unavailable");
        const early = { ...scope, takeReadings: () => ({ retryAfterMs: 1_000 }) };
        await assert.rejects(replayQuarantine(early, input), (error: Answer) => error.kind === "unavailable");
        assert.deepEqual(await open(scope), before);
      });

      await t.step("readings of a batch that is under way wait for its end", async () => {
        const { id } = await accepted(scope, "line-6", [{ sensor: "slow", minute: 0, value: "n/a" }]);
        await ingestReadings(scope, id);
        await validateReadings(scope, id);
        const places = [{ batchId: id, index: 0 }];
        const { replayed, missing } = await replayQuarantine(scope, { ...PLAIN, places });
        assert.deepEqual([replayed, missing], [0, 1]);
        await enrichReadings(scope, id);
        await detectAnomalies(scope, id);
        assert.equal((await replayQuarantine(scope, { ...PLAIN, places })).replayed, 1);
        await work(scope);
      });

      await t.step("what retention has removed is not there any more", async () => {
        const { id } = await sent(scope, "line-7", [{ sensor: "old", minute: 0, value: "n/a" }]);
        const page = { noun: "quarantine", beforeMs: Date.now() + 60_000, why: "" } as const;
        await removeDue(scope, page, { after: 0, remove: true, untilMs: Date.now() + 60_000, beat: () => {} });
        assert.deepEqual(await open(scope), {});
        const { replayed, missing } = await replayQuarantine(scope, { ...PLAIN, places: [{ batchId: id, index: 0 }] });
        assert.deepEqual([replayed, missing], [0, 1]);
      });

      await t.step("100,000 go in ten calls, each once (30,000 in the embedded store)", async () => {
        const many = engine.name === "native" ? 100_000 : 30_000;
        await manyInQuarantine(bench, many);
        const input = { ...PLAIN, reason: "in_the_future", receivedBefore: Date.now() + 60_000 } as const;
        let [calls, replayed, remaining] = [0, 0, 1];
        const started = performance.now();
        while (remaining > 0) {
          const answer = await replayQuarantine(scope, input);
          assert.ok(answer.replayed <= 10_000);
          [calls, replayed, remaining] = [calls + 1, replayed + answer.replayed, answer.remaining];
        }
        const seconds = (performance.now() - started) / 1_000;
        console.log(`${engine.name}: ${many} readings sent again in ${calls} calls, ${seconds.toFixed(1)} s`);
        assert.deepEqual([calls, replayed], [many / 10_000, many]);
        const [{ landed }] = await bench.sql<{ landed: number }[]>`
          SELECT sum(readings)::int AS landed FROM batch WHERE tenant_id = ${tenant.id} AND state = 'accepted'`;
        assert.equal(landed, many);
      });
    });
  });
}

/** Readings of 20 processed batches of five sources, as a clock that ran ahead has left them. */
async function manyInQuarantine({ sql, scope: { tenant } }: GatewayBench, many: number): Promise<void> {
  await sql`
    INSERT INTO source (tenant_id, key) SELECT ${tenant.id}, 'many-' || n FROM generate_series(1, 5) AS n`;
  await sql`
    INSERT INTO batch (tenant_id, source_id, position, idempotency_key, content_hash, readings, state, finished_at)
    SELECT ${tenant.id}, source.id, n, 'many ' || n, '', 5000, 'processed', now() FROM generate_series(1, 20) AS n
    JOIN source ON source.tenant_id = ${tenant.id} AND source.key = 'many-' || (1 + n % 5)`;
  await sql`
    INSERT INTO quarantined_reading (tenant_id, batch_id, index, reason, detail, raw)
    SELECT ${tenant.id}, batch.id, n, 'in_the_future', 'ahead',
      '{"sensor":"many-' || n % 100 || '","time":' || 1704067200000 + n * 1000 || ',"value":' || n || '}'
    FROM batch, generate_series(0, ${
    many / 20 - 1
  }::int) AS n WHERE tenant_id = ${tenant.id} AND idempotency_key LIKE 'many %'`;
}
