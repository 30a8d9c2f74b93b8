/** What plants hardly ever have: very many sensors on an asset, one or none, years in a batch. */
import assert from "node:assert/strict";
import { encodeAsset } from "../../../src/domain/detection/asset_state.ts";
import { seededRandom } from "../../../src/domain/detection/stats/random.ts";
import { readAssetDetections } from "../../../src/operations/detection/read_asset_detection.ts";
import { registerAsset } from "../../../src/operations/plant/register_asset.ts";
import { registerSensor } from "../../../src/operations/plant/register_sensor.ts";
import { ENGINES } from "../../fixtures/engines.ts";
import { send, type SentReading, settleAssets } from "../../fixtures/folding.ts";
import { type GatewayBench, withGateway } from "../../fixtures/gateway.ts";
import { alertsOf, sensorOf } from "../../fixtures/reprocessed.ts";

const T0 = Date.UTC(2022, 0, 1);
const MINUTE = 60_000;
const HOUR = 3_600_000;

async function plant({ scope }: GatewayBench, key: string, sensors: number): Promise<string[]> {
  await registerAsset(scope, { key });
  const keys = Array.from({ length: sensors }, (_, i) => `${key}/${i}`);
  for (const sensor of keys) await registerSensor(scope, { key: sensor, assetKey: key });
  return keys;
}

async function detectionOf({ scope }: GatewayBench, key: string) {
  const asset = await scope.store.assets.byKey(scope.tenant.id, key);
  return (await readAssetDetections(scope, [asset!.id]))[0];
}

/** Two years in as many readings as a batch takes, of two sensors that move together until one leaves its level. */
function years(keys: readonly string[], rows = 5_000): SentReading[] {
  const random = seededRandom(11);
  return Array.from({ length: rows }, (_, i) => {
    const shared = Math.sin(i / 6) + random();
    return keys.map((sensor, j) => (
      { sensor, ts: T0 + 3.5 * i * HOUR, value: 10 * j + shared + 0.3 * random() + (j === 0 && i > 4_000 ? 5 : 0) }
    ));
  }).flat();
}

for (const engine of ENGINES) {
  Deno.test(`extremes of detection on the ${engine.name} store`, async (t) => {
    await withGateway(engine, async (bench) => {
      const { scope } = bench;

      await t.step("an asset of 1,000 sensors is judged by small states, and says by what", async () => {
        const keys = await plant(bench, "wide", 1_000);
        const random = seededRandom(2);
        for (let minute = 0; minute < 40; minute += 10) {
          const readings = Array.from(
            { length: 10 },
            (_, i) => keys.map((sensor, j) => ({ sensor, ts: T0 + (minute + i) * MINUTE, value: j + random() })),
          ).flat();
          await send(scope, "wide", readings);
        }
        await settleAssets(scope);
        const { note, rows, watermark } = await detectionOf(bench, "wide");
        assert.match(note, /^It learns: \d+ rows of 1 min are known/);
        assert.match(note, /It has 1000 sensors: with more than 64 each is judged by its own spread/);
        assert.ok(rows >= 38 && watermark! >= T0 + 38 * MINUTE, `${rows} rows`);
        const asset = await scope.store.assets.byKey(scope.tenant.id, "wide");
        const { memory } = scope.assetMemory.get(asset!.id)!;
        assert.ok(encodeAsset(memory!).length < 2_000_000);
        // One more is a plant.
        await registerSensor(scope, { key: "wide/more", assetKey: "wide" });
        assert.match((await detectionOf(bench, "wide")).note, /1001 sensors .* at most 1000 .* as assets below it/);
      });

      await t.step("an asset of one sensor, and one of which none reports, say why they are not judged", async () => {
        const [single] = await plant(bench, "single", 1);
        await plant(bench, "silent", 3);
        await plant(bench, "empty", 0);
        await send(scope, "one", years([single], 100));
        await settleAssets(scope);
        const notes = await Promise.all(["single", "silent", "empty"].map((key) => detectionOf(bench, key)));
        assert.deepEqual(notes.map(({ judges, note }) => [judges, note]), [
          [false, "It has one sensor of its own in use, which is judged alone."],
          [false, "None of its sensors has reported since it is judged as one."],
          [false, "It has no sensors of its own in use."],
        ]);
      });

      await t.step("two years in one batch come to what they come to in many", async () => {
        const outcomes = [];
        for (const [key, rows] of [["whole", Infinity], ["parts", 300]] as const) {
          const keys = await plant(bench, key, 2);
          const readings = years(keys);
          for (let at = 0; at < readings.length; at += rows) await send(scope, key, readings.slice(at, at + rows));
          await settleAssets(scope);
          const states = await Promise.all(keys.map(async (sensor) => (await sensorOf(scope, sensor)).state));
          const alerts = (await Promise.all(keys.map((sensor) => alertsOf(scope, sensor)))).flat();
          const { rows: judged, watermark } = await detectionOf(bench, key);
          const asset = await scope.store.assets.byKey(scope.tenant.id, key);
          const range = { from: T0, to: T0 + 800 * 24 * HOUR, limit: 20_000 };
          const scores = await scope.store.assetStates.scores(scope.tenant.id, asset!.id, range);
          outcomes.push({
            states,
            alerts: alerts.map(({ kind, episodeStart, openedAt, endedAt, severity, score, reason }) => (
              { kind, episodeStart, openedAt, endedAt, severity, score, reason }
            )),
            asset: { judged, watermark, scores },
          });
        }
        const [whole, parts] = outcomes;
        assert.ok(whole.alerts.length > 0 && whole.asset.judged > 4_900, `${whole.asset.judged} rows`);
        assert.deepEqual(parts, whole);
      });
    });
  });
}
