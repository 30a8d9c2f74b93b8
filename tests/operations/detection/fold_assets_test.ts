/** Assets live, over the real store: the same rows, scores and alerts however their readings come. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { AssetState } from "../../../src/domain/detection/asset_state.ts";
import { seededRandom } from "../../../src/domain/detection/stats/random.ts";
import type { Asset } from "../../../src/domain/plant/asset.ts";
import type { Scope } from "../../../src/operations/scope.ts";
import { detectAnomalies } from "../../../src/operations/detection/detect_anomalies.ts";
import { foldAssets } from "../../../src/operations/detection/fold_assets.ts";
import { retireSensor } from "../../../src/operations/plant/retire.ts";
import { registerAsset } from "../../../src/operations/plant/register_asset.ts";
import { registerSensor } from "../../../src/operations/plant/register_sensor.ts";
import { ENGINES } from "../../fixtures/engines.ts";
import { prepare, reprocessAll, send, type SentReading, settleAssets } from "../../fixtures/folding.ts";
import { type GatewayBench, withGateway } from "../../fixtures/gateway.ts";

const T0 = Date.UTC(2024, 0, 1);
const SECOND = 1_000;
const ROWS = 520;
/** From this row on one sensor leaves its level. */
const FAULT = 450;

interface Plant {
  readonly asset: Asset;
  readonly sensors: readonly string[];
}

const broken = () => Promise.reject(new Error("the store breaks off"));

let plants = 0;

async function register(
  { scope }: GatewayBench,
  { sensors = 4, reorderWindowMs }: { sensors?: number; reorderWindowMs?: number } = {},
): Promise<Plant> {
  const key = `pump-${plants++}`;
  const asset = await registerAsset(scope, { key, reorderWindowMs });
  const keys = Array.from({ length: sensors }, (_, i) => `${key}/${i}`);
  for (const sensor of keys) await registerSensor(scope, { key: sensor, assetKey: key });
  return { asset, sensors: keys };
}

/** Sensors that move together about their levels; the third reports every other second only. */
function readingsOf({ sensors }: Plant, seed: number, rows = ROWS): SentReading[] {
  const random = seededRandom(seed);
  const draw = () => random() + random() + random() - 1.5;
  return Array.from({ length: rows }, (_, i) => {
    const shared = draw();
    return sensors.flatMap((sensor, j) => {
      const value = 10 * (j + 1) + shared + 0.3 * draw() + (j === 1 && i >= FAULT ? 6 : 0);
      return j === 2 && i % 2 === 1 ? [] : [{ sensor, ts: T0 + i * SECOND + 50 * j, value }];
    });
  }).flat();
}

interface Outcome {
  readonly state: AssetState;
  readonly scores: unknown;
  readonly alerts: unknown;
  readonly late: number;
}

async function outcomeOf({ scope: { store, tenant } }: GatewayBench, { asset }: Plant): Promise<Outcome> {
  const [{ state, late }] = await store.assetStates.progress(tenant.id, [asset.id]);
  const alerts = await store.alerts.page(tenant.id, { limit: 100, subjects: { sensorIds: [], assetIds: [asset.id] } });
  return {
    state: anonymous(state),
    scores: await store.assetStates.scores(tenant.id, asset.id, { from: T0, to: T0 + 1e9, limit: 10_000 }),
    alerts: alerts.map(({ kind, episodeStart, openedAt, endedAt, severity, score, reason }) => (
      { kind, episodeStart, openedAt, endedAt, severity, score, reason: reason.replaceAll(/pump-\d+/g, "pump") }
    )),
    late,
  };
}

/** Sensors have other ids and keys in each plant. */
function anonymous(text: string): AssetState {
  const state = JSON.parse(text.replaceAll(/pump-\d+/g, "pump")) as AssetState;
  return { ...state, sensors: state.sensors.map((_, i) => i) as unknown as AssetState["sensors"] };
}

/** Cuts readings into batches of random size, those of two sources each in their own order, and mixes the two. */
function deliver(readings: readonly SentReading[], { seed, sources }: { seed: number; sources: number }) {
  const random = seededRandom(seed);
  const sensors = [...new Set(readings.map(({ sensor }) => sensor))];
  const sourceOf = new Map(sensors.map((sensor) => [sensor, Math.floor(random() * sources)]));
  const queues = Array.from({ length: sources }, (_, source) => {
    const own = readings.filter(({ sensor }) => sourceOf.get(sensor) === source);
    const batches: SentReading[][] = [];
    for (let at = 0; at < own.length;) {
      const size = 1 + Math.floor(random() ** 3 * 600);
      batches.push(own.slice(at, at + size));
      at += size;
    }
    return batches;
  });
  const order: { source: string; batch: SentReading[] }[] = [];
  while (queues.some((queue) => queue.length > 0)) {
    const waiting = queues.map((queue, i) => ({ queue, i })).filter(({ queue }) => queue.length > 0);
    const { queue, i } = waiting[Math.floor(random() * waiting.length)];
    order.push({ source: `source-${i}`, batch: queue.shift()! });
  }
  return order;
}

for (const engine of ENGINES) {
  Deno.test(`assets live, on the ${engine.name} store`, async (t) => {
    await withGateway(engine, async (bench) => {
      const { scope } = bench;
      const { store, tenant } = scope;

      await t.step("live equals reprocessed, whatever the cuts, the sources, and how far one is behind", async () => {
        await fc.assert(
          fc.asyncProperty(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 3 }), async (seed, sources) => {
            const straight = await register(bench);
            await send(scope, "straight", readingsOf(straight, 7));
            const plant = await register(bench);
            for (const { source, batch } of deliver(readingsOf(plant, 7), { seed, sources })) {
              await send(scope, `${plant.asset.key}-${source}`, batch);
            }
            await settleAssets(scope);
            const outcome = await outcomeOf(bench, plant);
            assert.equal(outcome.late, 0);
            assert.ok((outcome.alerts as unknown[]).length > 0, "the fault was not found");
            assert.deepEqual(outcome, await outcomeOf(bench, straight));
            const run = await reprocessAll(scope, plant.asset.key, outcome.state.closedTo);
            const found = (await store.reprocessing.alertsOf(tenant.id, [run], { limit: 100 })).get(run) ?? [];
            const ofAsset = found.filter(({ assetId }) => assetId === plant.asset.id);
            assert.ok(ofAsset.every(({ live }) => live), "an alert is not the live one");
            assert.deepEqual(
              ofAsset.map(({ score, reason, openedAt }) => [score, reason.replaceAll(/pump-\d+/g, "pump"), openedAt]),
              (outcome.alerts as { score: number; reason: string; openedAt: number }[])
                .map(({ score, reason, openedAt }) => [score, reason, openedAt]),
            );
            const [{ state }] = await bench.sql<{ state: string }[]>`
              SELECT state FROM reprocess_asset WHERE run_id = ${run}`;
            assert.deepEqual(anonymous(state), outcome.state);
          }),
          { seed: 5, numRuns: engine.name === "embedded" ? 2 : 6, endOnFailure: true },
        );
      });

      await t.step("a sensor that never comes back holds its asset no longer than the reorder window", async () => {
        const plant = await register(bench, { reorderWindowMs: 60 * SECOND });
        const readings = readingsOf(plant, 7);
        const silent = plant.sensors[3];
        await send(
          scope,
          plant.asset.key,
          readings.filter(({ sensor, ts }) => sensor !== silent || ts < T0 + 200 * SECOND),
        );
        await settleAssets(scope);
        const { state, late } = await outcomeOf(bench, plant);
        const newest = T0 + (ROWS - 1) * SECOND;
        assert.equal(state.closedTo, newest - 60 * SECOND);
        assert.equal(late, 0);
        const after = readings.filter(({ sensor, ts }) => sensor === silent && ts >= T0 + 200 * SECOND);
        await send(scope, `${plant.asset.key}-later`, after);
        await settleAssets(scope);
        const [{ late: count }] = await store.assetStates.progress(tenant.id, [plant.asset.id]);
        assert.equal(count, after.filter(({ ts }) => ts < newest - 60 * SECOND).length);
      });

      await t.step("a batch that is folded twice, and a fold that breaks off, change nothing", async () => {
        const plant = await register(bench);
        const straight = await register(bench);
        await send(scope, straight.asset.key, readingsOf(straight, 3));
        await settleAssets(scope);
        const readings = readingsOf(plant, 3);
        const breaking: Scope = {
          ...scope,
          store: {
            ...store,
            transaction: (work) =>
              store.transaction((inner) => work({ ...inner, events: { ...inner.events, append: broken } })),
          },
        };
        const [first, second] = [readings.slice(0, 1_400), readings.slice(1_400)];
        await send(scope, plant.asset.key, first);
        await settleAssets(scope);
        const quiet: Scope = { ...scope, assetTurns: { soon: () => Promise.resolve(), close: () => {} } };
        // A turn that was planned before would take what is to break off.
        await bench.settled();
        await detectAnomalies(quiet, await prepare(scope, plant.asset.key, second));
        await foldAssets(breaking);
        assert.ok(bench.observed.some(({ kind }) => kind === "asset.not_folded"), "nothing broke off");
        await settleAssets(scope);
        await settleAssets(scope);
        assert.deepEqual(await outcomeOf(bench, plant), await outcomeOf(bench, straight));
      });

      await t.step("assets whose baselines end together get their models in transactions of few", async () => {
        const plants: Plant[] = [];
        while (plants.length < 10) plants.push(await register(bench, { sensors: 2 }));
        const fittedPerRun: number[] = [];
        const counting: Scope = {
          ...scope,
          assetTurns: { soon: () => Promise.resolve(), close: () => {} },
          store: {
            ...store,
            transaction: (work) =>
              store.transaction((inner) => {
                const run = fittedPerRun.push(0) - 1;
                const saveModel: typeof inner.assetStates.saveModel = (...args) => {
                  fittedPerRun[run]++;
                  return inner.assetStates.saveModel(...args);
                };
                return work({ ...inner, assetStates: { ...inner.assetStates, saveModel } });
              }),
          },
        };
        await send(counting, "together", plants.flatMap((plant, i) => readingsOf(plant, i, 430)));
        await settleAssets(counting);
        assert.ok(Math.max(...fittedPerRun) <= 4, `models a transaction: ${fittedPerRun}`);
        for (const plant of plants) assert.equal((await outcomeOf(bench, plant)).state.model, 1);
      });

      await t.step(
        "assets of no sensor, one, sixty and two apart by an hour; a new, a moved and a retired sensor",
        async () => {
          const one = await register(bench, { sensors: 1 });
          await register(bench, { sensors: 0 });
          const many = await register(bench, { sensors: 60 });
          await send(scope, "one", readingsOf(one, 1, 60));
          await settleAssets(scope);
          const broken = bench.observed.filter((told) =>
            told.kind === "asset.not_folded" && told.assetId === one.asset.id
          );
          assert.deepEqual(broken, [], "an asset that is not judged has nothing to be stored");
          for (let from = 0; from < 60; from += 30) {
            await send(scope, "many", readingsOf(many, 1, 60).slice(from * 59, (from + 30) * 60));
          }
          const slow = await register(bench, { sensors: 2 });
          const readings = readingsOf(slow, 1, 480);
          const hourly = [0, 1, 2].map((i) => ({ sensor: slow.sensors[1], ts: T0 + i * 3_600_000, value: i }));
          await send(scope, "slow", [...readings.filter(({ sensor }) => sensor === slow.sensors[0]), ...hourly]);
          const grown = await register(bench, { sensors: 3 });
          await send(scope, "grown", readingsOf(grown, 2, 450));
          await settleAssets(scope);
          const rowsOf = async ({ asset }: Plant) => {
            const [progress] = await store.assetStates.progress(tenant.id, [asset.id]);
            return progress === undefined || progress.state === ""
              ? undefined
              : JSON.parse(progress.state) as AssetState;
          };
          assert.equal(await rowsOf(one), undefined);
          assert.equal((await rowsOf(many))?.sensors.length, 60);
          assert.equal((await rowsOf(slow))?.binMs, SECOND);
          const before = await rowsOf(grown);
          assert.equal(before?.model, 1);
          await registerSensor(scope, { key: many.sensors[0], assetKey: grown.asset.key });
          await retireSensor(scope, grown.sensors[2]);
          const later = readingsOf(grown, 2, 520).filter(({ ts, sensor }) =>
            ts >= T0 + 450 * SECOND && sensor !== grown.sensors[2]
          );
          const moved = later.filter(({ sensor }) => sensor === grown.sensors[0]).map((row) => ({
            ...row,
            sensor: many.sensors[0],
          }));
          await send(scope, "grown", [...later, ...moved]);
          await settleAssets(scope);
          const after = await rowsOf(grown);
          assert.equal(after?.sensors.length, 3);
          assert.equal(after?.model, 1);
          assert.deepEqual(after?.stream.references.map((reference) => reference !== null).sort(), [false, true, true]);
          assert.ok(after!.rows > before!.rows);
        },
      );
    });
  });
}
