/**
 * Old readings give way to minutes and hours: nothing is lost and nothing counts twice, wherever it is interrupted, on
 * each engine.
 */
import assert from "node:assert/strict";
import type { TenantId } from "../../src/domain/access/tenant.ts";
import { WEEK_MS, weekOf } from "../../src/domain/history/retention.ts";
import type { SensorId } from "../../src/domain/plant/sensor.ts";
import { countThinning, type ThinningPlace, thinReadings } from "../../src/operations/history/thin_readings.ts";
import type { ReadingPoint } from "../../src/ports/plant/reading.ts";
import { type Store, StoreUnavailable } from "../../src/ports/store.ts";
import { createStore } from "../../src/timescale/store.ts";
import { ENGINES, withMigrated } from "../fixtures/engines.ts";
import { newSensors, newTenant, storeReadings, sumsOf } from "../fixtures/history.ts";

const HOUR_MS = 3_600_000;
/** A whole week. */
const W0 = weekOf(Date.UTC(2026, 0, 8));
const CLOCK = { nowMs: () => Date.now() };
const FOR_EVER = { untilMs: Infinity, beat: () => {} };

interface Target {
  readonly store: Store;
  readonly tenantId: TenantId;
}

function scopeOf({ store, tenantId }: Target) {
  return { store, tenant: { id: tenantId, key: "t" }, clock: CLOCK };
}

/** The store of a process that is killed right after its `calls`-th call about readings that go. */
function dying(store: Store, calls: number): Store {
  let left = calls;
  const counted = <Port extends object>(port: Port) =>
    Object.fromEntries(
      Object.entries(port).map(([name, call]) => [name, async (...args: unknown[]) => {
        const answer = await call(...args);
        if (--left === 0) throw new Error("killed");
        return answer;
      }]),
    ) as Port;
  const { transaction } = counted({ transaction: store.transaction });
  return { ...store, transaction, horizons: counted(store.horizons), thinning: counted(store.thinning) };
}

/** Every 20 s over `weeks` weeks would be many: three hours in each. */
function readingsOf(weeks: number): [number, number][] {
  return Array.from({ length: weeks }, (_, week) =>
    Array.from({ length: 540 }, (_, i): [number, number] => [
      W0 + week * WEEK_MS + 26 * HOUR_MS + i * 20_000,
      Math.round(1_000 * Math.sin(i / 40 + week)) / 8,
    ])).flat();
}

async function hoursOf({ store, tenantId }: Target, sensorId: SensorId, weeks: number): Promise<ReadingPoint[]> {
  const range = { from: W0, to: W0 + weeks * WEEK_MS, resolutionMs: HOUR_MS, limit: 10_000 };
  return await store.readings.buckets(tenantId, sensorId, range);
}

function assertSame(actual: readonly ReadingPoint[], expected: readonly ReadingPoint[], what: string): void {
  const exact = ({ ts, count, min, max }: ReadingPoint) => [ts, count, min, max];
  assert.deepEqual(actual.map(exact), expected.map(exact), what);
  for (const [i, { mean }] of actual.entries()) assert.ok(Math.abs(mean - expected[i].mean) < 1e-9, what);
}

for (const engine of ENGINES) {
  Deno.test(`thinning on the ${engine.name} store`, async (t) => {
    await withMigrated(engine, async ({ sql, edition }) => {
      const store = createStore(sql, { edition });
      const chunkCount = async () => (await store.thinning.chunks("reading", W0 + 100 * WEEK_MS)).length;

      await t.step("hours say the same before and after, and after every step at which it can be killed", async () => {
        const due = { readingBeforeMs: W0 + 2 * WEEK_MS, minuteBeforeMs: W0 + WEEK_MS };
        const rows = readingsOf(3).filter((_, i) => i % 18 === 0);
        let steps = 0;
        for (let killed = true; killed;) {
          // Most of the later ones look into empty hours: some of them will do.
          steps += steps < 12 ? 1 : 5;
          const target = { store, tenantId: await newTenant(sql, `killed ${steps}`) };
          const sensors = await newSensors(store, target.tenantId, ["a", "b"]);
          for (const sensorId of sensors) await storeReadings(store, { ...target, sensorId }, rows);
          const look = () => Promise.all(sensors.map((id) => hoursOf(target, id, 3)));
          const before = await look();
          const scope = { ...scopeOf(target), store: dying(store, steps) };
          killed = await thinReadings(scope, due, { ...FOR_EVER, place: undefined }).then(() => false, (error) => {
            assert.equal(error.message, "killed");
            return true;
          });
          assertSame((await look()).flat(), before.flat(), `killed after ${steps} steps`);
          await thinReadings(scopeOf(target), due, { ...FOR_EVER, place: undefined });
          assertSame((await look()).flat(), before.flat(), `killed after ${steps} steps, and gone on`);
          const { rolledUpBefore, hoursOnlyBefore } = await store.horizons.of(target.tenantId);
          assert.deepEqual([rolledUpBefore, hoursOnlyBefore], [W0 + 2 * WEEK_MS, W0 + WEEK_MS]);
        }
        assert.ok(steps > 15, `${steps} steps`);
        assert.equal(await chunkCount(), 1, "whole parts are dropped");
      });

      await t.step("a dry run tells what then goes", async () => {
        const target = { store, tenantId: await newTenant(sql, "whole") };
        const [sensorId] = await newSensors(store, target.tenantId, ["a"]);
        await storeReadings(store, { ...target, sensorId }, readingsOf(4));
        let due = { readingBeforeMs: W0 + 3 * WEEK_MS, minuteBeforeMs: W0 };
        for (const expected of [{ reading: 3 * 540, minute: 0 }, { reading: 0, minute: 180 }]) {
          const counted = await countThinning(scopeOf(target), due, FOR_EVER);
          const thinned = await thinReadings(scopeOf(target), due, { ...FOR_EVER, place: undefined });
          assert.deepEqual({ reading: counted.reading.rows, minute: counted.minute.rows }, expected);
          assert.deepEqual({ reading: thinned.reading.rows, minute: thinned.minute.rows }, expected);
          due = { ...due, minuteBeforeMs: W0 + WEEK_MS };
        }
      });

      await t.step(
        "points are hours, minutes and readings, each for its time, and all together what was stored",
        async () => {
          const tenantId = (await sql<{ id: TenantId }[]>`SELECT id FROM tenant WHERE key = 'whole'`)[0].id;
          const [sensor] = await store.sensors.byKeys(tenantId, ["a"]);
          const range = { from: W0, to: W0 + 4 * WEEK_MS, limit: 10_000 };
          const points = await store.readings.points(tenantId, sensor.id, range);
          const widths = Map.groupBy(points, ({ widthMs }) => widthMs);
          assert.deepEqual([widths.get(HOUR_MS)?.length, widths.get(60_000)?.length, widths.get(undefined)?.length], [
            3,
            360,
            540,
          ]);
          assert.deepEqual([...points].sort((a, b) => a.ts - b.ts), points);
          const stored = readingsOf(4).map(([ts, value]) => (
            { ts, count: 1, min: value, max: value, mean: value, widthMs: undefined, status: 0 }
          ));
          const [actual, expected] = [sumsOf(points), sumsOf(stored)];
          assert.deepEqual({ ...actual, sum: 0 }, { ...expected, sum: 0 });
          assert.ok(Math.abs(actual.sum - expected.sum) < 1e-6);
          assert.deepEqual((await store.readings.points(tenantId, sensor.id, { ...range, limit: 5 })).length, 5);
          const fine = await store.readings.buckets(tenantId, sensor.id, { ...range, resolutionMs: 30_000 });
          assert.deepEqual([...new Set(fine.map(({ widthMs }) => widthMs))], [HOUR_MS, 60_000, 30_000]);
        },
      );

      await t.step(
        "readings of a time that has gone are not read by the fold, even while they are still there",
        async () => {
          const tenantId = await newTenant(sql, "hidden");
          const [sensorId] = await newSensors(store, tenantId, ["a"]);
          await storeReadings(store, { tenantId, sensorId }, readingsOf(2));
          await store.transaction((tx) => tx.horizons.close(tenantId, W0 + WEEK_MS));
          await store.horizons.advance(tenantId, { rolledUpBefore: W0 + WEEK_MS, hoursOnlyBefore: W0 + WEEK_MS });
          const series = await store.readings.series(tenantId, sensorId, {
            from: W0,
            to: W0 + 2 * WEEK_MS,
            limit: 10_000,
          });
          assert.equal(series.ts.length, 540);
          assert.ok(series.ts[0] >= W0 + WEEK_MS);
        },
      );

      await t.step("what one tenant keeps stays where another's goes, row by row", async () => {
        const [keeps, goes] = [await newTenant(sql, "keeps"), await newTenant(sql, "goes")];
        const [kept] = await newSensors(store, keeps, ["a"]);
        const [gone] = await newSensors(store, goes, ["a"]);
        await storeReadings(store, { tenantId: keeps, sensorId: kept }, readingsOf(2));
        await storeReadings(store, { tenantId: goes, sensorId: gone }, readingsOf(2));
        const due = { readingBeforeMs: W0 + 2 * WEEK_MS, minuteBeforeMs: undefined };
        assert.equal(
          (await thinReadings(scopeOf({ store, tenantId: goes }), due, { ...FOR_EVER, place: undefined })).done,
          true,
        );
        const [rows] = await sql`SELECT count(*) FILTER (WHERE tenant_id = ${goes})::int AS goes,
          count(*) FILTER (WHERE tenant_id = ${keeps})::int AS keeps FROM reading`;
        assert.deepEqual({ ...rows }, { goes: 0, keeps: 1_080 });
        const points = await store.readings.points(goes, gone, { from: W0, to: W0 + 2 * WEEK_MS, limit: 10_000 });
        assert.deepEqual([points.length, sumsOf(points).count], [360, 1_080]);
      });

      await t.step("it goes on where its time was up, within a week too", async () => {
        const target = { store, tenantId: await newTenant(sql, "slow") };
        const sensors = await newSensors(store, target.tenantId, Array.from({ length: 25 }, (_, i) => `s${i}`));
        for (const sensorId of sensors) await storeReadings(store, { ...target, sensorId }, readingsOf(1));
        const due = { readingBeforeMs: W0 + WEEK_MS, minuteBeforeMs: undefined };
        const places: (ThinningPlace | undefined)[] = [];
        let rows = 0;
        for (let done = false, place: ThinningPlace | undefined; !done;) {
          const thinned = await thinReadings(scopeOf(target), due, { untilMs: -Infinity, beat: () => {}, place });
          ({ done, place } = thinned);
          rows += thinned.reading.rows;
          places.push(place);
          assert.ok(places.length < 100);
        }
        assert.ok(places.filter((place) => place !== undefined && weekOf(place.fromMs) === W0).length >= 1);
        assert.equal(rows, 25 * 540);
      });

      await t.step("a step begins with one sensor and some hours, however many readings a week holds", async () => {
        const target = { store, tenantId: await newTenant(sql, "fast") };
        const sensors = await newSensors(store, target.tenantId, ["a", "b", "c"]);
        for (const sensorId of sensors) await storeReadings(store, { ...target, sensorId }, readingsOf(1));
        const steps: { hours: number; limit: number; rows: number }[] = [];
        const thinning = {
          ...store.thinning,
          async rollUp(tenantId: TenantId, slice: Parameters<Store["thinning"]["rollUp"]>[1]) {
            const end = await store.thinning.rollUp(tenantId, slice);
            steps.push({ hours: (slice.to - slice.from) / HOUR_MS, limit: slice.limit, rows: end.rows });
            return end;
          },
        };
        const due = { readingBeforeMs: W0 + WEEK_MS, minuteBeforeMs: undefined };
        await thinReadings({ ...scopeOf(target), store: { ...store, thinning } }, due, {
          ...FOR_EVER,
          place: undefined,
        });
        assert.ok(steps.every(({ hours }) => hours === 6));
        // What finds nothing teaches nothing: the first step with readings is as small as the first of all.
        assert.equal(steps.find(({ rows }) => rows > 0)!.limit, 1);
        assert.equal(steps.reduce((sum, { rows }) => sum + rows, 0), 3 * 540);
      });

      await t.step("values that overflow any sum leave a range readable, rolled up or not", async () => {
        const target = { store, tenantId: await newTenant(sql, "large") };
        const sensors = await newSensors(store, target.tenantId, ["opposite", "largest", "tiny", "mixed"]);
        const values = [[1e200, -1e200], [1.7e308, 1.7e308, 1.7e308], [5e-324, 1e-200], [1e290, 1, -1e290]];
        for (const [i, sensorId] of sensors.entries()) {
          await storeReadings(store, { ...target, sensorId }, values[i].map((value, at) => [W0 + at * 1_000, value]));
        }
        const read = () => Promise.all(sensors.map((id) => hoursOf(target, id, 1)));
        const before = (await read()).flat();
        const expected = [0, 1.7e308, 5e-201, 1 / 3];
        for (const [i, { mean, count }] of before.entries()) {
          assert.equal(count, values[i].length);
          assert.ok(Math.abs(mean - expected[i]) <= 1e-9 * Math.abs(expected[i]), `${mean} for ${expected[i]}`);
        }
        const due = { readingBeforeMs: W0 + WEEK_MS, minuteBeforeMs: undefined };
        await thinReadings(scopeOf(target), due, { ...FOR_EVER, place: undefined });
        const exact = ({ ts, count, min, max }: ReadingPoint) => [ts, count, min, max];
        assert.deepEqual((await read()).flat().map(exact), before.map(exact));
        const [{ finite }] = await sql<{ finite: boolean }[]>`
          SELECT bool_and(squares >= 0 AND squares < 'Infinity' AND mean < 'Infinity') AS finite FROM reading_hour`;
        assert.ok(finite);
      });

      await t.step("a time is closed for good, whoever says less later", async () => {
        const tenantId = await newTenant(sql, "closed");
        for (const weeks of [2, 1]) {
          await store.transaction((tx) => tx.horizons.close(tenantId, W0 + weeks * WEEK_MS));
        }
        assert.equal(await store.transaction((tx) => tx.horizons.hold(tenantId)), W0 + 2 * WEEK_MS);
        assert.deepEqual(await store.horizons.of(tenantId), {
          closedBefore: W0 + 2 * WEEK_MS,
          rolledUpBefore: -Infinity,
          hoursOnlyBefore: -Infinity,
        });
      });

      await t.step("no time is closed under somebody who stores readings", async () => {
        const elsewhere = await engine.second?.(sql);
        if (elsewhere === undefined) return;
        const tenantId = await newTenant(sql, "busy");
        await store.transaction(async (tx) => {
          await tx.horizons.hold(tenantId);
          const closing = createStore(elsewhere.sql).transaction((other) => other.horizons.close(tenantId, W0));
          await assert.rejects(closing, StoreUnavailable);
        });
        await createStore(elsewhere.sql).transaction((other) => other.horizons.close(tenantId, W0));
        await elsewhere.close();
      });

      await t.step(
        "parts are compressed where the edition can, and read, thinned and dropped like others",
        async () => {
          const target = { store, tenantId: await newTenant(sql, "compressed") };
          const [sensorId] = await newSensors(store, target.tenantId, ["a"]);
          await storeReadings(store, { ...target, sensorId }, readingsOf(2));
          const before = await hoursOf(target, sensorId, 2);
          const parts = await store.upkeep.compressible(W0 + 2 * WEEK_MS);
          if (edition === "apache") return assert.deepEqual(parts, []);
          assert.ok(parts.length >= 2);
          for (const part of [...parts, parts[0]]) await store.upkeep.compress(part);
          assert.deepEqual(await store.upkeep.compressible(W0 + 2 * WEEK_MS), []);
          assertSame(await hoursOf(target, sensorId, 2), before, "compressed");
          await storeReadings(store, { ...target, sensorId }, [...readingsOf(2), [W0 + 30 * HOUR_MS, 7]]);
          assert.equal(sumsOf(await hoursOf(target, sensorId, 2)).count, 1_081, "known readings are known in it too");
          assert.ok((await store.upkeep.compressible(W0 + 2 * WEEK_MS)).length >= 1, "rows have come since");
          const due = { readingBeforeMs: W0 + 2 * WEEK_MS, minuteBeforeMs: undefined };
          await thinReadings(scopeOf(target), due, { ...FOR_EVER, place: undefined });
          assert.equal(sumsOf(await hoursOf(target, sensorId, 2)).count, 1_081);
        },
      );

      await t.step("the embedded store's tables are cleared of dead rows one by one", async () => {
        const tables = await store.upkeep.vacuumable("all");
        assert.equal(tables.includes("public.detector_state"), edition === "embedded");
        assert.equal(tables.includes("public.reading"), false);
        for (const table of tables) await store.upkeep.vacuum(table, { analyze: true });
        const rewritten = await store.upkeep.vacuumable("rewritten");
        assert.ok(rewritten.every((table) => tables.includes(table)));
        for (const table of rewritten) await store.upkeep.vacuum(table, { analyze: false });
      });
    });
  });
}
