/** The alarm budget in a store: lines are facts, and what is announced depends on nothing but readings and lines. */
import assert from "node:assert/strict";
import type { Alert } from "../../../src/domain/alerting/alert.ts";
import { BURST_MS } from "../../../src/domain/alerting/budget.ts";
import { RARITY_FLOOR } from "../../../src/domain/detection/rarity.ts";
import { DAY_MS, dayOf } from "../../../src/domain/detection/sensor_day.ts";
import { seededRandom } from "../../../src/domain/detection/stats/random.ts";
import type { ReprocessedAlert } from "../../../src/domain/history/reprocess.ts";
import type { Columns } from "../../../src/domain/intake/batch.ts";
import { readAlarmBudget, readBadActors, readLineDays } from "../../../src/operations/alerting/read_alarm_budget.ts";
import { setAlarmBudget } from "../../../src/operations/alerting/set_alarm_budget.ts";
import { detectAnomalies } from "../../../src/operations/detection/detect_anomalies.ts";
import { createStateMemory } from "../../../src/operations/detection/state_memory.ts";
import { OperationError } from "../../../src/operations/errors.ts";
import { reprocessPage } from "../../../src/operations/history/reprocess_range.ts";
import { startReprocessing } from "../../../src/operations/history/start_reprocessing.ts";
import { registerAsset } from "../../../src/operations/plant/register_asset.ts";
import { registerSensor } from "../../../src/operations/plant/register_sensor.ts";
import type { BudgetScope } from "../../../src/ports/alerting/alarm_budget.ts";
import type { Scope } from "../../../src/operations/scope.ts";
import { createStore } from "../../../src/timescale/store.ts";
import { ENGINES } from "../../fixtures/engines.ts";
import { type GatewayBench, withGateway } from "../../fixtures/gateway.ts";
import { prepareBatch, processBatch } from "../../fixtures/stages.ts";
import { settleAssets } from "../../fixtures/folding.ts";
import { within } from "../../fixtures/within.ts";

const T0 = Date.UTC(2024, 0, 1);
const FIRST = dayOf(T0);
const STEP_MS = 900_000;
const PER_DAY = DAY_MS / STEP_MS;
const DAYS = 9;
const SENSORS = 12;

interface Row {
  readonly sensor: number;
  readonly time: number;
  readonly value: number;
}

/** All readings in order of time: noise with episodes of every rarity, on every sensor. */
function fleet(seed: number, sensors = SENSORS): Row[] {
  const series = Array.from({ length: sensors }, (_, sensor) => {
    const random = seededRandom(100 * seed + sensor);
    let left = 0, size = 0;
    return Array.from({ length: DAYS * PER_DAY }, (_, i): Row => {
      if (i > 220 && left === 0 && random() < 0.01) {
        [left, size] = [Math.ceil(6 * random()), 10 ** (2 * random() - 1.5)];
      }
      return {
        sensor,
        time: T0 + i * STEP_MS,
        value: 10 + random() + (left > 0 ? (left--, size * (1 + random()) * (1 + i / 200)) : 0),
      };
    });
  });
  return Array.from({ length: DAYS * PER_DAY }, (_, i) => series.map((rows) => rows[i])).flat();
}

function columnsOf(rows: readonly Row[], prefix = "s"): Columns {
  const numbers = [...new Set(rows.map(({ sensor }) => sensor))];
  return {
    sensors: numbers.map((sensor) => `${prefix}${sensor}`),
    sensor: rows.map(({ sensor }) => numbers.indexOf(sensor)),
    time: rows.map(({ time }) => time),
    value: rows.map(({ value }) => value),
  };
}

function cutAt(rows: readonly Row[], cuts: readonly number[]): Row[][] {
  const edges = [0, ...[...cuts].sort((a, b) => a - b), rows.length];
  return edges.slice(1).map((to, i) => rows.slice(edges[i], to)).filter((part) => part.length > 0);
}

/** From the eighth day on one of them stands elsewhere. */
function late({ sensor, time }: Row): number {
  return sensor === 0 && time >= T0 + 7 * DAY_MS ? 20 : 0;
}

async function plant(scope: Scope): Promise<void> {
  for (const key of ["north", "south"]) await registerAsset(scope, { key });
  await registerAsset(scope, { key: "press", parentKey: "north" });
  for (let sensor = 0; sensor < SENSORS; sensor++) {
    const assetKey = sensor < 4 ? "press" : sensor < 8 ? "south" : undefined;
    await registerSensor(scope, { key: `s${sensor}`, assetKey });
  }
}

async function send(scope: Scope, parts: readonly (readonly Row[])[], source = "gateway"): Promise<void> {
  for (const part of parts) {
    const turn = await processBatch(scope, { source, columns: columnsOf(part) });
    assert.ok(!("waiting" in turn));
  }
  await settleAssets(scope);
}

/**
 * All that has come of sensors and assets, without the ids that depend on batches, and without who belongs to whom,
 * since alerts of assets come in turns of their own.
 */
async function outcome({ sql, scope }: GatewayBench) {
  const { store, tenant } = scope;
  const all = (await store.alerts.page(tenant.id, { limit: 1_000 }))
    .map(({ id: _, batchId: __, parentId: ___, suppressedBy: ____, version: _____, ...alert }) => alert);
  const candidates = (await store.candidates.rarest(tenant.id, { limit: 1_000 }))
    .map(({ id: _, batchId: __, ...candidate }) => candidate);
  const byEpisode = (a: Ordered, b: Ordered) =>
    (a.sensorId ?? 0) - (b.sensorId ?? 0) || (a.assetId ?? 0) - (b.assetId ?? 0) || a.episodeStart - b.episodeStart;
  return {
    alerts: all.filter(({ sensorId }) => sensorId !== undefined).sort(byEpisode),
    ofAssets: all.filter(({ assetId }) => assetId !== undefined).sort(byEpisode),
    candidates: candidates.sort(byEpisode),
    lines: await sql`SELECT * FROM alarm_day ORDER BY scope, kind, day`.then((rows) => [...rows]),
    bursts: await sql`SELECT * FROM alarm_burst ORDER BY scope, kind, day, site, slot`.then((rows) => [...rows]),
    states: await sql`SELECT sensor_id, state FROM detector_state ORDER BY sensor_id`.then((rows) => [...rows]),
    assetStates: await sql`SELECT asset_id, state FROM asset_state ORDER BY asset_id`.then((rows) => [...rows]),
  };
}

interface Ordered {
  readonly sensorId?: number;
  readonly assetId?: number;
  readonly episodeStart: number;
}

/** The lines of sensors' anomalies, the newest first. */
async function sensorLines(scope: Scope, asked: { scope: BudgetScope; days: number }) {
  return (await readLineDays(scope, asked)).map(({ lines }) => lines[0]);
}

type Outcome = Awaited<ReturnType<typeof outcome>>;

async function outcomeOf(parts: readonly (readonly Row[])[]): Promise<Outcome> {
  let found: Outcome | undefined;
  await withGateway(ENGINES.at(-1)!, async (bench) => {
    await plant(bench.scope);
    await setAlarmBudget(bench.scope, { alertsPerDay: 0.4 });
    await setAlarmBudget(bench.scope, { assetKey: "north", alertsPerDay: 0.1 });
    await send(bench.scope, parts);
    found = await outcome(bench);
  });
  return found!;
}

Deno.test("wherever a source's readings are cut into batches, lines, alerts, candidates and counts are the same", async () => {
  const rows = fleet(1).slice(0, 9_900);
  const random = seededRandom(5);
  const some = (n: number) => Array.from({ length: n }, () => Math.floor(random() * rows.length));
  const whole = await outcomeOf([rows]);
  assert.ok(
    whole.alerts.length > 5 && whole.candidates.length > 2,
    `${whole.alerts.length}, ${whole.candidates.length}`,
  );
  const ofAssets = [...whole.ofAssets, ...whole.candidates].filter(({ kind }) => kind === "asset_anomaly");
  assert.ok(ofAssets.length > 0 && ofAssets.every(({ rarity }) => rarity?.of === "asset"), "no asset was judged");
  assert.ok(whole.lines.some(({ kind, share, sensors }) => kind === "asset_anomaly" && share > 0 && sensors > 0));
  assert.ok(new Set(whole.lines.map(({ line }) => line)).size > 6);
  assert.deepEqual(await outcomeOf(cutAt(rows, some(15))), whole);
  assert.deepEqual(await outcomeOf(cutAt(rows, some(40))), whole);
});

for (const engine of ENGINES) {
  Deno.test(`the alarm budget on the ${engine.name} store`, async (t) => {
    await withGateway(engine, async (bench) => {
      const { scope, sql } = bench;
      const { store, tenant } = scope;
      await plant(scope);
      const rows = fleet(2);
      const upTo = (day: number) => rows.filter(({ time }) => time < T0 + day * DAY_MS);
      const between = (from: number, to: number) =>
        rows.filter(({ time }) => time >= T0 + from * DAY_MS && time < T0 + to * DAY_MS);

      await t.step(
        "without a budget everything is announced, with its rarity, and days are counted all the same",
        async () => {
          await send(scope, cutAt(upTo(4), [5, 1_000, 2_500]));
          const { alerts, candidates, lines } = await outcome(bench);
          assert.ok(alerts.length > 5);
          assert.deepEqual(candidates, []);
          for (const { kind, rarity, line } of alerts) {
            assert.equal(kind, "anomaly");
            assert.ok(rarity !== undefined && rarity.onceInDays > 0 && line === 0);
          }
          assert.deepEqual(
            lines.map(({ scope, kind, alerts_per_day, share, line }) => [scope, kind, alerts_per_day, share, line]),
            ["anomaly", "asset_anomaly", "drift"].flatMap((kind) => [0, 1, 2, 3].map(() => [0, kind, null, null, 0])),
          );
          const days = await sensorLines(scope, { scope: 0, days: 30 });
          assert.deepEqual(days.map(({ day }) => day - FIRST), [3, 2, 1, 0]);
          assert.equal(days.reduce((sum, { announced }) => sum + announced, 0), alerts.length);
        },
      );

      await t.step("a new budget holds from the next day of data time on, and says so", async () => {
        const set = await setAlarmBudget(scope, { alertsPerDay: 0.3 });
        assert.deepEqual([set.set?.alertsPerDay, set.set?.setBy, set.sensors, set.holdsFrom], [
          0.3,
          "local",
          12,
          FIRST + 4,
        ]);
        await send(scope, [between(4, 6)]);
        const lines = (await sensorLines(scope, { scope: 0, days: 30 })).reverse();
        assert.deepEqual(lines.map(({ alertsPerDay }) => alertsPerDay), [
          undefined,
          undefined,
          undefined,
          undefined,
          0.3,
          0.3,
        ]);
        assert.ok(lines[4].line > 0 && lines[4].line < RARITY_FLOOR, String(lines[4].line));
        assert.equal(lines[4].subjects, 12);
        const { alerts, candidates } = await outcome(bench);
        for (const { openedAt, rarity, line } of alerts.filter(({ openedAt }) => openedAt >= T0 + 4 * DAY_MS)) {
          assert.equal(line, lines[dayOf(openedAt) - FIRST].line);
          assert.ok(rarity!.value >= Math.min(line!, RARITY_FLOOR));
        }
        assert.ok(candidates.length > 0 && candidates.every(({ rarity, line }) => rarity.value < line));
      });

      await t.step("an asset's own budget has lines of its own, for it and all below it", async () => {
        const north = await store.assets.byKey(tenant.id, "north");
        const set = await setAlarmBudget(scope, { assetKey: "north", alertsPerDay: 0.1 });
        assert.deepEqual([set.scope, set.sensors], [north!.id, 4]);
        assert.equal((await readAlarmBudget(scope, {})).sensors, 8);
        await send(scope, [between(6, 9)]);
        const own = (await sensorLines(scope, { scope: north!.id, days: 30 })).reverse();
        assert.deepEqual(own.map(({ day, subjects }) => [day - FIRST, subjects]), [[6, 4], [7, 4], [8, 4]]);
        const rest = await sensorLines(scope, { scope: 0, days: 3 });
        assert.deepEqual(rest.map(({ subjects }) => subjects), [8, 8, 8]);
        const ofPress = new Set((await store.sensors.ofAsset(tenant.id, north!.id)).map(({ id }) => id));
        const { alerts } = await outcome(bench);
        for (const { sensorId, openedAt, line } of alerts.filter(({ openedAt }) => openedAt >= T0 + 6 * DAY_MS)) {
          const lines = ofPress.has(sensorId!) ? own : rest.toReversed();
          assert.equal(line, lines[dayOf(openedAt) - FIRST - 6].line);
        }
      });

      await t.step("folding all again, by the same lines, finds the same alerts to the last digit", async () => {
        const range = { from: T0, to: T0 + DAYS * DAY_MS };
        const found: ReprocessedAlert[] = [];
        for (const assetKey of ["north", "south"]) {
          const { id } = await startReprocessing(scope, { ...range, assetKey, settings: "as_judged" });
          for (let finished = false; !finished;) finished = (await reprocessPage(scope, id)).finished;
          const runs = await store.reprocessing.alertsOf(tenant.id, [id], { limit: 1_000 });
          found.push(...runs.get(id) ?? []);
        }
        const keyOf = ({ sensorId, assetId }: { sensorId?: number; assetId?: number }) => `${sensorId} ${assetId}`;
        const onAssets = new Set(found.map(keyOf));
        const all = await outcome(bench);
        const live = [...all.alerts, ...all.ofAssets].filter((alert) => onAssets.has(keyOf(alert)));
        assert.ok(all.ofAssets.every((alert) => onAssets.has(keyOf(alert))), "an asset's alert was not found again");
        const shown = (
          { sensorId, assetId, kind, episodeStart, openedAt, endedAt, severity, score, reason }:
            | ReprocessedAlert
            | Omit<Alert, "id" | "batchId" | "parentId" | "suppressedBy" | "version">,
        ) => ({ sensorId, assetId, kind, episodeStart, openedAt, endedAt, severity, score, reason });
        const inOrder = (a: ReturnType<typeof shown>, b: typeof a) =>
          (a.sensorId ?? 0) - (b.sensorId ?? 0) || (a.assetId ?? 0) - (b.assetId ?? 0) ||
          a.episodeStart - b.episodeStart;
        assert.ok(found.length > 5 && found.every((alert) => alert.live));
        assert.deepEqual(found.map(shown).sort(inOrder), live.map(shown).sort(inOrder));
      });

      await t.step("a batch that comes late takes its own days' lines, and changes none", async () => {
        const before = (await outcome(bench)).lines;
        const theirs = fleet(3, 1).map((row) => ({ ...row, sensor: 50 }));
        await send(scope, [theirs], "late");
        const { alerts, candidates, lines } = await outcome(bench);
        const still = (rows: typeof lines) => rows.map(({ counted: _, ...row }) => row);
        assert.deepEqual(still(lines), still(before));
        const [{ id }] = await store.sensors.byKeys(tenant.id, ["s50"]);
        const ofLate = [...alerts, ...candidates].filter(({ sensorId }) => sensorId === id);
        assert.ok(ofLate.length > 0);
        for (const one of ofLate) {
          const day = dayOf("openedAt" in one ? one.openedAt : one.keptAt);
          const rows = await store.alarmBudgets.lines(tenant.id, [day]);
          if ("openedAt" in one) {
            assert.equal(
              one.line,
              rows.find((row) => row.scope === 0 && row.kind === "anomaly")!.line,
            );
          }
        }
      });

      await t.step("an asset that comes late takes its own days' lines, and changes none", async () => {
        const { id: assetId } = await registerAsset(scope, { key: "late" });
        for (const sensor of [60, 61]) await registerSensor(scope, { key: `s${sensor}`, assetKey: "late" });
        const before = (await outcome(bench)).lines;
        const theirs = fleet(4, 2).map((row) => ({ ...row, sensor: row.sensor + 60, value: row.value + late(row) }));
        await send(scope, [theirs], "later");
        const { ofAssets, candidates, lines } = await outcome(bench);
        const still = (rows: typeof lines) => rows.map(({ counted: _, ...row }) => row);
        assert.deepEqual(still(lines), still(before));
        const ofLate = [...ofAssets, ...candidates].filter((one) => one.assetId === assetId);
        assert.ok(ofLate.length > 0, "nothing was found on it");
        for (const one of ofLate) {
          const day = dayOf("openedAt" in one ? one.openedAt : one.keptAt);
          const rows = await store.alarmBudgets.lines(tenant.id, [day]);
          const { line } = rows.find((row) => row.scope === 0 && row.kind === "asset_anomaly")!;
          if ("openedAt" in one) assert.equal(one.line, Math.min(line, RARITY_FLOOR));
        }
      });

      await t.step("bad actors are the sensors with the most announced alerts", async () => {
        const actors = await readBadActors(scope);
        const counts = Map.groupBy((await outcome(bench)).alerts, ({ sensorId }) => sensorId!);
        assert.deepEqual(
          actors.map(({ alerts }) => alerts),
          [...counts.values()].map(({ length }) => length).sort((a, b) => b - a).slice(0, 10),
        );
        for (const { sensorId, alerts } of actors) assert.equal(counts.get(sensorId)!.length, alerts);
      });

      await t.step(
        "a budget that cannot be is refused in a sentence, and one under what the floor needs names the least",
        async () => {
          await sql`
          INSERT INTO sensor (tenant_id, key, name, registered)
          SELECT ${tenant.id}, 'many-' || n, '', false FROM generate_series(1, 20000) n`;
          const refused = (alertsPerDay: number, assetKey?: string) =>
            setAlarmBudget(scope, { alertsPerDay, assetKey }).then(
              () => assert.fail("accepted"),
              (error: OperationError) => error,
            );
          assert.match(
            (await refused(3)).message,
            /A budget of 3 alerts a day is under what 20011 sensors need: .* Set at least 4\.$/,
          );
          for (const wrong of [0, -5, Infinity, NaN, 1e7]) {
            assert.match((await refused(wrong)).message, /has to be over 0 and at most 100000\.$/);
          }
          assert.equal((await refused(3, "nowhere")).kind, "not_found");
          assert.equal((await setAlarmBudget(scope, { alertsPerDay: 5 })).set?.alertsPerDay, 5);
          assert.equal((await setAlarmBudget(scope, { alertsPerDay: undefined })).set, undefined);
        },
      );
    });
  });

  Deno.test(`a burst of a site is one alert to the correction, on the ${engine.name} store`, async () => {
    await withGateway(engine, async ({ scope, sql }) => {
      await plant(scope);
      await setAlarmBudget(scope, { alertsPerDay: 2 });
      const calm = fleet(4).map((row) => ({ ...row, value: 10 + (row.time / STEP_MS * 7 + row.sensor) % 11 / 10 }));
      const at = T0 + 4 * DAY_MS + BURST_MS * 40;
      const burst = calm.map((row) => row.time === at && row.sensor < 8 ? { ...row, value: 500 } : row);
      await send(scope, [burst.filter(({ time }) => time < T0 + 6.5 * DAY_MS)]);
      const [day] = (await sensorLines(scope, { scope: 0, days: 30 })).filter((one) => one.day === FIRST + 4);
      assert.deepEqual([day.announced, day.grouped, day.counted], [8, 2, 2]);
      const sites = await sql`SELECT announced FROM alarm_burst WHERE announced > 0 AND kind = 'anomaly'`;
      assert.deepEqual(sites.map(({ announced }) => announced), [4, 4]);
    });
  });

  const { second } = engine;
  if (second === undefined) continue;
  Deno.test(`two workers that see a new day at once write one line, on the ${engine.name} store`, async () => {
    await withGateway(engine, async ({ scope, sql }) => {
      const other = await second(sql);
      try {
        const elsewhere: Scope = { ...scope, store: createStore(other.sql), stateMemory: createStateMemory(100) };
        await setAlarmBudget(scope, { alertsPerDay: 2 });
        const [mine, theirs] = [fleet(6), fleet(7)].map((rows, n) =>
          rows.map((row) => ({ ...row, sensor: row.sensor + 100 * n }))
        );
        for (let day = 0; day < DAYS; day++) {
          const of = (rows: readonly Row[]) => columnsOf(rows.filter(({ time }) => dayOf(time) === FIRST + day));
          const [a, b] = [
            await prepareBatch(scope, { source: "a", columns: of(mine) }),
            await prepareBatch(elsewhere, { source: "b", columns: of(theirs) }),
          ];
          const turns = await within(
            "both folds",
            Promise.all([detectAnomalies(scope, a.id), detectAnomalies(elsewhere, b.id)]),
          );
          assert.ok(turns.every((turn) => !("waiting" in turn)));
        }
        const lines = await sql`SELECT day, count(*)::int AS lines, max(sensors) AS sensors FROM alarm_day
            WHERE kind = 'anomaly' GROUP BY day ORDER BY day`;
        assert.deepEqual(lines.map(({ lines }) => lines), Array.from({ length: DAYS }, () => 1));
        // Days 0 and 1 knew nobody; from day 2 on all sensors of both.
        assert.deepEqual(lines.map(({ sensors }) => sensors).slice(2), Array.from({ length: DAYS - 2 }, () => 24));
      } finally {
        await other.close();
      }
    });
  });
}
