/** A person's word that it is the new normal, while readings come in: and that a run over history agrees. */
import assert from "node:assert/strict";
import { seededRandom } from "../../../src/domain/detection/stats/random.ts";
import { acceptAsNormal } from "../../../src/operations/detection/accept_as_normal.ts";
import { promoteSettings } from "../../../src/operations/detection/promote_settings.ts";
import { saveSettings } from "../../../src/operations/detection/save_settings.ts";
import type { Scope } from "../../../src/operations/scope.ts";
import { registerSensor } from "../../../src/operations/plant/register_sensor.ts";
import { ENGINES } from "../../fixtures/engines.ts";
import { withGateway } from "../../fixtures/gateway.ts";
import { MINUTE, otherWorker, send } from "../../fixtures/pipeline.ts";
import { alertsOf, assertReprocessed, sensorOf } from "../../fixtures/reprocessed.ts";

const T0 = Date.UTC(2024, 0, 1);
const engine = ENGINES.at(-1)!;

/** Noise on a wave, and now and then, for good, another level. */
function shifting(seed: number, rows: number): number[] {
  const random = seededRandom(seed);
  let level = 0;
  return Array.from({ length: rows }, (_, i) => {
    if (i > 400 && random() < 0.003) level += random() < 0.5 ? 40 : -40;
    return level + 5 * Math.sin(i / 229) + random();
  });
}

/** Says of all that stands that it is normal; answers how many alerts ended by it. */
async function acceptAll(scope: Scope, key: string, reason: string): Promise<number> {
  const targets = (await alertsOf(scope, key)).filter(({ endedAt }) => endedAt === undefined).map(({ id }) => ({ id }));
  if (targets.length === 0) return 0;
  const results = await acceptAsNormal(scope, { targets, reason });
  return results.filter(({ kind }) => kind === "changed").length;
}

async function promote(scope: Scope, hours: number): Promise<void> {
  const document = { sensor: { rest: { length: { hours } }, episode: { threshold: 0.2 + hours / 100 } } };
  const { id, base } = await saveSettings(scope, { scope: { sensorKey: "x" }, document });
  await promoteSettings(scope, { id, expectedVersion: base });
}

for (const [seed, reorderWindowMs] of [[3, undefined], [17, undefined], [29, 30 * MINUTE]] as const) {
  Deno.test(`live equals reprocessed, whatever a person takes as normal and wherever batches are cut (${seed})`, async () => {
    await withGateway(engine, async (bench) => {
      const { scope, sql } = bench;
      const workers = [scope, otherWorker(scope), otherWorker(scope)];
      const random = seededRandom(seed);
      const values = shifting(seed, 3_000);
      if (reorderWindowMs !== undefined) await registerSensor(scope, { key: "x", reorderWindowMs });
      let accepted = 0;
      for (let at = 0, n = 0; at < values.length; n++) {
        const rows = 1 + Math.floor(random() * 200);
        await send(workers[n % 2], { sensor: "x", from: T0 + at * MINUTE, values: values.slice(at, at + rows) });
        at += rows;
        if (random() < 0.1) await promote(workers[2], 1 + n % 20).catch((error) => assert.match(error.message, /same/));
        if (random() < 0.4) accepted += await acceptAll(workers[2], "x", `a new product, says step ${n}`);
        // The next switch stands at the same place, and comes behind the word.
        if (random() < 0.1) await promote(workers[2], 30 + n).catch((error) => assert.match(error.message, /same/));
      }
      // The last word has no reading behind it.
      await send(workers[0], { sensor: "x", from: T0 + values.length * MINUTE, values: Array(30).fill(999) });
      accepted += await acceptAll(workers[2], "x", "the last word");
      assert.ok(accepted >= 3, `${accepted} accepted`);
      const kept = await sql`SELECT accepted_by, accepted_because FROM sensor_settings WHERE accepted_by IS NOT NULL`;
      assert.ok(kept.length >= 3);
      if (reorderWindowMs !== undefined) {
        // What is held back yet comes behind the last word, and a run does not wait for it.
        await registerSensor(scope, { key: "x", reorderWindowMs: null });
        await send(workers[1], { sensor: "x", from: T0 + (values.length + 30) * MINUTE, values: [999] });
      }
      const { state } = await sensorOf(scope, "x");
      assert.ok(state!.baseline.version >= 4, "it has learnt anew each time");
      assert.ok(await assertReprocessed(bench, "x") > 0);
    });
  });
}

Deno.test("the level that was accepted is normal, and no alert comes from it again", async () => {
  await withGateway(engine, async (bench) => {
    const { scope } = bench;
    const random = seededRandom(5);
    const around = (level: number, rows: number) => Array.from({ length: rows }, () => level + random());
    await send(scope, { sensor: "x", from: T0, values: [...around(20, 800), ...around(60, 200)] });
    const [alert] = (await alertsOf(scope, "x")).filter(({ endedAt }) => endedAt === undefined);
    assert.equal(await acceptAll(otherWorker(scope), "x", "another product"), 1);
    await send(scope, { sensor: "x", from: T0 + 1_000 * MINUTE, values: around(60, 1_500) });
    const alerts = await alertsOf(scope, "x");
    const after = alerts.find(({ id }) => id === alert.id)!;
    assert.deepEqual([after.endedAt, after.state], [T0 + 999 * MINUTE, "normal"]);
    assert.deepEqual(alerts.filter(({ openedAt }) => openedAt > T0 + 1_000 * MINUTE), []);
    await assertReprocessed(bench, "x");
  });
});

Deno.test("two who say it at once say it once", async () => {
  await withGateway(engine, async (bench) => {
    const { scope, sql } = bench;
    const random = seededRandom(5);
    await send(scope, {
      sensor: "x",
      from: T0,
      values: Array.from({ length: 900 }, (_, i) => random() + +(i > 800) * 50),
    });
    const [alert] = (await alertsOf(scope, "x")).filter(({ endedAt }) => endedAt === undefined);
    const workers = Array.from({ length: 6 }, () => otherWorker(scope));
    const answers = await Promise.all(
      workers.map((worker) => acceptAsNormal(worker, { targets: [{ id: alert.id }], reason: "r" })),
    );
    assert.deepEqual(answers.flat().map(({ kind }) => kind).sort(), ["changed", ...Array(5).fill("unchanged")]);
    const [{ words }] = await sql`SELECT count(*)::int AS words FROM sensor_settings WHERE accepted_by IS NOT NULL`;
    assert.equal(words, 1);
    await assertReprocessed(bench, "x");
  });
});
