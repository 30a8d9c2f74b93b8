/** What the page asks of the store, on each engine: counts over trees, lists over all batches, each tenant's own. */
import assert from "node:assert/strict";
import type { TenantId } from "../../src/domain/access/tenant.ts";
import type { AlertId } from "../../src/domain/alerting/alert.ts";
import { detectorSet } from "../../src/domain/detection/detector_set.ts";
import { encodeState, startState } from "../../src/domain/detection/sensor_state.ts";
import { sensorCounting } from "../../src/operations/plant/read_overview.ts";
import { PLANT } from "../../src/ports/plant/overview.ts";
import { createStore } from "../../src/timescale/store.ts";
import { ENGINES, withMigrated } from "../fixtures/engines.ts";
import { withGateway } from "../fixtures/gateway.ts";
import { minutes } from "../fixtures/graphql.ts";

const T0 = Date.UTC(2024, 0, 1);
const HOUR_MS = 3_600_000;

for (const engine of ENGINES) {
  Deno.test(`overview, episodes and looks: ${engine.name}`, () =>
    withMigrated(engine, async ({ sql }) => {
      const store = createStore(sql);
      const mine = (await store.tenants.byKey("default"))!.id;
      const [{ id: other }] = await sql<{ id: TenantId }[]>`
        INSERT INTO tenant (key, name) VALUES ('other', 'other') RETURNING id`;
      const asset = async (key: string, parentId?: number) =>
        (await store.assets.save(mine, {
          key,
          name: key,
          parentId: parentId as never,
          criticality: "B",
          level: undefined,
          reorderWindowMs: undefined,
          retiredAt: undefined,
        })).id;
      const line = await asset("line");
      const pump = await asset("pump", line);
      const fan = await asset("fan");
      const sensor = async (key: string, assetId: typeof line | undefined) =>
        (await store.sensors.save(mine, {
          key,
          name: `${key} name`,
          assetId,
          quantity: "generic",
          unit: undefined,
          rangeMin: undefined,
          rangeMax: undefined,
          expectedIntervalMs: 60_000,
          reorderWindowMs: undefined,
          registered: true,
          retiredAt: undefined,
        } as never)).id;
      const [hot, cold, loose] = [
        await sensor("hot", pump),
        await sensor("cold", fan),
        await sensor("loose", undefined),
      ];
      await sql`INSERT INTO source (tenant_id, key, last_position) VALUES (${mine}, 'gateway', 2)`;
      const [{ id: batch }] = await sql<{ id: number }[]>`
        INSERT INTO batch (tenant_id, source_id, position, idempotency_key, content_hash, readings, state, finished_at)
        SELECT ${mine}, id, 1, 'a', '', 1, 'processed', now() FROM source RETURNING id`;
      const alert = async (
        sensorId: number,
        hour: number,
        values: { severity: string; state: string; ended: boolean },
      ) => {
        const [row] = await sql<{ id: AlertId }[]>`
          INSERT INTO alert (tenant_id, sensor_id, kind, episode_start, opened_at, ended_at, severity, state, score, reason, batch_id)
          VALUES (${mine}, ${sensorId}, 'anomaly', to_timestamp(${(T0 + hour * HOUR_MS) / 1_000}),
            to_timestamp(${(T0 + hour * HOUR_MS) / 1_000}),
            ${values.ended ? sql`to_timestamp(${(T0 + (hour + 1) * HOUR_MS) / 1_000})` : null},
            ${values.severity}, ${values.state}, 0.5, '', ${batch}) RETURNING id`;
        return row.id;
      };
      const first = await alert(hot, 0, { severity: "LOW", state: "normal", ended: true });
      const returned = await alert(hot, 2, { severity: "HIGH", state: "returned_unacknowledged", ended: true });
      const high = await alert(hot, 5, { severity: "HIGH", state: "unacknowledged", ended: false });
      const critical = await alert(cold, 5, { severity: "CRITICAL", state: "acknowledged", ended: false });

      // Standing is counted with all below; the plant has everything.
      const standing = await store.overview.standing(mine, [line, pump, fan, PLANT]);
      assert.deepEqual(standing.get(line), standing.get(pump));
      assert.deepEqual(standing.get(line)!.bySeverity, { CRITICAL: 0, HIGH: 1, MEDIUM: 0, LOW: 0 });
      assert.deepEqual([standing.get(line)!.unacknowledged, standing.get(line)!.returned], [1, 1]);
      assert.equal(standing.get(fan)!.bySeverity.CRITICAL, 1);
      assert.equal(standing.get(fan)!.unacknowledged, 0);
      assert.equal(standing.get(PLANT)!.oldest, T0 + 5 * HOUR_MS);
      assert.deepEqual(await store.overview.standing(other, [PLANT, line]), new Map());

      // A state in the form that the domain stores says in its head how much it has learnt.
      const set = detectorSet("generic");
      const learnt = encodeState({ ...startState(set), watermark: T0, readings: 100_000 });
      await sql`
        UPDATE detector_state SET state = ${learnt}, watermark = to_timestamp(${T0 / 1_000})
        WHERE tenant_id = ${mine} AND sensor_id = ${hot}`;
      const counts = (nowMs: number) => store.overview.counts(mine, [line, PLANT], sensorCounting(nowMs));
      assert.deepEqual((await counts(T0)).get(line), { all: 1, learning: 0, silent: 0 });
      assert.deepEqual((await counts(T0)).get(PLANT), { all: 3, learning: 2, silent: 0 });
      assert.equal((await counts(T0 + HOUR_MS)).get(line)!.silent, 1);

      assert.deepEqual(await store.overview.roots(mine), [fan, line]);
      assert.deepEqual(await store.overview.children(mine, [line, fan]), new Map([[line, [pump]]]));
      assert.deepEqual(await store.overview.unplaced(mine, 10), [loose]);
      assert.deepEqual(await store.overview.roots(other), []);

      const hours = await store.overview.alertHours(mine, [line, PLANT], { from: T0, to: T0 + 6 * HOUR_MS });
      assert.deepEqual(hours.get(PLANT)!.at(-1), { hour: T0 + 5 * HOUR_MS, opened: 2, worst: "CRITICAL" });
      assert.deepEqual(hours.get(line)!.map(({ opened, worst }) => [opened, worst]), [[1, "LOW"], [1, "HIGH"], [
        1,
        "HIGH",
      ]]);

      const overlapping = async (from: number, to: number) =>
        (await store.episodes.overlapping(mine, {
          from: T0 + from * HOUR_MS,
          to: T0 + to * HOUR_MS,
          subjects: { sensorIds: [hot], assetIds: [] },
          limit: 10,
        })).map(({ alertId }) => alertId);
      assert.deepEqual(await overlapping(0.5, 2.5), [returned, first]);
      assert.deepEqual(await overlapping(100, 101), [high]);
      assert.deepEqual(await store.episodes.similar(mine, high, 10), [returned, first]);
      assert.deepEqual(await store.episodes.similar(other, high, 10), []);
      assert.deepEqual(await store.episodes.urgent(mine, 10), [high]);
      assert.ok(critical > 0);

      // What is put aside asks for nobody.
      await sql`
        UPDATE alert SET shelved_until = now(), shelved_by = 'ann', shelf_reason = 'ordered' WHERE id = ${high}`;
      assert.deepEqual(await store.episodes.urgent(mine, 10), []);
      assert.equal((await store.overview.standing(mine, [line])).get(line)?.bySeverity.HIGH ?? 0, 0);

      const [source] = await store.looks.sources(mine, 10);
      assert.deepEqual([source.key, source.batches, source.unfinished, source.failed], ["gateway", 2, 0, 0]);
      assert.deepEqual(await store.looks.sources(other, 10), []);
      const found = await store.looks.find(mine, "HOT", 10);
      assert.deepEqual([found.sensors, found.assets], [[hot], []]);
      assert.deepEqual((await store.looks.find(mine, String(high), 10)).alerts, [high]);
      assert.deepEqual((await store.looks.find(mine, "100%", 10)).sensors, []);
      assert.deepEqual((await store.looks.find(other, "hot", 10)).sensors, []);
    }));

  Deno.test(`trends and quarantine through the gateway: ${engine.name}`, () =>
    withGateway(engine, async ({ ask, sql }) => {
      const TREND = `query ($from: DateTime!, $to: DateTime!, $width: Int!) {
        trends(sensors: ["t"], from: $from, to: $to, width: $width) {
          resolution times min max mean count usualHigh gaps { from to }
        }
      }`;
      const values = Array.from({ length: 3_000 }, (_, i) => i === 1_234 ? 99 : 20 + Math.sin(i / 9));
      const { time } = minutes("t", "2024-01-01T00:00:00Z", values);
      await sql`INSERT INTO sensor (tenant_id, key, name, registered) VALUES (1, 't', 't', true)`;
      await sql`
        INSERT INTO reading (tenant_id, sensor_id, ts, value, status, batch_id)
        SELECT 1, (SELECT id FROM sensor WHERE tenant_id = 1 AND key = 't'), to_timestamp(ms / 1000), value, 0, 1
        FROM unnest(${`{${time}}`}::text::float8[], ${`{${values}}`}::text::float8[]) AS row (ms, value)
        WHERE NOT ms BETWEEN ${time[2_000]}::float8 AND ${time[2_100]}::float8`;
      const trend = async (from: number, to: number, width: number) =>
        (await ask(TREND, { from: new Date(time[from]).toISOString(), to: new Date(time[to]).toISOString(), width }))
          .trends[0];

      const few = await trend(0, 100, 500);
      assert.equal(few.resolution, null);
      assert.deepEqual(few.times, time.slice(0, 100));
      assert.deepEqual(few.usualHigh.slice(0, 30), Array(30).fill(null));

      // In stretches no peak is lost, readings are counted once, and what is usual lies below the peak.
      const many = await trend(0, 2_999, 300);
      assert.equal(many.resolution, "PT600S");
      assert.equal(Math.max(...many.max), 99);
      assert.equal(many.count.reduce((a: number, b: number) => a + b, 0), 2_999 - 101);
      assert.ok(many.usualHigh.at(-1) < 22);
      assert.equal(many.gaps.length, 1);

      // A picture that begins in the middle knows what was before.
      const later = await trend(1_000, 1_100, 500);
      assert.ok(later.usualHigh[0] > 20 && later.usualHigh[0] < 22);
      await assert.rejects(trend(100, 100, 500), /range is empty/);
      await assert.rejects(trend(0, 100, 0), /width has to be/);

      const QUARANTINE =
        `query ($after: String) { quarantine(after: $after, first: 2) { cursor index reason batch { number } } quarantineCounts { reason count } }`;
      await sql`INSERT INTO source (tenant_id, key) VALUES (1, 's')`;
      await sql`
        INSERT INTO batch (tenant_id, source_id, position, idempotency_key, content_hash, readings)
        SELECT 1, id, n, n::text, '', 3 FROM source, generate_series(1, 2) n WHERE tenant_id = 1`;
      await sql`
        INSERT INTO quarantined_reading (tenant_id, batch_id, index, reason, detail, raw)
        SELECT 1, id, n, CASE n WHEN 0 THEN 'too_old' ELSE 'not_a_number' END, '', '{}' FROM batch, generate_series(0, 2) n`;
      const seen: string[] = [];
      let after: string | undefined;
      while (true) {
        const { quarantine } = await ask(QUARANTINE, { after });
        if (quarantine.length === 0) break;
        seen.push(
          ...quarantine.map((row: { index: number; batch: { number: number } }) => `${row.batch.number}/${row.index}`),
        );
        after = quarantine.at(-1).cursor;
      }
      const [older, newer] = [...new Set(seen.map((place) => Number(place.split("/")[0])))].sort((a, b) => a - b);
      assert.deepEqual(seen, [newer, older].flatMap((batch) => [0, 1, 2].map((index) => `${batch}/${index}`)));
      assert.deepEqual((await ask(QUARANTINE)).quarantineCounts, [
        { reason: "NOT_A_NUMBER", count: 4 },
        { reason: "TOO_OLD", count: 2 },
      ]);
      await assert.rejects(ask(QUARANTINE, { after: "nonsense" }), /cursor/);
    }));
}
