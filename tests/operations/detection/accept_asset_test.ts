/** A person's word that an asset's alert is its new normal: the asset learns it, and a run over history agrees. */
import assert from "node:assert/strict";
import type { Alert } from "../../../src/domain/alerting/alert.ts";
import { decodeAsset } from "../../../src/domain/detection/asset_state.ts";
import { seededRandom } from "../../../src/domain/detection/stats/random.ts";
import type { AssetId } from "../../../src/domain/plant/asset.ts";
import { acceptAsNormal } from "../../../src/operations/detection/accept_as_normal.ts";
import { registerAsset } from "../../../src/operations/plant/register_asset.ts";
import { registerSensor } from "../../../src/operations/plant/register_sensor.ts";
import { ENGINES } from "../../fixtures/engines.ts";
import { reprocessAll, send, type SentReading, settleAssets } from "../../fixtures/folding.ts";
import { type GatewayBench, withGateway } from "../../fixtures/gateway.ts";
import { otherWorker } from "../../fixtures/pipeline.ts";

const T0 = Date.UTC(2024, 0, 1);
const SECOND = 1_000;
/** From this row on one of four sensors stands elsewhere. */
const FAULT = 700;

function rowsOf(keys: readonly string[], { from, to }: { from: number; to: number }): SentReading[] {
  const random = seededRandom(11);
  const draw = () => random() + random() + random() - 1.5;
  return Array.from({ length: to }, (_, i) => {
    const shared = draw();
    return keys.map((sensor, j) => ({
      sensor,
      ts: T0 + i * SECOND,
      value: 10 * (j + 1) + shared + 0.3 * draw() + (j === 1 && i >= FAULT ? 9 : 0),
    }));
  }).slice(from).flat();
}

async function alertsOn({ scope: { store, tenant } }: GatewayBench, assetId: AssetId): Promise<Alert[]> {
  const subjects = { sensorIds: [], assetIds: [assetId] };
  return (await store.alerts.page(tenant.id, { limit: 100, subjects })).reverse();
}

for (const engine of ENGINES) {
  for (const beyond of [60, 500]) {
    Deno.test(`what an asset does for ${beyond} rows is accepted, learnt, and found again, on the ${engine.name} store`, async () => {
      await withGateway(engine, async (bench) => {
        const { scope } = bench;
        const { store, tenant } = scope;
        const { id: assetId } = await registerAsset(scope, { key: "pump" });
        const keys = Array.from({ length: 4 }, (_, i) => `pump/${i}`);
        for (const key of keys) await registerSensor(scope, { key, assetKey: "pump" });
        const said = FAULT + beyond;
        await send(scope, "plc", rowsOf(keys, { from: 0, to: said }));
        await settleAssets(scope);
        const [alert] = (await alertsOn(bench, assetId)).filter(({ endedAt }) => endedAt === undefined);
        assert.ok(alert !== undefined, "the fault was not found");
        assert.ok(alert.rarity !== undefined && alert.rarity.of === "asset" && alert.rarity.parts.length > 0);
        const targets = [{ id: alert.id }];
        const workers = Array.from({ length: 3 }, () => otherWorker(scope));
        const words = await Promise.all(
          workers.map((worker) => acceptAsNormal(worker, { targets, reason: "rebuilt" })),
        );
        assert.deepEqual(words.flat().map(({ kind }) => kind).sort(), ["changed", "unchanged", "unchanged"]);
        const [ended] = await store.alerts.byIds(tenant.id, [alert.id]);
        assert.ok(ended.endedAt !== undefined && ended.endedAt > alert.openedAt);
        const [last] = (await store.alertHistory.of(tenant.id, [alert.id], { limit: 1 })).get(alert.id)!;
        assert.deepEqual([last.change, last.note], ["accepted", "rebuilt"]);
        // What was said has to hold where the memory of the former state is, and where it is read anew.
        for (const [n, worker] of [scope, otherWorker(scope)].entries()) {
          const [from, to] = [said + 600 * n, said + 600 * (n + 1)];
          await send(worker, "plc", rowsOf(keys, { from, to }));
          await settleAssets(worker);
        }
        const alerts = await alertsOn(bench, assetId);
        assert.deepEqual(alerts.filter(({ openedAt }) => openedAt > ended.endedAt!), [], "it is not normal yet");
        const [{ state: text }] = await store.assetStates.progress(tenant.id, [assetId]);
        const live = decodeAsset(text);
        assert.ok("state" in live);
        assert.ok(live.state.rows < said + 1_200 - FAULT + 5 && live.state.rows >= 1_200, String(live.state.rows));
        assert.ok(live.state.model >= 1, "it has models again");
        const run = await reprocessAll(scope, "pump", live.state.closedTo);
        const found = (await store.reprocessing.alertsOf(tenant.id, [run], { limit: 100 })).get(run) ?? [];
        const shown = ({ kind, episodeStart, openedAt, endedAt, score, reason }: Pick<
          Alert,
          "kind" | "episodeStart" | "openedAt" | "endedAt" | "score" | "reason"
        >) => ({ kind, episodeStart, openedAt, endedAt, score, reason });
        assert.deepEqual(
          found.filter((one) => one.assetId === assetId).map(shown).sort((a, b) => a.episodeStart - b.episodeStart),
          alerts.map(shown),
        );
        const [{ state }] = await bench.sql<
          { state: string }[]
        >`SELECT state FROM reprocess_asset WHERE run_id = ${run}`;
        assert.deepEqual(decodeAsset(state), live);
      });
    });
  }
}
