/** Scores that are told again: by what the sensor was judged by at each data time. */
import assert from "node:assert/strict";
import { WEEK_MS, weekOf } from "../../../src/domain/history/retention.ts";
import { seededRandom } from "../../../src/domain/detection/stats/random.ts";
import { promoteSettings } from "../../../src/operations/detection/promote_settings.ts";
import { readScores } from "../../../src/operations/detection/read_scores.ts";
import { saveSettings } from "../../../src/operations/detection/save_settings.ts";
import { thinReadings } from "../../../src/operations/history/thin_readings.ts";
import { ENGINES } from "../../fixtures/engines.ts";
import { withGateway } from "../../fixtures/gateway.ts";
import { MINUTE, send } from "../../fixtures/pipeline.ts";

const T0 = Date.UTC(2024, 0, 1);
const DOCUMENT = {
  sensor: {
    episode: { threshold: 0.45 },
    detectors: { zscore: null, value_novelty: { parameters: { half: 0.3 } }, level_shift: { weight: 0.1 } },
  },
};

/** Twenty values of noise, and an outlier at row 700 and at row 1,100. */
function values(from: number, to: number): number[] {
  const random = seededRandom(7);
  return Array.from({ length: to }, (_, i) => 20 + random() + (i === 700 || i === 1_100 ? 4 : 0)).slice(from);
}

for (const engine of ENGINES) {
  Deno.test(`scores whose first readings have gone are not called exact on the ${engine.name} store`, async () => {
    await withGateway(engine, async ({ scope }) => {
      const from = weekOf(T0) + WEEK_MS - 300 * MINUTE;
      await send(scope, { sensor: "x", from, values: values(0, 900) });
      const asked = () => readScores(scope, { sensorKey: "x", from, to: from + 900 * MINUTE, width: 1_500 });
      assert.equal((await asked()).exact, true);
      const due = { readingBeforeMs: weekOf(T0) + WEEK_MS, minuteBeforeMs: 0 };
      await thinReadings(scope, due, { untilMs: Infinity, beat: () => {}, place: undefined });
      const { exact, times } = await asked();
      assert.deepEqual([times[0], times.length, exact], [from + 300 * MINUTE, 600, false]);
    });
  });

  Deno.test(`scores follow the settings that judged the sensor on the ${engine.name} store`, async () => {
    await withGateway(engine, async ({ scope }) => {
      const sent = async (from: number, to: number) =>
        await send(scope, { sensor: "x", from: T0 + from * MINUTE, values: values(from, to) });
      const asked = (from: number, to: number) =>
        readScores(scope, { sensorKey: "x", from: T0 + from * MINUTE, to: T0 + to * MINUTE, width: 1_500 });
      const evidenceAt = async (row: number) => {
        const { alerts } = scope.store;
        const found = await alerts.page(scope.tenant.id, { limit: 50 });
        return found.find(({ episodeStart }) => episodeStart === T0 + row * MINUTE);
      };
      await sent(0, 900);
      const before = await asked(0, 900);
      assert.deepEqual(before.judgedBy.map(({ from, threshold }) => [from, threshold]), [[T0, 0.22]]);
      assert.equal(before.scores[700], (await evidenceAt(700))!.score);

      const { id, base } = await saveSettings(scope, { scope: {}, document: DOCUMENT });
      await promoteSettings(scope, { id, expectedVersion: base });
      await sent(900, 1_200);
      const both = await asked(0, 1_200);
      assert.deepEqual(both.judgedBy.map(({ from, threshold }) => [from, threshold]), [
        [T0, 0.22],
        [T0 + 899 * MINUTE + 1, 0.45],
      ]);
      assert.match(both.judgedBy[1].name, /^generic-2\.2 /);
      assert.equal(both.threshold, 0.45);
      assert.deepEqual(both.scores.slice(0, 900), before.scores, "what was judged before is as it was");
      assert.equal(both.scores[1_100], (await evidenceAt(1_100))!.score, "and behind it by the new settings");
      const zscore = both.detectors.find(({ detector }) => detector === "zscore")!;
      assert.ok(!Number.isNaN(zscore.scores[899]) && Number.isNaN(zscore.scores[900]));

      // A range behind the change has only the new settings.
      assert.deepEqual((await asked(1_000, 1_200)).judgedBy.map(({ threshold }) => threshold), [0.45]);
    });
  });
}
