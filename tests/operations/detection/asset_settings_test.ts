/**
 * Settings of assets that change while readings come in: what assets are judged by, and that a run over history agrees.
 */
import assert from "node:assert/strict";
import { type AssetState, settingsNameOf } from "../../../src/domain/detection/asset_state.ts";
import { seededRandom } from "../../../src/domain/detection/stats/random.ts";
import type { Asset } from "../../../src/domain/plant/asset.ts";
import { foldAssets } from "../../../src/operations/detection/fold_assets.ts";
import { readAssetDetections } from "../../../src/operations/detection/read_asset_detection.ts";
import { promoteSettings } from "../../../src/operations/detection/promote_settings.ts";
import { saveSettings } from "../../../src/operations/detection/save_settings.ts";
import type { ScopeInput } from "../../../src/operations/detection/settings_scope.ts";
import { endReprocessing, reprocessPage } from "../../../src/operations/history/reprocess_range.ts";
import { type ReprocessInput, startReprocessing } from "../../../src/operations/history/start_reprocessing.ts";
import { registerAsset } from "../../../src/operations/plant/register_asset.ts";
import { registerSensor } from "../../../src/operations/plant/register_sensor.ts";
import type { Scope } from "../../../src/operations/scope.ts";
import { ENGINES } from "../../fixtures/engines.ts";
import { send, type SentReading, settleAssets } from "../../fixtures/folding.ts";
import { type GatewayBench, withGateway } from "../../fixtures/gateway.ts";
import { otherWorker } from "../../fixtures/pipeline.ts";

const T0 = Date.UTC(2024, 0, 1);
const SECOND = 1_000;
// On a server where there is one: what is tested there is what several processes do.
const engine = ENGINES.at(-1)!;

/** Assets are folded when the test says so, and nothing goes on behind it. */
function quiet(scope: Scope): Scope {
  return { ...scope, assetTurns: { soon: () => Promise.resolve(), close: () => {} } };
}

async function register({ scope }: GatewayBench, key: string, parentKey?: string): Promise<Asset> {
  const asset = await registerAsset(scope, { key, parentKey });
  for (const i of [0, 1, 2]) await registerSensor(scope, { key: `${key}/${i}`, assetKey: key });
  return asset;
}

/** Three sensors that move together; the second is away from its level in the rows that `fault` says. */
function readingsOf(key: string, rows: number, fault: (row: number) => boolean): SentReading[] {
  const random = seededRandom(11);
  const draw = () => random() + random() + random() - 1.5;
  return Array.from({ length: rows }, (_, i) => {
    const shared = draw();
    return [0, 1, 2].map((j) => ({
      sensor: `${key}/${j}`,
      ts: T0 + i * SECOND + 50 * j,
      value: 10 * (j + 1) + shared + 0.3 * draw() + (j === 1 && fault(i) ? 6 : 0),
    }));
  }).flat();
}

const between = (readings: readonly SentReading[], from: number, to: number) =>
  readings.filter(({ ts }) => ts >= T0 + from * SECOND && ts < T0 + to * SECOND);

/** Saves and promotes at once. */
async function promote(scope: Scope, on: ScopeInput, asset: unknown): Promise<void> {
  const { id, base } = await saveSettings(scope, { scope: on, document: { asset } });
  await promoteSettings(scope, { id, expectedVersion: base });
}

async function stateOf({ store, tenant }: Scope, { id }: Asset): Promise<AssetState> {
  const [{ state }] = await store.assetStates.progress(tenant.id, [id]);
  return JSON.parse(state);
}

async function alertsOf({ store, tenant }: Scope, { id }: Asset) {
  const alerts = await store.alerts.page(tenant.id, { limit: 100, subjects: { sensorIds: [], assetIds: [id] } });
  return alerts.reverse();
}

/** What a run over all that is stored finds for the asset, and the state that it ends with. */
async function rerun({ scope, sql }: GatewayBench, asset: Asset, input: Partial<ReprocessInput> = {}) {
  const { closedTo } = await stateOf(scope, asset);
  const { id } = await startReprocessing(scope, {
    assetKey: asset.key,
    from: Date.UTC(1990, 0, 1),
    to: closedTo,
    ...input,
  });
  for (let finished = false; !finished;) ({ finished } = await reprocessPage(scope, id));
  await endReprocessing(scope, { runId: id });
  const all = (await scope.store.reprocessing.alertsOf(scope.tenant.id, [id], { limit: 100 })).get(id) ?? [];
  const [{ state }] = await sql<{ state: string }[]>`
    SELECT state FROM reprocess_asset WHERE run_id = ${id} AND asset_id = ${asset.id}`;
  return { alerts: all.filter(({ assetId }) => assetId === asset.id), state: JSON.parse(state) as AssetState };
}

const ofEpisode = ({ episodeStart, openedAt, endedAt, score, reason }: {
  episodeStart: number;
  openedAt: number;
  endedAt: number | undefined;
  score: number;
  reason: string;
}) => ({ episodeStart, openedAt, endedAt, score, reason });

async function assertReprocessed(bench: GatewayBench, asset: Asset): Promise<void> {
  const { alerts, state } = await rerun(bench, asset);
  assert.deepEqual(alerts.map(ofEpisode), (await alertsOf(bench.scope, asset)).map(ofEpisode));
  assert.deepEqual(state, await stateOf(bench.scope, asset));
}

const CHANGES: readonly unknown[] = [
  { weights: { isolation_forest: 0.4 } },
  { episode: { threshold: 0.6 } },
  { forest: { trees: 30 } },
  { stream: { warmUp: 200, half: 25 } },
  { stream: { release: 0.3 } },
  { binMs: 2_000 },
  { weights: { isolation_forest: 0 }, fitsAt: [300, 700] },
];

Deno.test("live equals reprocessed for an asset, whatever is promoted in the middle and wherever batches are cut", async () => {
  await withGateway(engine, async (bench) => {
    const scope = quiet(bench.scope);
    const workers = [scope, otherWorker(scope)];
    const line = await registerAsset(scope, { key: "line" });
    const asset = await register(bench, "pump", line.key);
    const readings = readingsOf("pump", 1_500, (i) => (i >= 600 && i < 700) || (i >= 1_000 && i < 1_150));
    const random = seededRandom(2);
    const changes = [...CHANGES];
    for (let at = 0, n = 0; at < 1_500; n++) {
      const rows = 20 + Math.floor(random() * 150);
      await send(workers[n % 2], "s", between(readings, at, at + rows));
      await settleAssets(workers[n % 2]);
      at += rows;
      if (at < 450) continue;
      // Sometimes several at once.
      while (changes.length > 0 && random() < 0.6) {
        const on = random() < 0.4 ? {} : { assetKey: random() < 0.5 ? "line" : "pump" };
        await promote(workers[n % 2], on, changes.shift());
      }
    }
    assert.deepEqual(changes, [], "a change was never promoted");
    const alerts = await alertsOf(scope, asset);
    assert.ok(alerts.length >= 2, `${alerts.length} alerts`);
    await assertReprocessed(bench, asset);
    const settings = await scope.store.settings.appliedByIds(
      scope.tenant.id,
      alerts.map(({ settingsId }) => settingsId!),
    );
    assert.ok(new Set(settings.map(({ version }) => version)).size >= 2, "each alert was raised by the same version");
    assert.deepEqual(settings.flatMap(({ document }) => Object.keys(document)), settings.map(() => "asset"));
  });
});

Deno.test("settings of assets", async (t) => {
  await withGateway(engine, async (bench) => {
    const { sql } = bench;
    const scope = quiet(bench.scope);

    await t.step("the most specific wins: the tenant's, then those of assets from the top, then its own", async () => {
      const plant = await registerAsset(scope, { key: "plant" });
      const own = await register(bench, "own", plant.key);
      const other = await register(bench, "other");
      await promote(scope, {}, { weights: { t_squared: 0.11, isolation_forest: 0.11 } });
      await promote(scope, { assetKey: "plant" }, { weights: { isolation_forest: 0.22 }, smoothing: 0.2 });
      await promote(scope, { assetKey: "own" }, { smoothing: 0.3 });
      const [a, b] = await readAssetDetections(scope, [own.id, other.id]);
      const of = ({ settings }: typeof a) => {
        const { weights, smoothing } = settings.document.asset as unknown as AssetDocumentPart;
        return [settings.assetName, weights.t_squared, weights.isolation_forest, smoothing];
      };
      assert.deepEqual([of(a), of(b)], [["asset-2.4", 0.11, 0.22, 0.3], ["asset-2.2", 0.11, 0.11, 0.1]]);
    });

    await t.step("a change of weights carries over: the alert goes on, nothing is learnt again", async () => {
      const asset = await register(bench, "kept");
      const readings = readingsOf("kept", 1_000, (i) => i >= 500 && i < 600);
      await send(scope, "kept", between(readings, 0, 550));
      await settleAssets(scope);
      const before = await stateOf(scope, asset);
      await promote(scope, { assetKey: "kept" }, { weights: { isolation_forest: 0.3 } });
      await send(scope, "kept", between(readings, 550, 551));
      await settleAssets(scope);
      const after = await stateOf(scope, asset);
      assert.notEqual(settingsNameOf(after), settingsNameOf(before));
      assert.deepEqual([after.model, after.stream.references.length, after.rows], [before.model, 3, before.rows + 1]);
      assert.ok(!bench.observed.some((seen) => seen.kind === "asset.relearns" && seen.assetId === asset.id));
      await send(scope, "kept", between(readings, 551, 1_000));
      await settleAssets(scope);
      const [alert, ...others] = await alertsOf(scope, asset);
      assert.deepEqual([others, alert.endedAt === undefined], [[], false]);
      await assertReprocessed(bench, asset);
    });

    await t.step("an alert that nothing judges any more is superseded, with an event", async () => {
      const asset = await register(bench, "ended");
      await promote(scope, { assetKey: "ended" }, { stream: { warmUp: 200 } });
      const readings = readingsOf("ended", 400, (i) => i >= 300);
      await send(scope, "ended", between(readings, 0, 330));
      await settleAssets(scope);
      await promote(scope, { assetKey: "ended" }, { stream: { warmUp: 200 }, weights: { asset_stream: 0 } });
      await send(scope, "ended", between(readings, 330, 340));
      await settleAssets(scope);
      const [alert] = await alertsOf(scope, asset);
      assert.match(alert.reason, /^the settings are asset-2\.\d+ now: no detector that counts has learnt enough/);
      const [event] = await sql<{ type: string }[]>`
        SELECT type FROM event WHERE alert_id = ${alert.id} ORDER BY seq DESC LIMIT 1`;
      assert.equal(event.type, "alert.superseded");
      await assertReprocessed(bench, asset);
    });

    await t.step("two workers that fold at once never judge it by an older version than one before", async () => {
      const asset = await register(bench, "shared");
      const workers = [scope, otherWorker(scope)];
      const readings = readingsOf("shared", 600, () => false);
      await send(scope, "shared", between(readings, 0, 420));
      await settleAssets(scope);
      for (let at = 420; at < 600; at += 20) {
        await Promise.all([
          ...workers.map(async (worker, w) => {
            await send(worker, `shared-${w}`, between(readings, at + 10 * w, at + 10 * w + 10));
            await foldAssets(worker);
          }),
          promote(workers[at % 40 === 0 ? 0 : 1], { assetKey: "shared" }, { smoothing: at / 1_000 }),
        ]);
      }
      await settleAssets(scope);
      const rows = await sql<{ version: number }[]>`
        SELECT applied.version FROM asset_settings JOIN settings_applied AS applied ON applied.id = settings_id
        WHERE asset_id = ${asset.id} ORDER BY asset_settings.id`;
      const versions = rows.map(({ version }) => version);
      assert.ok(versions.length > 2, `${versions}`);
      assert.deepEqual(versions, [...new Set(versions)].sort((a, b) => a - b));
    });

    await t.step("a draft is tried on history, beside what is live", async () => {
      const asset = await register(bench, "tried");
      await send(scope, "tried", readingsOf("tried", 600, (i) => i >= 500 && i < 560));
      await settleAssets(scope);
      const deaf = { asset: { episode: { threshold: 0.95 } } };
      const draft = await saveSettings(scope, { scope: { assetKey: "tried" }, document: deaf });
      const live = await rerun(bench, asset, { settings: "live" });
      const tried = await rerun(bench, asset, { settings: "draft", draftId: draft.id });
      assert.deepEqual([live.alerts.length > 0, tried.alerts], [true, []]);
      assert.match(tried.state.version, new RegExp(`^asset-2\\.draft-${draft.id} `));
    });
  });
});

interface AssetDocumentPart {
  readonly weights: { readonly t_squared: number; readonly isolation_forest: number };
  readonly smoothing: number;
}
