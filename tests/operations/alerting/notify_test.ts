/** From the change of an alert to its recipients: real receivers, on each store. */
import assert from "node:assert/strict";
import type { AlertId } from "../../../src/domain/alerting/alert.ts";
import { createCouriers } from "../../../src/notify/mod.ts";
import { signatureOf } from "../../../src/notify/webhook.ts";
import { actOnAlerts } from "../../../src/operations/alerting/act_on_alerts.ts";
import { startDelivering } from "../../../src/operations/alerting/deliver_notifications.ts";
import { followAlert } from "../../../src/operations/alerting/follow_alert.ts";
import { replayNotifications } from "../../../src/operations/alerting/replay_notifications.ts";
import { shelveAlerts } from "../../../src/operations/alerting/shelve_alerts.ts";
import type { Scope } from "../../../src/operations/scope.ts";
import { sensorOf } from "../../fixtures/alerts.ts";
import { ENGINES } from "../../fixtures/engines.ts";
import { withGateway } from "../../fixtures/gateway.ts";
import { type Answering, LOOPBACK, type Received, withReceiver } from "../../fixtures/receiver.ts";
import { change, changeTogether, routeAll, SECRET, webhookTo } from "../../fixtures/told.ts";
import { until } from "../../fixtures/until.ts";
import { within } from "../../fixtures/within.ts";

const NEVER = new AbortController().signal;
const TAKES: Answering = (_, response) => response.writeHead(204).end();
const MINUTE = 60_000;

function reaching(scope: Scope, limitMs = 2_000): Scope {
  const { observe, clock: { nowMs } } = scope;
  return { ...scope, couriers: createCouriers({ networks: LOOPBACK, mail: undefined, observe, nowMs, limitMs }) };
}

async function delivering(scope: Scope, work: () => Promise<void>): Promise<void> {
  const loop = startDelivering(scope);
  try {
    await work();
  } finally {
    await loop.stop();
  }
}

async function told({ store, tenant }: Scope, ...ids: AlertId[]): Promise<string[]> {
  return (await store.notifications.toldOf(tenant.id, ids)).map(({ channel, mark, state }) =>
    `${channel} ${mark} ${state}`
  );
}

const typesOf = (received: readonly Received[]) => received.map(({ body }) => JSON.parse(body).type);

for (const engine of ENGINES) {
  Deno.test(`people are told of alerts, on the ${engine.name} store`, async (t) => {
    await withGateway(engine, async (bench) => {
      const scope = reaching(bench.scope);
      const { store, tenant } = scope;
      const settled = (...ids: AlertId[]) =>
        until("all to be settled", async () => {
          const found = await store.notifications.toldOf(tenant.id, ids);
          return found.every(({ state }) => state !== "pending") || undefined;
        });

      await t.step("without a routing nobody is, and nothing is written", async () => {
        const alert = await change(scope, { sensor: await sensorOf(scope, "unrouted"), type: "opened" });
        assert.deepEqual(await told(scope, alert.id), []);
      });

      await t.step("a webhook gets each change once, signed, in order", async () => {
        await withReceiver(TAKES, async (url, received) => {
          await webhookTo(scope, "hook", url);
          await routeAll(scope, { channels: ["hook"] });
          const sensor = await sensorOf(scope, "pump");
          await delivering(scope, async () => {
            const episode = { start: Date.now() };
            const { id } = await change(scope, { sensor, type: "opened", episode });
            await change(scope, { sensor, type: "raised", episode: { ...episode, severity: "HIGH" } });
            await change(scope, { sensor, type: "closed", episode });
            await settled(id);
          });
          assert.deepEqual(typesOf(received), ["alert.opened", "alert.raised", "alert.closed"]);
          for (const { headers, body } of received) {
            const [id, timestamp] = [String(headers["webhook-id"]), String(headers["webhook-timestamp"])];
            assert.equal(headers["webhook-signature"], signatureOf(SECRET, { id, timestamp, body }));
          }
          const { data } = JSON.parse(received[2].body);
          assert.deepEqual(data.alert.sensor, { key: "pump", name: "pump" });
          assert.equal(data.alert.state, "RETURNED_UNACKNOWLEDGED");
        });
      });

      await t.step("what is a day old in data time is history, and no news", async () => {
        const sensor = await sensorOf(scope, "history");
        const old = Date.now() - 25 * 60 * MINUTE;
        const alert = await change(scope, { sensor, type: "opened", episode: { start: old, ts: old } });
        assert.deepEqual(await told(scope, alert.id), []);
      });

      await t.step("one that opens and ends in one transaction is told both ways", async () => {
        await withReceiver(TAKES, async (url, received) => {
          await webhookTo(scope, "hook", url);
          const sensor = await sensorOf(scope, "short");
          const episode = { start: Date.now() };
          const types = ["opened", "closed"] as const;
          const [{ id }] = await changeTogether(scope, types.map((type) => ({ sensor, type, episode })));
          await delivering(scope, async () => void await settled(id));
          assert.deepEqual(typesOf(received), ["alert.opened", "alert.closed"]);
        });
      });

      await t.step(
        "a recipient that fails is tried again under the same key, and its dead letters are replayed",
        async () => {
          let broken = 1;
          const answer: Answering = (_, response) => response.writeHead(broken-- > 0 ? 410 : 200).end();
          await withReceiver(answer, async (url, received) => {
            await webhookTo(scope, "hook", url);
            const { id } = await change(scope, { sensor: await sensorOf(scope, "dead"), type: "opened" });
            await delivering(scope, async () => {
              await settled(id);
              assert.deepEqual(await told(scope, id), ["hook opened dead"]);
              const replayed = await replayNotifications(scope, { channel: "hook" });
              assert.deepEqual(replayed.map(({ alertId }) => alertId), [id]);
              await settled(id);
            });
            assert.deepEqual(await told(scope, id), ["hook opened delivered"]);
            assert.equal(new Set(received.map(({ headers }) => headers["webhook-id"])).size, 1);
            assert.equal(received.length, 2);
          });
        },
      );

      await t.step("a recipient that hangs keeps nobody else waiting", async () => {
        await withReceiver(() => {}, async (hanging) => {
          await withReceiver(TAKES, async (url, received) => {
            await webhookTo(scope, "hangs", hanging);
            await webhookTo(scope, "hook", url);
            await routeAll(scope, { channels: ["hangs", "hook"] });
            const ids: AlertId[] = [];
            await delivering(scope, async () => {
              for (let n = 0; n < 20; n++) {
                ids.push((await change(scope, { sensor: await sensorOf(scope, `storm-${n}`), type: "opened" })).id);
              }
              await until("the others to be told", () => received.length === 20 || undefined);
            });
          });
        });
        // The rest is nobody's business in the steps that follow.
        await bench.sql`UPDATE notification SET state = 'withdrawn' WHERE state = 'pending'`;
      });

      await t.step(
        "a service that goes down does not wait for one that hangs, and tries again when it is up",
        async () => {
          await withReceiver(() => {}, async (hanging, hung) => {
            await webhookTo(scope, "hook", hanging);
            await routeAll(scope, { channels: ["hook"] });
            const patient = reaching(bench.scope, 600_000);
            const { id } = await change(scope, { sensor: await sensorOf(scope, "down"), type: "opened" });
            const loop = startDelivering(patient);
            await until("it to be tried", () => hung.length > 0 || undefined);
            await within("the loop to stop", loop.stop());
            const [{ id: notificationId, state }] = await store.notifications.toldOf(tenant.id, [id]);
            const [{ detail }] = await store.notifications.deliveriesOf(tenant.id, [notificationId]);
            assert.deepEqual([state, detail], ["pending", "The service went down while it waited for an answer."]);
          });
          await bench.sql`UPDATE notification SET state = 'withdrawn' WHERE state = 'pending'`;
        },
      );

      await t.step(
        "recipients that hang, however many, and whether or not they ever answered, delay nobody else",
        async () => {
          const patient = reaching(bench.scope, 60_000);
          let hang = false;
          let hanging = 0;
          const answer: Answering = (_, response) => hang ? void hanging++ : response.writeHead(204).end();
          await withReceiver(answer, async (hangs) => {
            await withReceiver(TAKES, async (url, received) => {
              const channels = Array.from({ length: 12 }, (_, n) => `hangs-${n}`);
              for (const key of channels) await webhookTo(scope, key, hangs);
              await webhookTo(scope, "hook", url);
              const storm = async (name: string, to: readonly string[]) => {
                await routeAll(scope, { channels: to });
                const sensors = [];
                for (let n = 0; n < 12; n++) sensors.push(await sensorOf(scope, `${name}-${n}`));
                return await changeTogether(patient, sensors.map((sensor) => ({ sensor, type: "opened" as const })));
              };
              const told = (count: number) => until("the others", () => received.length === count || undefined, 20_000);
              await delivering(patient, async () => {
                // Half of them have answered before, so that they are given more than one at a time.
                const alerts = await storm("calm", [...channels.slice(0, 6), "hook"]);
                await settled(...alerts.map(({ id }) => id));
                hang = true;
                await storm("hung", channels);
                await until("them to hang", () => hanging >= 12 || undefined);
                await storm("others", ["hook"]);
                await told(24);
                // Nothing that hangs has ended, and nothing will.
                assert.ok(hanging >= 12 && hanging <= 6 * 8 + 6, `${hanging} hang`);
              });
            });
          });
          await bench.sql`UPDATE notification SET state = 'withdrawn' WHERE state = 'pending'`;
        },
      );

      await t.step("killed between any two steps, it arrives once more at most, under the same key", async () => {
        await withReceiver(TAKES, async (url, received) => {
          await webhookTo(scope, "hook", url);
          await routeAll(scope, { channels: ["hook"] });
          const { id } = await change(scope, { sensor: await sensorOf(scope, "killed"), type: "opened" });
          const claim = async () => {
            const [claimed] = await store.notifications.claim({ limit: 10, leaseMs: 0, shares: [], others: 10 });
            return claimed.notification;
          };
          // Killed once it is taken, once it has arrived, and once that is written but not committed.
          await claim();
          const sent = await claim();
          const outcome = await scope.couriers.deliver(await channelOf(scope), sent, NEVER);
          const settling = { number: sent.attempts, channelVersion: 1, outcome, retryAfterMs: undefined };
          const killed = store.transaction(async (tx) => {
            await tx.notifications.settle(tenant.id, sent.id, settling);
            throw new Error("killed here");
          });
          await assert.rejects(killed, /killed here/);
          await delivering(scope, async () => void await settled(id));
          assert.deepEqual(await told(scope, id), ["hook opened delivered"]);
          assert.deepEqual([received.length, new Set(received.map(({ headers }) => headers["webhook-id"])).size], [
            2,
            1,
          ]);
        });
      });

      await t.step("an escalation comes when nobody acknowledges, and not when somebody does", async () => {
        await webhookTo(scope, "boss", "https://boss.invalid/");
        const steps = [{ afterMs: 0, channels: ["hook"] }, { afterMs: 10 * MINUTE, channels: ["boss"] }];
        await routeAll(scope, { channels: [], steps });
        const open = async (key: string) => await change(scope, { sensor: await sensorOf(scope, key), type: "opened" });
        const [ignored, seen] = [await open("ignored"), await open("seen")];
        const look = (id: AlertId, minutes: number) =>
          followAlert(scope, { alertId: id, nowMs: Date.now() + minutes * MINUTE });
        assert.equal((await look(ignored.id, 9))!.what, "escalation to step 2 of route all");
        await actOnAlerts(scope, { targets: [{ id: seen.id }], action: { change: "acknowledged" } });
        assert.deepEqual([await look(ignored.id, 10), await look(seen.id, 10)], [undefined, undefined]);
        assert.deepEqual(await told(scope, ignored.id), ["hook opened pending", "boss escalated/1 pending"]);
        assert.deepEqual(await told(scope, seen.id), ["hook opened pending"]);
        assert.equal(await look(ignored.id, 20), undefined);
        assert.equal((await told(scope, ignored.id)).length, 2);
        assert.deepEqual(await store.alertTimers.byAlerts(tenant.id, [ignored.id, seen.id]), []);
      });

      await t.step("a shelf silences, and its end begins the escalation anew", async () => {
        const { id } = await change(scope, { sensor: await sensorOf(scope, "shelved"), type: "opened" });
        const until = Date.now() + 30 * MINUTE;
        await shelveAlerts(scope, { targets: [{ id }], until, reason: "being looked at" });
        const timer = (await followAlert(scope, { alertId: id, nowMs: Date.now() + 20 * MINUTE }))!;
        assert.deepEqual([timer.atMs, timer.what], [until, "it is no longer shelved"]);
        assert.deepEqual(await told(scope, id), ["hook opened pending"]);
        const back = (await followAlert(scope, { alertId: id, nowMs: until }))!;
        assert.deepEqual([back.atMs, back.what], [until + 10 * MINUTE, "escalation to step 2 of route all"]);
        const [alert] = await store.alerts.byIds(tenant.id, [id]);
        assert.equal(alert.shelf, undefined);
      });

      await t.step("one that is hidden from its beginning is told when it shows", async () => {
        const sensor = await sensorOf(scope, "hidden");
        const first = await change(scope, { sensor, type: "opened", episode: { start: 1 } });
        await shelveAlerts(scope, { targets: [{ id: first.id }], until: Date.now() + MINUTE, reason: "known" });
        const { id } = await change(scope, { sensor, type: "opened", episode: { start: 2 } });
        assert.deepEqual(await told(scope, id), []);
        await actOnAlerts(scope, { targets: [{ id }], action: { change: "unshelved" } });
        assert.deepEqual(await told(scope, id), ["hook opened pending"]);
      });

      await t.step("an end that is kept is not told when it goes on meanwhile", async () => {
        await routeAll(scope, { channels: ["hook"], keepFiringMs: 10 * MINUTE });
        const sensor = await sensorOf(scope, "flapping");
        const first = await change(scope, { sensor, type: "opened", episode: { start: 1 } });
        await change(scope, { sensor, type: "closed", episode: { start: 1 } });
        const second = await change(scope, { sensor, type: "opened", episode: { start: 2 } });
        assert.deepEqual(await told(scope, first.id), ["hook opened pending", "hook closed withdrawn"]);
        assert.deepEqual(await told(scope, second.id), ["hook opened withdrawn"]);
        await change(scope, { sensor, type: "closed", episode: { start: 2 } });
        assert.equal(await followAlert(scope, { alertId: second.id, nowMs: Date.now() + 11 * MINUTE }), undefined);
        assert.deepEqual(await told(scope, second.id), ["hook opened withdrawn", "hook closed pending"]);
      });
    });
  });
}

async function channelOf({ store, tenant }: Scope) {
  return (await store.channels.withSecrets(tenant.id, ["hook"]))[0];
}
