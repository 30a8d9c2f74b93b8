/** Settings that change while readings come in: what sensors are judged by, and that a run over history agrees. */
import assert from "node:assert/strict";
import { seededRandom } from "../../../src/domain/detection/stats/random.ts";
import { EARLIEST_MS } from "../../../src/domain/timestamp.ts";
import { detectAnomalies } from "../../../src/operations/detection/detect_anomalies.ts";
import { promoteSettings, rollBackSettings } from "../../../src/operations/detection/promote_settings.ts";
import { saveSettings } from "../../../src/operations/detection/save_settings.ts";
import type { ScopeInput } from "../../../src/operations/detection/settings_scope.ts";
import type { Scope } from "../../../src/operations/scope.ts";
import { registerAsset } from "../../../src/operations/plant/register_asset.ts";
import { registerSensor } from "../../../src/operations/plant/register_sensor.ts";
import type { SettingsVersion } from "../../../src/ports/detection/settings.ts";
import { ENGINES } from "../../fixtures/engines.ts";
import { withGateway } from "../../fixtures/gateway.ts";
import { alertsOf, assertReprocessed, sensorOf } from "../../fixtures/reprocessed.ts";
import { accept, MINUTE, otherWorker, prepare, reprocess, send } from "../../fixtures/pipeline.ts";

const T0 = Date.UTC(2024, 0, 1);
// On a server where there is one: what is tested there is what several processes do.
const engine = ENGINES.at(-1)!;

function calm(rows: number, seed = 5): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: rows }, (_, i) => i % 50 === 0 ? 20 : i % 50 === 25 ? 21 : 20.1 + 0.8 * random());
}

function eventful(seed: number, rows: number): number[] {
  const random = seededRandom(seed);
  return Array.from(
    { length: rows },
    (_, i) => 10 * Math.sin(i / 229) + random() + (i > 300 && random() < 0.01 ? 60 * random() : 0),
  );
}

/** Saves and promotes at once. */
async function promote(scope: Scope, on: ScopeInput, document: unknown): Promise<SettingsVersion> {
  const { id, base } = await saveSettings(scope, { scope: on, document });
  return await promoteSettings(scope, { id, expectedVersion: base });
}

const CHANGES: readonly unknown[] = [
  { sensor: { episode: { threshold: 0.45 } } },
  { sensor: { detectors: { value_novelty: { parameters: { half: 0.3 } }, zscore: null } } },
  { sensor: { detectors: { level_shift: { parameters: { decision: 30 } } }, rest: { length: { hours: 0.3 } } } },
  { sensor: { watches: { too_high: { detector: "limit", parameters: { high: 40 } } } } },
  { sensor: { episode: { onDelay: { least: 2 }, offDelay: { hours: 0, least: 5 } }, watches: { flatline: null } } },
];

for (const seed of [3, 17]) {
  Deno.test(`live equals reprocessed, whatever is promoted in the middle and wherever batches are cut (${seed})`, async () => {
    await withGateway(engine, async (bench) => {
      const { scope } = bench;
      const workers = [scope, otherWorker(scope)];
      const random = seededRandom(seed);
      const values = eventful(seed, 2_500);
      for (let at = 0, n = 0; at < values.length; n++) {
        const rows = 1 + Math.floor(random() * 250);
        await send(workers[n % 2], { sensor: "x", from: T0 + at * MINUTE, values: values.slice(at, at + rows) });
        at += rows;
        if (random() < 0.4) {
          const on = random() < 0.5 ? { sensorKey: "x" } : random() < 0.5 ? {} : { quantity: "generic" };
          const change = CHANGES[Math.floor(random() * CHANGES.length)];
          await promote(workers[n % 2], on, change).catch((error) => assert.match(error.message, /says the same/));
        }
        if (n === 9) await registerSensor(scope, { key: "x", quantity: "temperature" });
      }
      const { state } = await sensorOf(scope, "x");
      assert.match(state!.version, /^generic-\d+\.\d+ /);
      assert.ok(await assertReprocessed(bench, "x") > 0);
    });
  });
}

Deno.test("settings that change while an alert is open", async (t) => {
  await withGateway(engine, async (bench) => {
    const { scope, sql, observed } = bench;

    await t.step("another quantity does not orphan the alert: it ends when the readings are quiet", async () => {
      await send(scope, { sensor: "moved", from: T0, values: [...calm(600), 40] });
      await registerSensor(scope, { key: "moved", quantity: "temperature" });
      await send(otherWorker(scope), { sensor: "moved", from: T0 + 601 * MINUTE, values: calm(1_500, 8) });
      const [alert] = (await alertsOf(scope, "moved")).filter(({ openedAt }) => openedAt === T0 + 600 * MINUTE);
      assert.match(alert.reason, /value 40 scored/);
      assert.ok(alert.endedAt! > T0 + 601 * MINUTE);
      await assertReprocessed(bench, "moved");
    });

    await t.step("the judgement that a state knows nothing of is ended as superseded, with an event", async () => {
      await send(scope, { sensor: "broken", from: T0, values: [...calm(600), 40] });
      await sql`UPDATE detector_state SET state = '{"half":', revision = revision + 1
        WHERE sensor_id = (SELECT id FROM sensor WHERE key = 'broken')`;
      await send(scope, { sensor: "broken", from: T0 + 601 * MINUTE, values: calm(5) });
      const alert = (await alertsOf(scope, "broken")).at(-1)!;
      assert.equal(alert.endedAt, T0 + 600 * MINUTE);
      assert.match(alert.reason, /does not know its episode any more/);
      const [event] = await sql<{ type: string; body: string }[]>`
        SELECT type, body FROM event WHERE alert_id = ${alert.id} ORDER BY seq DESC LIMIT 1`;
      assert.equal(event.type, "alert.superseded");
      assert.equal(JSON.parse(event.body).change, "superseded");
      const { state } = await sensorOf(scope, "broken");
      // It did not begin with nothing: what is stored was learnt from.
      assert.deepEqual([state!.readings, state!.baseline.frozen], [606, true]);
      assert.ok(observed.some(({ kind }) => kind === "sensor.relearns"));
    });

    await t.step("a watch that is taken out ends its alert, and says so", async () => {
      const on = { sensorKey: "hot" };
      await send(scope, { sensor: "hot", from: T0, values: [1] });
      await promote(scope, on, { sensor: { watches: { too_hot: { detector: "limit", parameters: { high: 30 } } } } });
      await send(scope, { sensor: "hot", from: T0 + MINUTE, values: [2, 35] });
      await promote(scope, on, { sensor: { watches: { too_hot: null } } });
      await send(scope, { sensor: "hot", from: T0 + 3 * MINUTE, values: [36] });
      const [alert] = await alertsOf(scope, "hot");
      assert.deepEqual([alert.kind, alert.endedAt, alert.state], [
        "too_hot",
        T0 + 2 * MINUTE,
        "returned_unacknowledged",
      ]);
      assert.match(alert.reason, /nothing looks for it any more/);
      await assertReprocessed(bench, "hot");
    });

    await t.step("each alert names the version that raised it, whole, whatever comes later", async () => {
      const on = { sensorKey: "named" };
      await send(scope, { sensor: "named", from: T0, values: [...calm(600), 60] });
      const limit = { detector: "limit", parameters: { high: 100 } };
      const { version } = await promote(scope, on, { sensor: { watches: { too_high: limit } } });
      await send(scope, { sensor: "named", from: T0 + 601 * MINUTE, values: [...calm(300, 3), 200] });
      const alerts = await alertsOf(scope, "named");
      const ids = alerts.map(({ settingsId }) => settingsId!);
      const rows = await scope.store.settings.appliedByIds(scope.tenant.id, ids);
      const versions = ids.map((id) => rows.find((row) => row.id === id)!.version);
      const of = (kind: string) => alerts.findIndex((alert) => alert.kind === kind);
      assert.deepEqual([versions[of("anomaly")], versions[of("too_high")]], [1, version]);
      const { document } = rows.find((row) => row.id === ids[of("too_high")])!;
      const { parameters } = (document as { sensor: { watches: { too_high: { parameters: object } } } }).sensor.watches
        .too_high;
      assert.deepEqual(parameters, { hysteresis: 0, high: 100 });
    });
  });
});

Deno.test("who judges a sensor", async (t) => {
  await withGateway(engine, async (bench) => {
    const { scope, sql, observed } = bench;

    await t.step("two workers that fold at once never judge it by an older version than one before", async () => {
      const workers = [scope, otherWorker(scope)];
      await send(scope, { sensor: "shared", from: T0, values: calm(250) });
      const folding = workers.map(async (worker, w) => {
        for (let n = 0; n < 12; n++) {
          const from = T0 + (1_000 + 2 * n + w) * 100 * MINUTE;
          const id = await accept(worker, { sensor: "shared", source: `source-${w}`, from, values: calm(40, n) });
          await prepare(worker, id);
          await detectAnomalies(worker, id);
        }
      });
      const promoting = (async () => {
        for (let n = 0; n < 8; n++) {
          await promote(workers[n % 2], { sensorKey: "shared" }, { sensor: { rest: { length: { hours: 1 + n } } } });
        }
      })();
      await Promise.all([...folding, promoting]);
      const switches = await sql<{ version: number; behind: number | null }[]>`
        SELECT applied.version, behind FROM sensor_settings JOIN settings_applied AS applied ON applied.id = settings_id
        WHERE sensor_id = (SELECT id FROM sensor WHERE key = 'shared') ORDER BY sensor_settings.id`;
      const versions = switches.map(({ version }) => version);
      assert.deepEqual(versions, [...new Set(versions)].sort((a, b) => a - b));
      assert.equal(versions.at(-1), (await scope.store.settings.newest(scope.tenant.id))!);
    });

    await t.step(
      "an asset's settings hold for all below it, and a sensor that moves under others goes over",
      async () => {
        await registerAsset(scope, { key: "line" });
        await registerAsset(scope, { key: "press", parentKey: "line" });
        await registerSensor(scope, { key: "oil", assetKey: "press" });
        const { version } = await promote(scope, { assetKey: "line" }, { sensor: { episode: { threshold: 0.6 } } });
        await send(scope, { sensor: "oil", from: T0, values: calm(5) });
        const judgedBy = async () => (await sensorOf(scope, "oil")).state!.version.split(" ")[0].split(".").at(-1);
        assert.equal(await judgedBy(), String(version));
        await registerSensor(scope, { key: "oil", assetKey: null });
        await send(scope, { sensor: "oil", from: T0 + 5 * MINUTE, values: calm(5) });
        assert.equal(await judgedBy(), "1");
      },
    );

    await t.step("layers that do not go together where a sensor has moved to are left out, and told", async () => {
      await registerAsset(scope, { key: "odd" });
      await promote(scope, { assetKey: "odd" }, { sensor: { detectors: { zscore: { parameters: { sigma: 11 } } } } });
      await registerSensor(scope, { key: "stray" });
      await promote(scope, { sensorKey: "stray" }, { sensor: { detectors: { zscore: { parameters: { cap: 6 } } } } });
      await registerSensor(scope, { key: "stray", assetKey: "odd" });
      await send(scope, { sensor: "stray", from: T0, values: calm(5) });
      assert.equal((await sensorOf(scope, "stray")).state!.readings, 5);
      assert.ok(observed.some((one) => one.kind === "settings.unusable" && /cap > sigma/.test(one.reason)));
    });

    await t.step("what is remembered of settings is bounded, however many are promoted", async () => {
      for (let n = 0; n < 50; n++) {
        await promote(scope, { sensorKey: "oil" }, { sensor: { rest: { length: { hours: n + 1 } } } });
        await send(scope, { sensor: "oil", from: T0 + (10 + n) * MINUTE, values: [20] });
      }
      assert.ok(scope.settingsMemory.judgings.size <= 20);
    });
  });
});

Deno.test("a draft is tried on history before it is promoted, and what it takes the place of is tried beside it", async () => {
  await withGateway(engine, async ({ scope }) => {
    await send(scope, { sensor: "x", from: T0, values: eventful(5, 2_000) });
    const deaf = { sensor: { episode: { threshold: 0.99 }, detectors: { value_novelty: { weight: 0.1 } } } };
    const draft = await saveSettings(scope, { scope: {}, document: deaf });
    const range = { sensorKey: "x", from: EARLIEST_MS, to: T0 + 1e11 };
    const runs = [
      await reprocess(scope, { ...range, settings: "live" }),
      await reprocess(scope, { ...range, settings: "draft", draftId: draft.id }),
    ];
    const counts = runs.map(async (run) =>
      (await scope.store.reprocessing.alertsOf(scope.tenant.id, [run], { limit: 100 })).get(run)?.length ?? 0
    );
    const [live, tried] = await Promise.all(counts);
    assert.ok(live > 0 && tried < live, `${live} alerts live, ${tried} by the draft`);
    // A run keeps to what it began with.
    const { version } = await promoteSettings(scope, { id: draft.id, expectedVersion: 1 });
    const back = await rollBackSettings(scope, { scope: {}, toVersion: 1, expectedVersion: version });
    assert.deepEqual([back.version, back.base, back.patch], [version + 1, version, {}]);
    await assert.rejects(reprocess(scope, { ...range, settings: "draft" }), /name it/);
  });
});
