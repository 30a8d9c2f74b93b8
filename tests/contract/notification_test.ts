/** What every store has to keep of channels, routes, notifications and timers, on each engine. */
import assert from "node:assert/strict";
import type { AlertId } from "../../src/domain/alerting/alert.ts";
import type { NewNotification } from "../../src/ports/alerting/notification.ts";
import { createStore } from "../../src/timescale/store.ts";
import { ENGINES, withMigrated } from "../fixtures/engines.ts";
import { newTenant } from "../fixtures/history.ts";
import { decide, sensorOf } from "../fixtures/alerts.ts";

const T0 = Date.UTC(2026, 0, 1);
const CHANNEL = { key: "c", kind: "webhook", address: "https://a.example/x", enabled: true, savedBy: "local" } as const;
const ARRIVED = { arrived: true, detail: "HTTP 200" } as const;
const FAILED = { arrived: false, final: false, detail: "HTTP 500" } as const;
const CLAIM = { limit: 100, leaseMs: 60_000, shares: [], others: 100 };

function notification(alertId: AlertId, mark: string, channel = "c"): NewNotification {
  return {
    alertId,
    channel,
    occasion: "opened",
    mark,
    route: "r",
    routingVersion: 1,
    severity: "HIGH",
    reason: "Route r: it takes every alert.",
    body: `{"text":"ünïcode \\"quoted\\""}`,
  };
}

for (const engine of ENGINES) {
  Deno.test(`on the ${engine.name} store`, async (t) => {
    await withMigrated(engine, async ({ sql }) => {
      const store = createStore(sql);
      const { id: tenantId } = (await store.tenants.byKey("default"))!;
      const other = await newTenant(sql, "other");
      const scope = { store, tenant: (await store.tenants.byKey("default"))! };
      const alert = async (sensor: string, start = T0) =>
        (await decide(scope, { sensor: await sensorOf(scope, sensor), type: "opened", episode: { start } }))!;
      const { notifications, channels, routing, alertTimers } = store;
      const claimed = async (options = {}) =>
        (await notifications.claim({ ...CLAIM, ...options })).map(({ notification: { mark } }) => mark).sort();

      await t.step("a channel is saved once for each version, and former ones lose their secret", async () => {
        const save = (expected: number, secret: string) => channels.save(tenantId, CHANNEL, { expected, secret });
        assert.equal((await save(0, "first secret"))!.version, 1);
        assert.equal(await save(0, "another"), undefined);
        assert.equal((await save(1, "second secret"))!.version, 2);
        assert.equal(await save(5, "from nowhere"), undefined);
        assert.deepEqual((await channels.versions(tenantId, "c")).map((one) => [one.version, one.hasSecret]), [
          [2, true],
          [1, false],
        ]);
        assert.deepEqual((await channels.withSecrets(tenantId, ["c", "x"])).map(({ secret }) => secret), [
          "second secret",
        ]);
        assert.deepEqual((await channels.all(tenantId)).map(({ key, version }) => [key, version]), [["c", 2]]);
        assert.deepEqual([await channels.all(other), await channels.withSecrets(other, ["c"])], [[], []]);
      });

      await t.step("a routing is saved once for each version, and each stays readable", async () => {
        const save = (timeZone: string, expected: number) =>
          routing.save(tenantId, { timeZone, routes: [], savedBy: "local" }, expected);
        assert.equal(await routing.version(tenantId), undefined);
        const both = await Promise.all([save("UTC", 0), save("UTC", 0)]);
        assert.equal(both.filter((one) => one !== undefined).length, 1);
        await save("Europe/Berlin", 1);
        assert.deepEqual(
          [(await routing.version(tenantId))!.timeZone, (await routing.version(tenantId, 1))!.timeZone],
          [
            "Europe/Berlin",
            "UTC",
          ],
        );
        assert.equal(await routing.version(other), undefined);
      });

      await t.step("what an alert is about has its sensor and its assets, nearest first", async () => {
        const { id } = await alert("s-subject");
        const [bare] = await store.subjects.of(tenantId, [id]);
        assert.deepEqual([bare.sensor, bare.assets], [{ key: "s-subject", name: "s-subject" }, []]);
        const asset = { criticality: "B", level: undefined, reorderWindowMs: undefined, retiredAt: undefined } as const;
        const plant = await store.assets.save(tenantId, { ...asset, key: "p", name: "Plant", parentId: undefined });
        const pump = await store.assets.save(tenantId, { ...asset, key: "q", name: "Pump", parentId: plant.id });
        await sql`UPDATE sensor SET asset_id = ${pump.id} WHERE key = 's-subject'`;
        const [subject] = await store.subjects.of(tenantId, [id]);
        assert.deepEqual(subject.assets.map(({ id, key }) => [id, key]), [[pump.id, "q"], [plant.id, "p"]]);
        assert.deepEqual(await store.subjects.of(other, [id]), []);
      });

      await channels.save(tenantId, { ...CHANNEL, key: "d" }, { expected: 0, secret: "secret of d" });

      await t.step("a notification is written once for its alert, channel and mark", async () => {
        const { id } = await alert("s-once");
        const twice = [notification(id, "opened"), notification(id, "opened"), notification(id, "opened", "d")];
        assert.equal(await notifications.add(tenantId, twice), 2);
        assert.equal(await notifications.add(tenantId, [notification(id, "opened")]), 0);
        assert.equal(await notifications.add(tenantId, [{ ...notification(id, "closed"), withdrawn: true }]), 0);
        const told = await notifications.toldOf(tenantId, [id]);
        assert.deepEqual(told.map(({ channel, mark, state }) => [channel, mark, state]), [
          ["c", "opened", "pending"],
          ["d", "opened", "pending"],
          ["c", "closed", "withdrawn"],
        ]);
        assert.equal(told[0].body, notification(id, "opened").body);
        assert.deepEqual(await notifications.toldOf(other, [id]), []);
        assert.deepEqual(await claimed(), ["opened", "opened"]);
        for (const { id } of told) await notifications.settle(tenantId, id, settled(1));
      });

      await t.step("of one alert and channel the oldest comes first, and a lost attempt is taken over", async () => {
        const { id } = await alert("s-order");
        await notifications.add(tenantId, [notification(id, "m1"), notification(id, "m2")]);
        assert.deepEqual(await claimed({ leaseMs: -1 }), ["m1"]);
        assert.deepEqual(await claimed(), ["m1"]);
        assert.deepEqual(await claimed(), []);
        const [m1] = await notifications.toldOf(tenantId, [id]);
        // The first attempt, thought lost, reports late: that it failed counts for nothing.
        assert.equal(await notifications.settle(tenantId, m1.id, { ...settled(1), outcome: FAILED }), "pending");
        assert.equal(await notifications.settle(tenantId, m1.id, settled(2)), "delivered");
        assert.deepEqual(await claimed(), ["m2"]);
        const [, m2] = await notifications.toldOf(tenantId, [id]);
        assert.equal(await notifications.settle(tenantId, m2.id, { ...settled(1), outcome: FAILED }), "dead");
        // It had arrived after all.
        assert.equal(await notifications.settle(tenantId, m2.id, settled(1)), "delivered");
      });

      await t.step("a channel has its share, and those that have none one each", async () => {
        const share = (channel: string, most: number) => ({ tenantId, channel, most });
        for (const n of [1, 2, 3]) {
          const { id } = await alert(`s-share-${n}`);
          await notifications.add(tenantId, [notification(id, `share${n}`), notification(id, `other${n}`, "d")]);
        }
        assert.deepEqual(await claimed({ shares: [share("c", 0), share("d", 2)] }), ["other1", "other2"]);
        const elsewhere = { ...share("c", 0), tenantId: other };
        assert.deepEqual(await claimed({ shares: [elsewhere, share("c", 3)], others: 0, limit: 2 }), [
          "share1",
          "share2",
        ]);
        assert.deepEqual(await claimed({ shares: [], others: 1 }), ["share3"]);
        assert.deepEqual(await claimed({ shares: [] }), ["other3"]);
        assert.deepEqual(await claimed(), []);
        const rest = await notifications.page(tenantId, { states: ["pending"], limit: 10 });
        for (const { id } of rest) await notifications.settle(tenantId, id, settled(1));
      });

      await t.step("two that claim at the same time never take the same", async () => {
        const elsewhere = await engine.second?.(sql);
        const second = elsewhere === undefined ? store : createStore(elsewhere.sql);
        const ids: AlertId[] = [];
        for (let n = 0; n < 12; n++) ids.push((await alert(`s-both-${n}`)).id);
        await notifications.add(tenantId, ids.map((id) => notification(id, "both")));
        const both = await Promise.all(
          [store, second, store, second].map((one) =>
            one.notifications.claim({ ...CLAIM, limit: 12, shares: [{ tenantId, channel: "c", most: 12 }] })
          ),
        );
        const taken = both.flat().map(({ notification: { id } }) => id);
        assert.deepEqual([taken.length, new Set(taken).size], [12, 12]);
        for (const id of taken) await notifications.settle(tenantId, id, settled(1));
        await elsewhere?.close();
      });

      await t.step("dead ones are found, replayed once, and tell of each attempt", async () => {
        const { id } = await alert("s-dead");
        await notifications.add(tenantId, [notification(id, "dead")]);
        const [{ notification: one }] = await notifications.claim(CLAIM);
        await notifications.settle(tenantId, one.id, { ...settled(1), outcome: FAILED, retryAfterMs: 0 });
        await notifications.claim(CLAIM);
        await notifications.settle(tenantId, one.id, { ...settled(2), outcome: FAILED });
        const dead = { states: ["dead"] as const, channel: "c", alertId: id };
        assert.equal(await notifications.count(tenantId, dead), 1);
        assert.deepEqual((await notifications.page(tenantId, { ...dead, limit: 5 })).map(({ id }) => id), [one.id]);
        assert.deepEqual(await notifications.page(other, { limit: 5 }), []);
        assert.deepEqual(await notifications.replay(other, { ids: [one.id], limit: 5 }), []);
        const [replayed] = await notifications.replay(tenantId, { channel: "c", limit: 5 });
        assert.deepEqual([replayed.state, replayed.attempts, replayed.attemptsBefore, replayed.key], [
          "pending",
          2,
          2,
          one.key,
        ]);
        assert.deepEqual(await notifications.replay(tenantId, { ids: [one.id], limit: 5 }), []);
        const deliveries = await notifications.deliveriesOf(tenantId, [one.id]);
        assert.deepEqual(deliveries.map(({ attempt, arrived, detail }) => [attempt, arrived, detail]), [
          [1, false, "HTTP 500"],
          [2, false, "HTTP 500"],
        ]);
      });

      await t.step(
        "what was told of an alert that is over goes with time, and of one that stands it stays",
        async () => {
          const [standing, over] = [await alert("s-stands"), await alert("s-over")];
          const sensor = await sensorOf(scope, "s-over");
          await decide(scope, { sensor, type: "closed", episode: { start: T0 } });
          await notifications.add(tenantId, [notification(standing.id, "opened"), notification(over.id, "opened")]);
          const told = await notifications.toldOf(tenantId, [standing.id, over.id]);
          const remove = (beforeMs: number, id: number) =>
            store.retention.page(tenantId, { noun: "notification", beforeMs, after: id - 1, limit: 1, remove: true });
          const soon = Date.now() + 60_000;
          const [ofStanding, ofOver] = told;
          assert.equal((await remove(soon, ofOver.id)).rows, 0, "it has not arrived yet");
          for (const { id } of told) await notifications.settle(tenantId, id, settled(1));
          assert.equal((await remove(T0, ofOver.id)).rows, 0, "it is not old enough");
          assert.deepEqual([(await remove(soon, ofStanding.id)).rows, (await remove(soon, ofOver.id)).rows], [0, 1]);
          assert.deepEqual((await notifications.toldOf(tenantId, [standing.id, over.id])).map(({ id }) => id), [
            ofStanding.id,
          ]);
          assert.deepEqual(await notifications.deliveriesOf(tenantId, [ofOver.id]), []);
        },
      );

      await t.step("a timer is found when its workflow was to look and has not, and not before", async () => {
        const ids = [(await alert("s-t1")).id, (await alert("s-t2")).id, (await alert("s-t3")).id];
        const timer = (alertId: AlertId, nextAt: number) => (
          { alertId, taken: [], endedKnownAt: undefined, nextAt, what: "escalation" }
        );
        const nowMs = Date.now();
        await alertTimers.save(tenantId, [timer(ids[0], nowMs + 3_600_000)], { nudged: true });
        await alertTimers.save(tenantId, [timer(ids[1], nowMs + 3_600_000), timer(ids[2], nowMs - 60_000)], {
          nudged: false,
        });
        const look = { nudgedMs: 0, overdueMs: 30_000, againMs: 60_000, limit: 10 };
        const found = async () =>
          (await alertTimers.neglected(look)).map(({ alertId }) => alertId).sort((a, b) => a - b);
        assert.deepEqual(await found(), [ids[0], ids[2]]);
        assert.deepEqual(await found(), []);
        await alertTimers.save(tenantId, [{ ...timer(ids[2], nowMs), endedKnownAt: T0 }], { nudged: false });
        const [kept] = await store.transaction((tx) => tx.alertTimers.lock(tenantId, [ids[2]]));
        assert.deepEqual([kept.nextAt, kept.endedKnownAt, kept.what], [nowMs, T0, "escalation"]);
        const again = await alert("s-t3", T0 + 60_000);
        const begun = [again.id, (await alert("s-t4")).id];
        const ending = await store.transaction((tx) => tx.alertTimers.ending(tenantId, begun));
        assert.deepEqual(ending, [{ alertId: ids[2], goesOnAs: again.id }]);
        assert.deepEqual(await alertTimers.byAlerts(other, ids), []);
        await alertTimers.remove(tenantId, ids);
        assert.deepEqual(await alertTimers.byAlerts(tenantId, ids), []);
      });
    });
  });
}

function settled(number: number) {
  return { number, channelVersion: 1, outcome: ARRIVED, retryAfterMs: undefined };
}
